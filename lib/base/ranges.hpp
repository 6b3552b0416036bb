// Which of many numbered things: as ranges, because they are many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fogis {

/// A set of numbers that grows upwards, kept as ranges. Memory grows with the number of ranges, not
/// of numbers. Not thread-safe.
class Ranges {
public:
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  ///< included
  };

  /// Adds `first` to `last`, both included. Numbers below the highest one so far begin a range of
  /// their own.
  void add(std::uint64_t first, std::uint64_t last);
  void add(std::uint64_t number) { add(number, number); }

  /// How many numbers were added.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] const std::vector<Range>& list() const { return ranges_; }

private:
  std::vector<Range> ranges_;
  std::uint64_t count_ = 0;
};

/// `3, 17-20, 25 and 12 more`: at most `shown` ranges, and how many numbers are in the others.
std::string describe(const Ranges& ranges, std::size_t shown = 8);

}  // namespace fogis
