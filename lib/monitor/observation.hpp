// Everything that is known of a server at one moment.
#pragma once

#include <cstddef>
#include <optional>

#include "base/error.hpp"
#include "monitor/changes.hpp"
#include "monitor/latency_window.hpp"
#include "monitor/sample.hpp"

namespace fogis::monitor {

/// How the messages went that we sent to ourselves through the server's pub/sub.
struct CanaryReport {
  std::size_t sent = 0;
  std::size_t delivered = 0;
  std::size_t disordered = 0;             ///< that came after a later one
  std::optional<LatencySummary> latency;  ///< from publishing to receiving, of the last minutes
  std::optional<Error> error;  ///< what kept them from being sent or received; forbidden: no right

  [[nodiscard]] std::size_t lost() const { return sent - delivered; }
  /// Whether the user lacks the right, so that nothing can be said of the server.
  [[nodiscard]] bool denied() const { return error && error->kind == ErrorKind::forbidden; }
  [[nodiscard]] bool perfect() const {
    return !error && sent > 0 && lost() == 0 && disordered == 0;
  }
};

/// Reads of keys in the last minute; fewer while we have not looked for so long.
struct Lookups {
  double hits = 0;
  double misses = 0;

  [[nodiscard]] double total() const { return hits + misses; }
};

/// A sample with what we measured ourselves and what earlier samples add to it.
struct Observation {
  Sample sample;
  std::optional<Changes> changes;      ///< absent at the first look and after a restart
  std::optional<Lookups> lookups;      ///< as changes
  std::optional<LatencySummary> ping;  ///< round trips of our own PINGs
  std::optional<CanaryReport> canary;  ///< absent unless asked for
};

}  // namespace fogis::monitor
