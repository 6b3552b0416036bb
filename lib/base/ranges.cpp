#include "base/ranges.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fogis {

void Ranges::add(std::uint64_t first, std::uint64_t last) {
  count_ += last - first + 1;
  if (!ranges_.empty() && ranges_.back().last + 1 == first) {
    ranges_.back().last = last;
  } else {
    ranges_.push_back({first, last});
  }
}

std::string describe(const Ranges& ranges, std::size_t shown) {
  std::string text;
  std::uint64_t told = 0;
  const auto& list = ranges.list();
  for (std::size_t i = 0; i < std::min(shown, list.size()); ++i) {
    const auto [first, last] = list[i];
    told += last - first + 1;
    text += text.empty() ? "" : ", ";
    text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
  }
  if (told < ranges.count()) {
    text += fmt::format(" and {} more", ranges.count() - told);
  }
  return text;
}

}  // namespace fogis
