// The integration checks: the table of them, and the judge of each.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "checks/integration/decisions.hpp"
#include "checks/integration/evidence.hpp"
#include "checks/report.hpp"

namespace fogis::checks::integration {

/// The result that the evidence gives, without the findings, which are added to it.
using Judge = CheckResult (*)(const Evidence& evidence);

/// A row of the table.
struct Step {
  std::string_view id;       ///< stable kebab-case
  std::string_view title;    ///< at most 40 characters
  std::string_view purpose;  ///< one sentence for --list: what it proves
  bool needs_redis = true;
  Judge judge = nullptr;
};

/// All integration checks in the order of a report; `redis` is the first.
std::span<const Step> steps();

// Judges with a file of their own; the others are beside the table.
CheckResult judge_services(const Evidence& evidence);
CheckResult judge_wiring(const Evidence& evidence);
CheckResult judge_flow(const Evidence& evidence);

/// Judges all stages: the checks of a report, without times. Pure.
std::vector<CheckReport> judge_all(const Evidence& evidence);

/// What could not be looked at, and what would show it.
std::vector<std::string> unseen(const Evidence& evidence);

}  // namespace fogis::checks::integration
