// What the text forms of a sample of a server share.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/report.hpp"
#include "monitor/health.hpp"
#include "monitor/report.hpp"
#include "output/style.hpp"

namespace fogis::output {

/// The mark and colour that stand for a health.
checks::Status status_of(monitor::Health health);
checks::Status status_of(monitor::AlertLevel severity);

/// A metric's value with its unit, when it is there.
std::optional<std::string> shown(std::string_view metric, const monitor::Observation& seen);

/// One part of a line for each figure that is there: `parts.add("{} blocked", shown(…))`.
class Parts {
public:
  /// `before` and `after` go around `value`; nothing is added when there is no value.
  Parts& add(std::string_view before, const std::optional<std::string>& value,
             std::string_view after = {});
  Parts& add(std::string text);
  [[nodiscard]] bool empty() const { return parts_.empty(); }
  [[nodiscard]] std::string join(std::string_view separator = ", ") const;

private:
  std::vector<std::string> parts_;
};

/// `redis 7.0.15, up 3 m 05 s`; empty when the server tells nothing. Escaped.
std::string server_text(const monitor::Report& report);

/// `12:00:05`: the time of day in UTC.
std::string clock_text(std::chrono::system_clock::time_point moment);

/// The metrics that a refusal of the server keeps from being judged; nothing when there are none.
std::optional<std::string> refused_limits(const monitor::Report& report);

/// The first reason of a verdict, escaped; empty when there is none.
std::string first_reason(const monitor::Report& report);

}  // namespace fogis::output
