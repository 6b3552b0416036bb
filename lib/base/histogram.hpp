// Latency distribution in constant memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fogis {

/// Counts durations in buckets whose width grows with their size, so that a quantile is off by less
/// than 1 % whatever the range. At most 37 KB however many values, 12 KB up to 100 us. Not
/// thread-safe: one for each thread, then merge().
class Histogram {
public:
  /// Negative values count as zero, values over an hour as an hour.
  void record(std::chrono::nanoseconds value);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Exact; zero when empty.
  [[nodiscard]] std::chrono::nanoseconds min() const;
  [[nodiscard]] std::chrono::nanoseconds max() const { return max_; }
  [[nodiscard]] std::chrono::nanoseconds mean() const;
  /// The smallest recorded magnitude that at least `fraction` (0 to 1) of all values do not exceed:
  /// the upper bound of its bucket, never outside [min, max]. Zero when empty.
  [[nodiscard]] std::chrono::nanoseconds quantile(double fraction) const;

private:
  std::vector<std::uint64_t> buckets_;  ///< up to that of the largest value
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::chrono::nanoseconds min_ = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds max_ = std::chrono::nanoseconds::zero();
};

}  // namespace fogis
