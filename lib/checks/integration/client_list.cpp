#include "checks/integration/client_list.hpp"

#include <utility>

namespace fogis::checks::integration {
namespace {

bool is_named(std::string_view name, std::string_view our_name) {
  return !our_name.empty() && name.starts_with(our_name) &&
         (name.size() == our_name.size() || name[our_name.size()] == ':');
}

}  // namespace

std::vector<PubSubClient> parse_client_list(std::string_view reply, std::string_view our_name) {
  std::vector<PubSubClient> clients;
  for (auto& client : redis::parse_client_list(reply)) {
    if (client.channels > 0 || client.patterns > 0) {
      const bool ours = is_named(client.name, our_name);
      clients.push_back({std::move(client), ours});
    }
  }
  return clients;
}

}  // namespace fogis::checks::integration
