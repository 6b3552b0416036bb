// A message of ours to ourselves.
#pragma once

#include "checks/context.hpp"
#include "checks/integration/evidence.hpp"
#include "config/connection_settings.hpp"

namespace fogis::checks::integration {

/// Subscribes to a private channel over a connection of that protocol, publishes on another one,
/// and waits for the message, each within the operation timeout, but no longer than two seconds.
/// Nothing is subscribed afterwards.
Canary send_canary(const Context& context, config::RespVersion protocol);

}  // namespace fogis::checks::integration
