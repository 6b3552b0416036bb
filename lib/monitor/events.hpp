// What happens to a server while it is watched.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/sample.hpp"

namespace fogis::monitor {

enum class EventKind : std::uint8_t {
  lost,             ///< the server cannot be reached any more
  restored,         ///< it can again
  restarted,        ///< another run of the server
  other_server,     ///< another server at the same address, which ran before
  failover,         ///< it has become replica or master, or got another master
  subscriber_gone,  ///< fewer subscribers on a FOGIS channel, or a lagging one has vanished
  subscriber_came,  ///< more subscribers on a FOGIS channel
  buffer_growing,   ///< a subscriber does not keep up
  health_changed,
};

/// `lost`, `restored`, `restarted`, …
std::string_view name(EventKind kind);

struct Event {
  std::chrono::system_clock::time_point at;
  EventKind kind = EventKind::lost;
  std::string text;  ///< one line; may hold text from the network
};

/// What has happened between two samples, in the order of EventKind. `after` must be the later one.
std::vector<Event> compare(const Sample& before, const Sample& after);

}  // namespace fogis::monitor
