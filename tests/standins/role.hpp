// What both stand-ins are started with.
#pragma once

#include <chrono>
#include <string>

#include "config/connection_settings.hpp"

namespace fogis::standins {

struct RoleOptions {
  std::string redis_url;                          ///< as the service would be given it
  std::string claimed_redis;                      ///< what /redis-config names; empty: redis_url
  config::ConnectionSettings settings;            ///< of that
  std::string fault;                              ///< of the service; empty: it works
  std::string http_fault;                         ///< see HttpFace
  std::string channel = "fogis:matches:updates";  ///< of match updates
  std::chrono::milliseconds interval{20};         ///< between two cycles of the processor
};

/// Plays the calendar service: subscribes as it does, and says of itself what it would. Faults:
/// `dead-listener` (the subscription is gone, the claims stay), `never-subscribed`, `disabled`,
/// `disconnected`, `no-integration` (no /redis-* endpoints, no subscription), `other-channels`
/// (subscribed and configured elsewhere), `v2-only` (subscribed to the two channels on which nobody
/// publishes), `slow` (subscribed, but reads nothing; also on `standin:flood`), `deaf` (its HTTP
/// works, but says nothing of Redis, and it does not subscribe), `no-credentials` and
/// `expired-credentials` (of Google; it listens all the same), `spinning` (does not subscribe again
/// after a lost connection, on which it says "lost"), `late-reconnect` (the same until the key
/// `standin:subscribe` is there), `leftover` (subscribed twice, and reads one of the two). Never
/// returns.
[[noreturn]] void play_calendar(const RoleOptions& options);

/// Plays match-list-processor: each cycle announces itself, publishes a match update and announces
/// its end. Faults: `silent` (publishes nothing), `unhealthy`, `degraded`, `failed` and
/// `publishing-failed` (ends of a cycle), `no-end` (announces cycles, and does nothing else),
/// `old` (runs for a day), and the faulty updates `D1`, `D2`, `D4`, `D5`, `D6` and `D7`. Never
/// returns.
[[noreturn]] void play_processor(const RoleOptions& options);

/// Tells whoever started the stand-in that it is ready, and on which port its HTTP is.
void announce(int port);

}  // namespace fogis::standins
