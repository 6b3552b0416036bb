// Options that every command understands, before or after its name.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "config/config.hpp"
#include "output/console.hpp"
#include "output/format.hpp"
#include "output/style.hpp"

namespace fogis::cli {

/// What was written, not judged yet.
struct GlobalOptions {
  config::CommandLine connection;
  bool ephemeral = false;
  std::optional<std::chrono::nanoseconds> wait;  ///< until the server is ready
  std::optional<std::string> output;
  bool json = false;
  std::optional<std::string> colour;
  bool quiet = false;
  bool verbose = false;
};

/// Adds them to the top level of the command line.
void declare_global_options(OptionSet options, GlobalOptions& target);

/// The form to write in: `--output` or `--json`, else FOGIS_OUTPUT, else text.
/// Errors (usage, or configuration for the variable): a format that is unknown or that is not among
/// `available`; --json beside another --output.
Result<output::Format> choose_format(const GlobalOptions& options,
                                     std::span<const output::Format> available,
                                     const config::Environment& environment);

/// Errors (usage): something other than auto, always, never.
Result<output::ColourChoice> choose_colour(const GlobalOptions& options);

/// Errors (usage): --quiet beside --verbose.
Result<output::Verbosity> choose_verbosity(const GlobalOptions& options);

}  // namespace fogis::cli
