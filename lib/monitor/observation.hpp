// Everything that is known of a server at one moment.
#pragma once

#include <optional>

#include "base/latency_window.hpp"
#include "monitor/changes.hpp"
#include "monitor/sample.hpp"
#include "redis/canary.hpp"

namespace fogis::monitor {

/// Reads of keys in the last minute; fewer while we have not sampled for so long.
struct Lookups {
  double hits = 0;
  double misses = 0;

  [[nodiscard]] double total() const { return hits + misses; }
};

/// A sample with what we measured ourselves and what earlier samples add to it.
struct Observation {
  Sample sample;
  std::optional<Changes> changes;             ///< absent at the first sample and after a restart
  std::optional<Lookups> lookups;             ///< as changes
  std::optional<LatencySummary> ping;         ///< round trips of our own PINGs
  std::optional<redis::CanaryReport> canary;  ///< absent unless asked for
};

}  // namespace fogis::monitor
