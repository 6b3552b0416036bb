// Watches what is published.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

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
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

private:
  void judge(const redis::Message& message);
  void note_faults(const redis::Message& message, const message::Judgement& judgement);

  std::string our_mark_;
  message::Judge judge_;
  Traffic traffic_;
  std::size_t judged_bytes_ = 0;
};

/// Subscribes to the channels, takes what comes for `span`, and takes the subscription back, so
/// that later counts are without ours. Meanwhile the waiting output of other subscribers is sampled
/// into `slow`. A subscription that is refused or lost is told in Traffic::error.
Traffic watch_traffic(Context& context, const std::vector<std::string>& channels,
                      std::string_view our_source, std::chrono::nanoseconds span,
                      SlowSubscribers& slow);

}  // namespace fogis::checks::integration
