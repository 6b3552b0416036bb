// The program, run to its end.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/run_binary.hpp"

namespace fogis::testing {

/// fogis-redis with these arguments in a clean environment, plus `environment`. Unlike run_binary
/// it cannot be mistaken for the form that takes options when there are few arguments.
inline Outcome run_cli(std::vector<std::string> arguments, const Environment& environment = {}) {
  return run_binary(std::move(arguments), environment);
}

}  // namespace fogis::testing
