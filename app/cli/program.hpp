// The whole program but main.
#pragma once

#include <string>
#include <vector>

namespace fogis::cli {

/// Parses the arguments (without the program's name), runs the command that they choose and returns
/// the exit code. To be called once, before any thread is made.
int run_program(const std::vector<std::string>& arguments);

}  // namespace fogis::cli
