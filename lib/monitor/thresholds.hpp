// Limits: FOGIS's own, and those of the command line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "monitor/metrics.hpp"

namespace fogis::monitor {

/// `unknown`: a question stays open, which is worse than a warning and says less than a fault.
enum class AlertLevel : std::uint8_t { warning, unknown, critical };

/// `warning`, `unknown` or `critical`.
std::string_view name(AlertLevel severity);

/// What a metric is compared with, in its unit. A value crosses a limit when it is above it, or
/// below where less is worse; a value that equals it does not.
struct Limit {
  std::optional<double> warning;
  std::optional<double> critical;
  bool named = false;  ///< on the command line: somebody relies on it
};

/// What a crossed limit means, and what to do. Static texts.
struct Explanation {
  std::string_view meaning;  ///< instead of naming the value; empty: value and limit say it
  std::string_view hint;
};

/// The words for a metric; a hint for all of them, a meaning for flags and the like.
Explanation explain(std::string_view metric);

/// Limits by metric. A value.
class Thresholds {
public:
  /// Those that operators of FOGIS use, and states that are faults by themselves.
  Thresholds();

  /// Takes `metric=value`, or `metric=off` to have no limit.
  /// Errors (usage): not of that form, unknown metric (suggests the nearest), a value that is none
  /// in the metric's unit. The message begins with the option's name.
  Result<void> set(AlertLevel severity, std::string_view assignment);

  /// Errors (usage): a warning that would come after the critical limit.
  [[nodiscard]] Result<void> check() const;

  /// Both limits are absent where there are none.
  [[nodiscard]] Limit of(std::string_view metric) const;

  /// Whether the command line names a metric that takes two looks at the server.
  [[nodiscard]] bool need_two_looks() const;

private:
  std::map<std::string, Limit, std::less<>> limits_;
};

/// The worst limit that `value` crosses.
std::optional<AlertLevel> crossed(const Metric& metric, double value, const Limit& limit);

}  // namespace fogis::monitor
