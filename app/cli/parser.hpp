// The command line, taken apart.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/completion.hpp"
#include "output/style.hpp"

namespace fogis::cli {

/// A command to run with the options that were given.
struct Invocation {
  const Command* command = nullptr;
  Run run;
};

/// --help was asked for, of the tool when `command` is null.
struct HelpRequest {
  const Command* command = nullptr;
};

struct VersionRequest {};

/// Nothing was asked for at all.
struct NothingAsked {};

/// A command line that makes no sense. `command` is null when none was recognised.
struct UsageFault {
  Error error;
  const Command* command = nullptr;
};

using Parsed = std::variant<Invocation, HelpRequest, VersionRequest, NothingAsked, UsageFault>;

/// Knows the commands with their options. Holds the values of what it parsed, so it must live as
/// long as the command runs. Parses once.
class Parser {
public:
  /// `commands` must outlive the parser.
  explicit Parser(std::span<const Command> commands);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// `arguments` without the program's name.
  Parsed parse(const std::vector<std::string>& arguments);

  /// What parse() found of the options that every command has; after parse().
  [[nodiscard]] const GlobalOptions& options() const;

  /// The command of that name, or an error that names the nearest.
  [[nodiscard]] Result<const Command*> find(const std::string& name) const;

  /// The text of --help, for the tool when `command` is null.
  [[nodiscard]] std::string help(const Command* command, const output::Style& style) const;
  /// How to call it and the names of the commands, for somebody who asked for nothing.
  [[nodiscard]] std::string short_help(const output::Style& style) const;
  /// The man page, in section 1.
  [[nodiscard]] std::string man_page() const;
  /// What the last of these arguments can become.
  [[nodiscard]] Completion complete(const std::vector<std::string>& words) const;

private:
  struct State;
  [[nodiscard]] std::unique_ptr<State> declare(const Command* only) const;
  static Parsed parse_with(State& state, const std::vector<std::string>& arguments);

  std::span<const Command> commands_;
  std::unique_ptr<State> state_;
};

/// Whether the arguments or else FOGIS_OUTPUT ask for JSON: for faults that keep the arguments from
/// being parsed.
bool asks_for_json(const std::vector<std::string>& arguments,
                   const config::Environment& environment);

/// Whether they ask for the output of a monitoring plugin, whose faults go to stdout.
bool asks_for_nagios(const std::vector<std::string>& arguments,
                     const config::Environment& environment);

}  // namespace fogis::cli
