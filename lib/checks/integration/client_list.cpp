#include "checks/integration/client_list.hpp"

#include "base/number.hpp"

namespace fogis::checks::integration {
namespace {

/// Takes what stands before the next `separator` off the front.
std::string_view take_until(std::string_view& text, char separator) {
  const auto part = text.substr(0, text.find(separator));
  text.remove_prefix(part.size() < text.size() ? part.size() + 1 : text.size());
  return part;
}

bool is_named(std::string_view name, std::string_view our_name) {
  return !our_name.empty() && name.starts_with(our_name) &&
         (name.size() == our_name.size() || name[our_name.size()] == ':');
}

PubSubClient parse_line(std::string_view line, std::string_view our_name) {
  PubSubClient client;
  while (!line.empty()) {
    auto field = take_until(line, ' ');
    const auto key = take_until(field, '=');
    const auto number = parse_number<std::int64_t>(field).value_or(0);
    if (key == "id") {
      client.id = number;
    } else if (key == "name") {
      client.name = field;
      client.ours = is_named(field, our_name);
    } else if (key == "addr") {
      client.address = field;
    } else if (key == "sub") {
      client.channels = number;
    } else if (key == "psub") {
      client.patterns = number;
    } else if (key == "omem") {
      client.output_bytes = number;
    }
  }
  return client;
}

}  // namespace

std::vector<PubSubClient> parse_client_list(std::string_view reply, std::string_view our_name) {
  std::vector<PubSubClient> clients;
  while (!reply.empty()) {
    auto line = take_until(reply, '\n');
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    auto client = parse_line(line, our_name);
    if (client.channels > 0 || client.patterns > 0) {
      clients.push_back(std::move(client));
    }
  }
  return clients;
}

}  // namespace fogis::checks::integration
