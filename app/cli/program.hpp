// The whole program but main.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace fogis::cli {

/// Parses the arguments (without the program's name), runs the one of `commands` that they choose
/// and returns the exit code. To be called once, before any thread is made.
int run_program(const std::vector<std::string>& arguments, std::span<const Command> commands);

}  // namespace fogis::cli
