// What the user may set for a run of the integration checks.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/url.hpp"
#include "redis/reply.hpp"

namespace fogis::checks::integration {

/// Where the flow check publishes.
enum class Flow : std::uint8_t {
  private_channels,  ///< our own channels only
  safe,              ///< harmless messages on the live channels as well
  live,              ///< also one match update with has_changes, which the calendar carries out
};

/// `private`, `safe` or `live`.
std::string_view name(Flow flow);

struct Options {
  std::optional<http::Url> match_processor;  ///< nothing: its HTTP is not asked
  std::optional<http::Url> calendar;
  std::chrono::nanoseconds observe = std::chrono::seconds(5);  ///< how long to watch the traffic
  /// How often the processor runs: without a sign of it for that long it is at fault.
  std::chrono::nanoseconds service_interval = std::chrono::hours(1);
  /// How long after its start Redis is given for the calendar to subscribe again: the longest pause
  /// between two of its attempts is a minute.
  std::chrono::nanoseconds reconnect_wait = std::chrono::seconds(65);
  /// An observation of at least this long keeps a connection as quiet as the calendar's, which
  /// sends a PING after each such silence. Tests shorten both.
  std::chrono::nanoseconds quiet_from = std::chrono::minutes(1);
  std::chrono::nanoseconds calendar_ping = std::chrono::seconds(30);
  Flow flow = Flow::safe;
  std::int64_t expected_subscribers = 1;                  ///< on each channel of the calendar
  std::vector<std::string> channels;                      ///< to be examined beside the known ones
  std::size_t max_message_size = redis::kMostReplyBytes;  ///< bytes of a message that is read
  bool allow_evictions = false;  ///< do also what a full server cannot spare the memory for
};

}  // namespace fogis::checks::integration
