// Which messages of a numbered series did not arrive.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ranges.hpp"

namespace fogis::message {

/// Watches the numbers of one channel. They count as a series as soon as one follows the other by
/// exactly one; from then on a number that is left out is a lost message. Several publishers that
/// number for themselves on one channel make no series. Not thread-safe.
class SequenceTracker {
public:
  /// Ranges that are kept; what is lost beyond them is only counted.
  static constexpr std::size_t kMostRanges = 1000;
  /// A larger jump is no loss but the beginning of another series.
  static constexpr std::uint64_t kLongestJump = 1'000'000'000;

  /// Takes note of the next message's number. Returns how many are missing before it.
  std::uint64_t see(std::uint64_t number);

  /// Whether the numbers are a series.
  [[nodiscard]] bool is_series() const { return is_series_; }
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t last() const { return last_.value_or(0); }
  [[nodiscard]] std::uint64_t lost() const { return lost_count_; }
  [[nodiscard]] const Ranges& lost_ranges() const { return lost_; }
  /// How often the numbers went back or jumped too far: a publisher began anew, or repeated itself.
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

private:
  std::optional<std::uint64_t> last_;
  std::uint64_t first_ = 0;
  bool is_series_ = false;
  Ranges lost_;
  std::uint64_t lost_count_ = 0;
  std::uint64_t restarts_ = 0;
};

}  // namespace fogis::message
