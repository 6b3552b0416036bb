#include "config/service_environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/number.hpp"
#include "config/url_redaction.hpp"
#include "message/channels.hpp"

namespace fogis::config {
namespace {

struct Variable {
  std::string_view name;
  std::string_view fallback;  ///< what the services do without it
  /// Adds warnings about `value`, which is not empty. Null: there is no trap.
  void (*examine)(std::string_view name, std::string_view fallback, const std::string& value,
                  std::vector<Warning>& warnings);
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

/// Both services compare with the word "true", in small or capital letters.
void examine_enabled(std::string_view name, std::string_view /*fallback*/, const std::string& value,
                     std::vector<Warning>& warnings) {
  const auto word = lower(value);
  if (word == "true") {
    return;
  }
  if (word == "false") {
    warnings.push_back({"redis-disabled",
                        fmt::format("{} is false: the services do not use Redis", name),
                        fmt::format("set {}=true", name)});
    return;
  }
  warnings.push_back({"redis-enabled-not-understood",
                      fmt::format("{} is neither true nor false: only the word true enables "
                                  "Redis, so it is off",
                                  name),
                      fmt::format("set {}=true", name)});
}

/// match-list-processor takes true, 1 and yes.
void examine_pubsub_enabled(std::string_view name, std::string_view /*fallback*/,
                            const std::string& value, std::vector<Warning>& warnings) {
  const auto word = lower(value);
  if (word == "true" || word == "1" || word == "yes") {
    return;
  }
  const bool is_off = word == "false" || word == "0" || word == "no";
  warnings.push_back({is_off ? "pubsub-disabled" : "pubsub-enabled-not-understood",
                      is_off ? fmt::format("{} turns publishing off in match-list-processor", name)
                             : fmt::format("{} is none of true, 1 and yes: match-list-processor "
                                           "does not publish",
                                           name),
                      fmt::format("set {}=true", name)});
}

void examine_health_interval(std::string_view name, std::string_view /*fallback*/,
                             const std::string& value, std::vector<Warning>& warnings) {
  if (parse_number<unsigned>(value).value_or(0) == 0) {
    warnings.push_back(
        {"bad-health-check-interval",
         fmt::format("{} is not a whole number of seconds: match-list-processor needs one", name),
         fmt::format("set {}=30", name)});
  }
}

void examine_channel(std::string_view name, std::string_view fallback, const std::string& value,
                     std::vector<Warning>& warnings) {
  if (value != fallback) {
    warnings.push_back(
        {"channel-ignored-by-calendar",
         fmt::format("{} changes only the publisher: the calendar ignores it and listens on {}",
                     name, fallback),
         fmt::format("remove {}", name)});
  }
}

void examine_host(std::string_view name, std::string_view /*fallback*/,
                  const std::string& /*value*/, std::vector<Warning>& warnings) {
  const bool is_host = name == "REDIS_HOST";
  warnings.push_back(
      {is_host ? "redis-host-ignored" : "redis-port-ignored",
       fmt::format("{} is set, but neither the services nor this tool read it", name),
       "set REDIS_URL=redis://HOST:PORT"});
}

/// All variables, in the order in which they are shown.
std::vector<Variable> variables() {
  std::vector<Variable> all{
      {"REDIS_ENABLED", "false (match-list-processor), true (calendar)", examine_enabled},
      {"REDIS_PUBSUB_ENABLED", "true", examine_pubsub_enabled},
      {"REDIS_HEALTH_CHECK_INTERVAL", "30", examine_health_interval},
  };
  for (const auto& channel : message::channels()) {
    if (!channel.variable.empty()) {
      all.push_back({channel.variable, channel.name, examine_channel});
    }
  }
  all.insert(all.end(), {{"REDIS_SCHEMA_VERSION", "2.0", nullptr},
                         {"REDIS_FALLBACK_SCHEMAS", "1.5,1.0", nullptr},
                         {"REDIS_HOST", "", examine_host},
                         {"REDIS_PORT", "", examine_host}});
  return all;
}

/// None of them should hold a password; a URL in the wrong variable would.
std::string masked(const std::string& value) {
  const bool is_url =
      value.find('@') != std::string::npos || value.find("://") != std::string::npos;
  return is_url ? redact_any_url(value) : value;
}

}  // namespace

void describe_service_environment(const Environment& environment, Resolution& resolution) {
  for (const auto& variable : variables()) {
    const auto value = environment(variable.name);
    Entry entry{
        lower(std::string(variable.name)), std::string(variable.fallback), Source::builtin, {}};
    if (value && !value->empty()) {
      entry.value = masked(*value);
      entry.source = Source::environment;
      entry.origin = std::string(variable.name);
      if (variable.examine != nullptr) {
        variable.examine(variable.name, variable.fallback, *value, resolution.warnings);
      }
    }
    resolution.entries.push_back(std::move(entry));
  }
}

}  // namespace fogis::config
