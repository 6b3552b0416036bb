#include "redis/client_list.hpp"

#include "base/number.hpp"
#include "config/url_redaction.hpp"

namespace fogis::redis {
namespace {

constexpr std::int64_t kMillisecondsPerSecond = 1000;

/// Takes what stands before `separator` off the front.
std::string_view take(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

/// Whoever names a connection by its URL, or by what another library takes for one, tells its
/// password to all who may list the clients.
std::string shown_name(std::string_view name) {
  const auto at = name.find('@');
  const bool may_hold_password = name.find("://") != std::string_view::npos ||
                                 name.find("assw") != std::string_view::npos ||
                                 (at != std::string_view::npos && name.find(':') < at);
  return may_hold_password ? config::redact_any_url(name) : std::string(name);
}

void read_field(PubSubClient& client, std::string_view name, std::string_view value) {
  const auto number = parse_number<std::int64_t>(value);
  if (name == "addr") {
    client.address = value;
  } else if (name == "name") {
    client.name = shown_name(value);
  } else if (!number) {
    return;
  } else if (name == "id") {
    client.id = *number;
  } else if (name == "sub") {
    client.channels = *number;
  } else if (name == "psub") {
    client.patterns = *number;
  } else if (name == "omem") {
    client.output_buffer = *number;
  } else if (name == "age") {
    client.age_ms = *number * kMillisecondsPerSecond;
  } else if (name == "idle") {
    client.idle_ms = *number * kMillisecondsPerSecond;
  }
}

bool is_named(std::string_view name, std::string_view prefix) {
  return !prefix.empty() && name.starts_with(prefix) &&
         (name.size() == prefix.size() || name[prefix.size()] == ':');
}

}  // namespace

bool is_own_client(std::string_view name, std::string_view our_name) {
  return is_named(name, our_name) || is_named(name, "fogis-redis");
}

std::vector<PubSubClient> parse_client_list(std::string_view text) {
  std::vector<PubSubClient> clients;
  while (!text.empty()) {
    auto line = take(text, '\n');
    PubSubClient client;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    while (!line.empty()) {
      auto value = take(line, ' ');
      const auto name = take(value, '=');
      read_field(client, name, value);
    }
    if (client.id != 0) {
      clients.push_back(std::move(client));
    }
  }
  return clients;
}

}  // namespace fogis::redis
