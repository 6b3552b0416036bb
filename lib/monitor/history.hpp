// The last minutes, for curves.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "monitor/report.hpp"

namespace fogis::monitor {

/// The figures of one sample that are drawn. Absent ones are gaps.
struct Point {
  std::chrono::system_clock::time_point taken;
  std::optional<double> ops;      ///< per second
  std::optional<double> latency;  ///< of the last PING, ms
  std::optional<double> canary;   ///< the last canary, ms
  std::optional<double> memory;   ///< bytes
  std::optional<double> clients;
};

/// Keeps the latest points and events, both bounded. A value; not thread-safe.
class History {
public:
  static constexpr std::size_t kMostPoints = 600;
  static constexpr std::size_t kMostEvents = 100;

  void add(const Report& report);

  [[nodiscard]] const std::deque<Point>& points() const { return points_; }  ///< oldest first
  [[nodiscard]] const std::deque<Event>& events() const { return events_; }  ///< oldest first

private:
  std::deque<Point> points_;
  std::deque<Event> events_;
};

/// What of a report is drawn.
Point point_of(const Report& report);

}  // namespace fogis::monitor
