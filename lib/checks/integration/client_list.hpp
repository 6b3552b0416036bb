// The subscribers of a server: ours and those of others.
#pragma once

#include <string_view>
#include <vector>

#include "checks/integration/evidence.hpp"

namespace fogis::checks::integration {

/// The clients of a CLIENT LIST reply that are in pub/sub mode. `our_name` tells which are this
/// tool's: those whose name is that, or begins with that and a colon. Pure; time is linear in the
/// size.
std::vector<PubSubClient> parse_client_list(std::string_view reply, std::string_view our_name);

}  // namespace fogis::checks::integration
