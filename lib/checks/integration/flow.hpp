// Publishes messages and looks out for them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "checks/context.hpp"
#include "checks/integration/evidence.hpp"

namespace fogis::checks::integration {

/// What Flow asks for: a numbered message on a private channel; harmless probes on the live
/// channels; one match update that the calendar carries out. Each is received by a subscriber of
/// ours, which is taken back at the end. Stops at the first failure that may mean a lost server.
/// `source` is the envelope's.
std::vector<FlowStep> send_messages(Context& context, Flow flow, const std::string& source);

}  // namespace fogis::checks::integration
