// The texts of --help.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "output/style.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name that the library has
class App;
}  // namespace CLI

namespace fogis::cli {

/// How to call the tool, and its commands in a line each.
std::string tool_usage(const CLI::App& app, const output::Style& style);

/// Everything about the tool: usage, commands, options that all commands have, exit codes.
std::string tool_help(const CLI::App& app, const output::Style& style);

/// Everything about one command.
std::string command_help(const CLI::App& app, const Command& command, const output::Style& style);

}  // namespace fogis::cli
