// Which messages of a numbered series did not arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ranges.hpp"

namespace fogis::message {

/// Watches the numbers of one source on one channel. They count as a series as soon as one follows
/// the other by exactly one; from then on a number that is left out is a lost message. Several
/// publishers that number for themselves side by side make no series, and nothing can be said of
/// losses: as soon as the numbers show it, what was taken for lost is taken back. Not thread-safe.
class SequenceTracker {
public:
  /// Ranges that are kept; what is lost beyond them is only counted.
  static constexpr std::size_t kMostRanges = 1000;
  /// A larger jump is no loss but the beginning of another series.
  static constexpr std::uint64_t kLongestJump = 1'000'000'000;

  /// Takes note of the next message's number.
  void see(std::uint64_t number);

  /// Whether the numbers are a series.
  [[nodiscard]] bool is_series() const { return is_series_ && !is_mixed_; }
  /// Whether they are those of several publishers side by side.
  [[nodiscard]] bool is_mixed() const { return is_mixed_; }
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t last() const { return last_.value_or(0); }
  [[nodiscard]] std::uint64_t lost() const { return lost_count_; }
  [[nodiscard]] const Ranges& lost_ranges() const { return lost_; }
  /// How often the numbers went back or jumped too far: a publisher began anew, or repeated itself.
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

private:
  void begin_anew(std::uint64_t before, std::uint64_t number);
  void lose(std::uint64_t first, std::uint64_t last);
  [[nodiscard]] bool was_taken_for_lost(std::uint64_t before, std::uint64_t number) const;

  std::optional<std::uint64_t> last_;
  std::uint64_t first_ = 0;
  bool is_series_ = false;
  bool is_following_ = false;  ///< the present run of numbers is a series
  bool is_mixed_ = false;
  /// The highest number before the present run began: whoever counted up to it may still be there.
  std::optional<std::uint64_t> highest_before_;
  Ranges lost_;
  std::uint64_t lost_count_ = 0;
  std::size_t run_ranges_ = 0;  ///< lost_ has those of earlier runs before this index
  std::uint64_t restarts_ = 0;
};

}  // namespace fogis::message
