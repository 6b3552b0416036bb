// The commands, each defined in the file of its name.
#pragma once

#include "cli/command.hpp"

namespace fogis::commands {

extern const cli::Command kPing;
extern const cli::Command kValidateUrl;
extern const cli::Command kConfig;
extern const cli::Command kTestSuite;

}  // namespace fogis::commands
