// Runs a program to its end.
#pragma once

#include <string>
#include <vector>

#include "support/process.hpp"

namespace fogis::testing {

/// Runs the program and waits for its end. Fails the test when it cannot be started or takes longer
/// than `patience`.
Outcome run_binary(ProgramOptions options, Process::Clock::duration patience = Process::kPatience);

/// Runs fogis-redis with these arguments in a clean environment, plus `environment`.
Outcome run_binary(std::vector<std::string> arguments, const Environment& environment = {});

}  // namespace fogis::testing
