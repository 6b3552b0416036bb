#include "monitor/history.hpp"

#include "base/duration.hpp"

namespace fogis::monitor {

Point point_of(const Report& report) {
  Point point;
  point.taken = report.taken;
  if (report.observation) {
    const auto& seen = *report.observation;
    point.ops = value_of("ops", seen);
    point.latency = value_of("ping_latest", seen);
    point.memory = value_of("memory_used", seen);
    point.clients = value_of("clients", seen);
    if (seen.canary && seen.canary->delivered > 0 && seen.canary->latency) {
      point.canary = to_milliseconds(seen.canary->latency->latest);
    }
  }
  return point;
}

void History::add(const Report& report) {
  points_.push_back(point_of(report));
  if (points_.size() > kMostPoints) {
    points_.pop_front();
  }
  for (const auto& event : report.events) {
    events_.push_back(event);
    if (events_.size() > kMostEvents) {
      events_.pop_front();
    }
  }
}

}  // namespace fogis::monitor
