// The commands, each defined in the file of its name.
#pragma once

#include <span>

#include "cli/command.hpp"

namespace fogis::commands {

extern const cli::Command kPing;
extern const cli::Command kValidateUrl;
extern const cli::Command kConfig;
extern const cli::Command kTestSuite;
extern const cli::Command kIntegration;
extern const cli::Command kMonitor;
extern const cli::Command kValidateMessage;
extern const cli::Command kPublish;
extern const cli::Command kSubscribe;
extern const cli::Command kHelp;
extern const cli::Command kCompletion;

/// The command table, in the order in which --help shows it.
std::span<const cli::Command> all();

}  // namespace fogis::commands
