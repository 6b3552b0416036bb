// The rows of the decision table that tell why the calendar does not hear.
#pragma once

#include <span>

#include "checks/integration/decisions.hpp"

namespace fogis::checks::integration {

/// D13, D15, calendar-disabled, D10, D14, D16, D9, D3, D8 and calendar-unheard, in the order in
/// which they hide each other: all of them can show as NUMSUB 0.
std::span<const Decision> calendar_decisions();

}  // namespace fogis::checks::integration
