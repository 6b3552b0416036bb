// What a shell can complete on the command line, and the scripts that make it ask.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/options.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name that the library has
class App;
}  // namespace CLI

namespace fogis::cli {

/// The shells that can be told how to complete.
inline constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};

/// What the last of some words can become.
struct Completion {
  std::vector<std::string> words;
  /// Whether the name of a file may stand there, which the shell completes itself.
  bool files = false;
};

/// Completes the last of `words`, the arguments as typed so far; it is empty where a new one
/// begins. `app` has the options of all `commands`, declared with `declarations`.
Completion complete(const CLI::App& app, std::span<const Command> commands,
                    const Declarations& declarations, const std::vector<std::string>& words);

/// The names of the channels that the FOGIS services use, as words of an option.
std::vector<std::string> fogis_channels();

/// A script for the shell to source, which calls `fogis-redis completion words`. Nothing for a
/// shell that is not one of kShells.
std::optional<std::string_view> completion_script(std::string_view shell);

}  // namespace fogis::cli
