#include "config/resolve_timing.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <vector>

#include "base/duration.hpp"
#include "base/number.hpp"
#include "config/url_findings.hpp"

namespace fogis::config {
namespace {

using std::chrono::nanoseconds;

std::string in_seconds(nanoseconds span) {
  return fmt::format("{}s", std::chrono::duration<double>(span).count());
}

/// The calendar reads REDIS_TIMEOUT with Python's int(), and its Redis integration does not start
/// when that fails: a fault even where the value is not used.
std::optional<Sourced> read_redis_timeout(const ResolveContext& context) {
  const auto value = context.environment("REDIS_TIMEOUT");
  if (!value) {
    return std::nullopt;
  }
  Sourced timeout{*value, Source::environment, "REDIS_TIMEOUT"};
  if (is_digits(*value) && parse_duration(*value, ZeroDuration::refused)) {
    return timeout;
  }
  context.error(bad_value(
      timeout, fmt::format("\"{}\" is not a whole number of seconds of 1 or more", *value),
      "set REDIS_TIMEOUT=5; the calendar's Redis integration does not start without such a "
      "number"));
  return std::nullopt;
}

Result<nanoseconds> read_duration(const Sourced& value, ZeroDuration zero) {
  const bool is_bare = value.value.find_first_not_of("0123456789.") == std::string::npos;
  if (value.source == Source::environment && !is_bare) {
    return failure(make_error(ErrorKind::configuration, Phase::config,
                              fmt::format("\"{}\" is not a number of seconds", value.value),
                              "the services read a number without a unit, such as 5"));
  }
  return parse_duration(value.value, zero);
}

/// Reads the first of `candidates`. A fault in it is an error; a fault in a variable that loses to
/// it is a warning, so that an option can fix what the environment got wrong.
nanoseconds resolve_duration(const ResolveContext& context, std::string setting,
                             const std::vector<std::optional<Sourced>>& candidates,
                             nanoseconds fallback, ZeroDuration zero) {
  std::optional<Sourced> used;
  nanoseconds result = fallback;
  for (const auto& candidate : candidates) {
    if (!candidate) {
      continue;
    }
    const auto value = read_duration(*candidate, zero);
    if (!used) {
      used = candidate;
      result = value.value_or(fallback);
      if (!value) {
        context.error(bad_value(*candidate, value.error().message, value.error().hint));
      }
    } else if (!value && candidate->source == Source::environment) {
      context.warn_of_overridden(candidate->origin, value.error().message, value.error().hint);
    }
  }
  context.entry(std::move(setting), used.value_or(Sourced{}), in_seconds(result));
  return result;
}

std::optional<unsigned> read_retries(const Sourced& retries) {
  return parse_number<unsigned>(retries.value);
}

void resolve_retries(const ResolveContext& context) {
  auto& config = context.result.config;
  const auto option = from_option(context.options.retries, "--retries");
  const auto variable = from_environment(context.environment, "REDIS_MAX_RETRIES");
  const auto retries = first_of({option, variable}, fmt::to_string(config.retries));
  context.entry("retries", retries);
  config.retries_given = option.has_value();
  const auto fault = [](const Sourced& value) {
    return fmt::format("\"{}\" is not a number of 0 or more", value.value);
  };
  constexpr auto kHint = "write a number of retries, such as 3";
  if (option && variable && !read_retries(*variable)) {
    context.warn_of_overridden(variable->origin, fault(*variable), kHint);
  }
  const auto number = read_retries(retries);
  if (!number) {
    context.error(bad_value(retries, fault(retries), kHint));
    return;
  }
  config.retries = *number;
}

/// match-list-processor reads these with int() or float(), which refuse an empty text, and the
/// first three with int(), which refuses a fraction.
void warn_of_numbers(const ResolveContext& context) {
  struct Number {
    std::string_view name;
    bool is_whole;
  };
  constexpr std::array<Number, 4> kNumbers{{{"REDIS_CONNECTION_TIMEOUT", true},
                                            {"REDIS_SOCKET_TIMEOUT", true},
                                            {"REDIS_MAX_RETRIES", true},
                                            {"REDIS_RETRY_DELAY", false}}};
  for (const auto& [name, is_whole] : kNumbers) {
    const auto value = context.environment(name);
    if (value && value->empty()) {
      context.warn("empty-variable",
                   fmt::format("{} is empty; match-list-processor needs a number", name),
                   "remove it or give it a number");
    } else if (value && is_whole && value->find('.') != std::string::npos) {
      context.warn("fraction-in-variable",
                   fmt::format("{} has a fraction, which match-list-processor cannot read", name),
                   "give it a whole number");
    }
  }
}

}  // namespace

void resolve_timing(const ResolveContext& context) {
  const auto& options = context.options;
  const auto& environment = context.environment;
  auto& config = context.result.config;
  warn_of_numbers(context);
  const auto redis_timeout = read_redis_timeout(context);
  config.timeout = resolve_duration(
      context, "timeout",
      {from_option(options.timeout, "--timeout"), from_url(context.url.timeout, "query timeout"),
       from_environment(environment, "REDIS_SOCKET_TIMEOUT"), redis_timeout},
      config.timeout, ZeroDuration::refused);
  // What an option gives bounds the set-up as well; that it is bad was told above.
  const auto total = from_option(options.timeout, "--timeout");
  config.connect_timeout = resolve_duration(
      context, "connect_timeout",
      {from_option(options.connect_timeout, "--connect-timeout"),
       total && read_duration(*total, ZeroDuration::refused) ? total : std::nullopt,
       from_url(context.url.connect_timeout, "query socket_connect_timeout"),
       from_environment(environment, "REDIS_CONNECTION_TIMEOUT"), redis_timeout},
      config.connect_timeout, ZeroDuration::refused);
  resolve_retries(context);
  config.retry_delay = resolve_duration(context, "retry_delay",
                                        {from_option(options.retry_delay, "--retry-delay"),
                                         from_environment(environment, "REDIS_RETRY_DELAY")},
                                        config.retry_delay, ZeroDuration::allowed);
}

}  // namespace fogis::config
