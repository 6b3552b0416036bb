// Watches what is published.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "checks/context.hpp"
#include "checks/integration/evidence.hpp"
#include "message/contract.hpp"
#include "redis/subscriber.hpp"

namespace fogis::checks::integration {

/// Adds messages up. Payloads are judged for the calendar's reader when they come and not kept;
/// after 64 MiB the rest is only counted, so that judging never makes us the slow subscriber.
/// Messages of this tool (by their `source`) are passed over. Not thread-safe.
class TrafficCount {
public:
  explicit TrafficCount(std::string_view our_source);

  void add(const redis::Message& message);
  /// Nothing more comes: what has not ended by now is judged.
  void end(Deadline::Clock::time_point now);
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

private:
  void judge(const redis::Message& message);
  void note_publication();
  void note_faults(const redis::Message& message, const message::Judgement& judgement);

  std::string our_mark_;
  message::Judge judge_;
  Traffic traffic_;
  std::size_t judged_bytes_ = 0;
  /// What was seen of the processor's cycles. Several processors may run side by side, so messages
  /// are not attributed to one of them.
  struct Cycles {
    std::uint64_t ends = 0;
    std::uint64_t with_changes = 0;  ///< ends that claim changes
    std::uint64_t publications = 0;  ///< messages that are neither a status nor an alert
    /// The last cycle began then, and nothing was published or ended since.
    std::optional<Deadline::Clock::time_point> quiet_since;
  };
  Cycles cycles_;
};

/// Subscribes to the channels, takes what comes for `span`, and takes the subscription back, so
/// that later counts are without ours. Meanwhile the waiting output of other subscribers is sampled
/// into `slow`. A subscription that is refused or lost is told in Traffic::error.
/// The subscription sends a PING after three seconds of silence, so that an idle timeout on the way
/// does not end the observation.
Traffic watch_traffic(Context& context, const std::vector<std::string>& channels,
                      std::string_view our_source, std::chrono::nanoseconds span,
                      SlowSubscribers& slow);

/// Keeps a subscription to a channel of our own for `span`, sends a PING after each silence of
/// `ping`, and notes when it is cut: then it connects anew, until it cannot. Safe to run beside
/// watch_traffic().
QuietLine watch_quiet_line(const Context& context, std::chrono::nanoseconds ping,
                           std::chrono::nanoseconds span);

}  // namespace fogis::checks::integration
