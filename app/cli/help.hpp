// The texts of --help, and the man page with all of them.
#pragma once

#include <span>
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

/// The man page, in the macros of man(7).
std::string man_page(const CLI::App& app, std::span<const Command> commands);

}  // namespace fogis::cli
