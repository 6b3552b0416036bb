// A command: what it is called, what it takes, what it does.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/stop_event.hpp"
#include "cli/global_options.hpp"
#include "cli/options.hpp"
#include "config/config.hpp"
#include "output/console.hpp"
#include "output/format.hpp"
#include "output/style.hpp"
#include "output/writer.hpp"

namespace fogis::cli {

class Parser;  // cli/parser.hpp

/// What a running command works with. Lives as long as the run; used by one thread.
struct Session {
  std::string_view command;  ///< its name
  const Parser& parser;      ///< what else there is
  const GlobalOptions& options;
  const config::Environment& environment;
  const StopEvent& stop;
  output::Format format;  ///< one of the command's
  output::Style style;    ///< of stdout
  output::Writer& out;
  output::Console& console;
  /// Also told of each failure, for a command that reports on it elsewhere; may be empty.
  std::function<void(const Error& error)> on_failure = {};

  /// Tells about a failure on stderr, and with JSON in a document on stdout as well. Returns the
  /// exit code.
  int fail(const Error& error);
};

/// For what an option sends to stdout, which `what` names: a report, a record.
/// Errors (usage): another output than text, which it would take the place of, was asked for.
Result<void> claim_stdout(const Session& session, std::string_view what);

/// Does the work with the options that were parsed. Returns the exit code.
using Run = std::function<int(Session& session)>;

/// An invocation worth showing, and what it is for.
struct Example {
  std::string_view line;  ///< without the program's name
  std::string_view purpose;
};

/// A row of the command table.
struct Command {
  std::string_view name;
  std::string_view summary;      ///< one line for the list of commands
  std::string_view description;  ///< a paragraph for its own help
  std::span<const Example> examples;
  std::span<const output::Format> formats;
  /// Adds its options to `options`, and returns what runs it with their values.
  Run (*declare)(OptionSet options);
};

}  // namespace fogis::cli
