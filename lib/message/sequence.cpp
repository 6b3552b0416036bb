#include "message/sequence.hpp"

#include <utility>

namespace fogis::message {

std::uint64_t SequenceTracker::see(std::uint64_t number) {
  const auto before = std::exchange(last_, number);
  if (!before) {
    first_ = number;
    return 0;
  }
  if (!is_series_) {
    is_series_ = number == *before + 1;
    first_ = is_series_ ? *before : number;
    return 0;
  }
  if (number <= *before || number - *before > kLongestJump) {
    ++restarts_;
    return 0;
  }
  const auto missing = number - *before - 1;
  if (missing > 0) {
    lost_count_ += missing;
    if (lost_.list().size() < kMostRanges) {
      lost_.add(*before + 1, number - 1);
    }
  }
  return missing;
}

}  // namespace fogis::message
