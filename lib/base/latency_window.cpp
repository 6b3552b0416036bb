#include "base/latency_window.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace fogis {

void LatencyWindow::record(std::chrono::nanoseconds value) {
  values_.push_back(value);
  if (values_.size() > kMostValues) {
    values_.pop_front();
  }
}

std::optional<LatencySummary> LatencyWindow::summary() const {
  if (values_.empty()) {
    return std::nullopt;
  }
  std::vector<std::chrono::nanoseconds> sorted(values_.begin(), values_.end());
  std::sort(sorted.begin(), sorted.end());
  const auto quantile = [&sorted](double fraction) {
    const auto rank = std::ceil(fraction * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
  };
  return LatencySummary{.count = sorted.size(),
                        .latest = values_.back(),
                        .p50 = quantile(0.5),
                        .p99 = quantile(0.99),
                        .max = sorted.back()};
}

}  // namespace fogis
