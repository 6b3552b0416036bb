// Which checks a run has, as its options say.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "checks/check.hpp"

namespace fogis::checks {

/// The suite's checks that `options` select, in the suite's order; maybe none.
/// Errors: usage as run_suite().
Result<std::vector<const Check*>> select_checks(const SuiteOptions& options);

}  // namespace fogis::checks
