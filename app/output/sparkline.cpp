#include "output/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace fogis::output {
namespace {

constexpr std::size_t kSteps = 8;
constexpr std::array<std::string_view, kSteps> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, kSteps> kAscii{"_", ".", ":", "-", "=", "+", "*", "#"};

std::size_t step_of(double value, double largest) {
  if (largest <= 0) {
    return 0;
  }
  const double share = std::clamp(value / largest, 0.0, 1.0);
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(kSteps - 1)));
}

}  // namespace

std::string sparkline(const std::vector<std::optional<double>>& values, std::size_t columns,
                      bool unicode) {
  const auto shown = std::min(values.size(), columns);
  const auto first = values.end() - static_cast<std::ptrdiff_t>(shown);
  double largest = 0;
  for (auto value = first; value != values.end(); ++value) {
    largest = std::max(largest, value->value_or(0));
  }
  std::string line(columns - shown, ' ');
  for (auto value = first; value != values.end(); ++value) {
    line += *value ? (unicode ? kBlocks : kAscii)[step_of(**value, largest)] : " ";
  }
  return line;
}

}  // namespace fogis::output
