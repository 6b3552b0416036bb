// The verdict: how is the server, and what says so?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "monitor/metrics.hpp"
#include "monitor/observation.hpp"
#include "monitor/thresholds.hpp"

namespace fogis::monitor {

enum class Health : std::uint8_t {
  healthy,
  degraded,   ///< a warning limit is crossed
  unhealthy,  ///< a critical limit is crossed, or the server says that it is not ready
  unknown,    ///< it could not be sampled, or a limit could not be judged
};

/// `healthy`, `degraded`, `unhealthy`, `unknown`.
std::string_view name(Health health);

/// A limit that is crossed.
struct Alert {
  const Metric* metric = nullptr;  ///< static; null: not a metric, see `message`
  AlertLevel severity = AlertLevel::warning;
  std::optional<double> value;  ///< in the metric's unit
  std::optional<double> limit;
  std::string message;  ///< `memory is 95.1 %, above 94 %`; may hold text from the network
  std::string hint;
};

/// A default limit that has nothing to be compared with. One that the command line names is a
/// finding instead.
struct Unjudged {
  const Metric* metric = nullptr;  ///< static
  std::string reason;              ///< may hold text from the network
  bool refused = false;            ///< the server refuses what it needs; else it does not offer it
};

struct Verdict {
  Health health = Health::unknown;
  std::vector<Alert> findings;          ///< critical ones first, then in the order of the metrics
  std::vector<Unjudged> unjudged = {};  ///< in the order of the metrics
};

/// Compares everything that has a limit. Two are compared only where that makes sense: the hit rate
/// after more than 100 lookups, the age of the last snapshot while changes are unsaved.
Verdict judge(const Observation& observation, const Thresholds& thresholds);

/// What a sample that failed tells: unhealthy when the server itself said that it is not ready,
/// else unknown.
Verdict judge(const Error& error);

}  // namespace fogis::monitor
