#include "message/sequence.hpp"

#include <algorithm>
#include <utility>

namespace fogis::message {

void SequenceTracker::see(std::uint64_t number) {
  const auto before = std::exchange(last_, number);
  if (is_mixed_) {
    return;
  }
  if (!before) {
    first_ = number;
    return;
  }
  if (number == *before + 1) {
    first_ = is_series_ ? first_ : *before;
    is_series_ = true;
    is_following_ = true;
    return;
  }
  if (number == *before) {
    ++restarts_;
    return;
  }
  // A number that was taken for lost has come, or whoever numbered the messages before a restart
  // goes on: several publishers number side by side.
  if (was_taken_for_lost(*before, number) ||
      (highest_before_ && *before <= *highest_before_ && number > *highest_before_ &&
       number - *highest_before_ <= kLongestJump) ||
      (highest_before_ && number == *highest_before_ + 1)) {
    is_mixed_ = true;
    lost_ = Ranges();
    lost_count_ = 0;
    return;
  }
  if (number < *before || number - *before > kLongestJump) {
    begin_anew(*before, number);
  } else if (is_following_) {
    lose(*before + 1, number - 1);
  } else if (!is_series_) {
    first_ = number;
  }
}

void SequenceTracker::begin_anew(std::uint64_t before, std::uint64_t number) {
  ++restarts_;
  // After a jump too far up, only what was counted just before can go on.
  const bool jumped_up = number > before;
  highest_before_ = jumped_up ? before : std::max(before, highest_before_.value_or(0));
  is_following_ = false;
  run_ranges_ = lost_.list().size();
}

void SequenceTracker::lose(std::uint64_t first, std::uint64_t last) {
  lost_count_ += last - first + 1;
  if (lost_.list().size() < kMostRanges) {
    lost_.add(first, last);
  }
}

/// Whether the present run of numbers left out `number`, or may have where that was not kept.
bool SequenceTracker::was_taken_for_lost(std::uint64_t before, std::uint64_t number) const {
  if (number > before) {
    return false;
  }
  const auto& ranges = lost_.list();
  const bool kept_all = lost_.count() == lost_count_;
  return (!kept_all && number > ranges.back().last) ||
         std::any_of(ranges.begin() + static_cast<std::ptrdiff_t>(run_ranges_), ranges.end(),
                     [&](const Ranges::Range& range) {
                       return range.first <= number && number <= range.last;
                     });
}

}  // namespace fogis::message
