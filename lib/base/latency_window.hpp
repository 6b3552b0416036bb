// Round trips of the last minutes.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace fogis {

/// How round trips are distributed.
struct LatencySummary {
  std::size_t count = 0;
  std::chrono::nanoseconds latest{};
  std::chrono::nanoseconds p50{};
  std::chrono::nanoseconds p99{};
  std::chrono::nanoseconds max{};
};

/// Keeps so many of the latest values; older ones are forgotten, so that a bad minute does not stay
/// in the percentiles for ever. Not thread-safe.
class LatencyWindow {
public:
  void record(std::chrono::nanoseconds value);
  void clear() { values_.clear(); }
  /// Nothing while there are no values. Percentiles are exact.
  [[nodiscard]] std::optional<LatencySummary> summary() const;

private:
  static constexpr std::size_t kMostValues = 300;
  std::deque<std::chrono::nanoseconds> values_;
};

}  // namespace fogis
