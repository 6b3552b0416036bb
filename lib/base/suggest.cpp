#include "base/suggest.hpp"

#include <algorithm>
#include <vector>

namespace fogis {
namespace {

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kBytesForOneEdit = 3;
constexpr std::size_t kMostEdits = 3;

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same(char left, char right) {
  return lower(left) == lower(right);
}

}  // namespace

std::optional<std::size_t> edit_distance(std::string_view left, std::string_view right,
                                         std::size_t limit) {
  const auto longer = std::max(left.size(), right.size());
  if (longer - std::min(left.size(), right.size()) > limit) {
    return std::nullopt;
  }
  // Rows of the table distance[prefix of left][prefix of right]; a swap looks two rows back.
  std::vector<std::size_t> before_last(right.size() + 1);
  std::vector<std::size_t> last(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (same(left[i - 1], right[j - 1]) ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool swapped =
          i > 1 && j > 1 && same(left[i - 1], right[j - 2]) && same(left[i - 2], right[j - 1]);
      if (swapped) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  const auto distance = row.back();
  return distance <= limit ? std::optional(distance) : std::nullopt;
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  std::optional<std::string_view> best;
  if (word.empty() || word.size() > kLongestWord) {
    return best;
  }
  std::size_t best_distance = kMostEdits + 1;
  for (const auto candidate : candidates) {
    const auto allowed = std::clamp<std::size_t>(
        std::max(word.size(), candidate.size()) / kBytesForOneEdit, 1, kMostEdits);
    const auto distance = edit_distance(word, candidate, std::min(allowed, best_distance - 1));
    if (distance) {
      best = candidate;
      best_distance = *distance;
    }
    if (best_distance == 0) {
      break;
    }
  }
  return best;
}

}  // namespace fogis
