#include "checks/report.hpp"

#include <algorithm>
#include <array>

namespace fogis::checks {

std::string_view name(Status status) {
  switch (status) {
    case Status::pass:
      return "pass";
    case Status::warn:
      return "warn";
    case Status::fail:
      return "fail";
    case Status::skip:
      return "skip";
    case Status::error:
      break;
  }
  return "error";
}

Counts Report::counts() const {
  /// In the order of Status.
  constexpr std::array kFields{&Counts::pass, &Counts::warn, &Counts::fail, &Counts::skip,
                               &Counts::error};
  Counts counts;
  for (const auto& check : checks) {
    ++(counts.*kFields.at(static_cast<std::size_t>(check.result.status)));
  }
  return counts;
}

std::optional<double> Report::success_rate() const {
  const auto seen = counts();
  const auto judged = seen.total() - seen.skip;
  if (judged == 0) {
    return std::nullopt;
  }
  return 100.0 * static_cast<double>(seen.pass + seen.warn) / static_cast<double>(judged);
}

bool passes(const Report& report, const Policy& policy) {
  const auto rate = report.success_rate();
  if (!rate || *rate < policy.min_success_rate) {
    return false;
  }
  const bool proved =
      report.essential.empty() ||
      std::none_of(report.checks.begin(), report.checks.end(), [&](const CheckReport& check) {
        return check.id == report.essential && check.result.status == Status::skip;
      });
  if (!proved) {
    return false;
  }
  return !policy.strict || report.counts().pass == report.checks.size();
}

}  // namespace fogis::checks
