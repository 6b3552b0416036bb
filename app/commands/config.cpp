// config: the effective configuration, and where each value of it came from.
#include "config/config.hpp"

#include "cli/exit_code.hpp"
#include "commands/commands.hpp"
#include "output/config_report.hpp"

namespace fogis::commands {
namespace {

int run_config(cli::Session& session) {
  const auto resolution =
      config::resolve(session.options.connection, session.environment, session.options.ephemeral);
  session.out.write(session.format == output::Format::json
                        ? output::config_json(resolution)
                        : output::config_text(resolution, session.style, !session.console.quiet()));
  return resolution.errors.empty() ? cli::exit_code::kSuccess : cli::exit_code::kUsage;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the signature is that of Command::declare
cli::Run declare_config(cli::OptionSet /*options*/) {
  return run_config;
}

constexpr cli::Example kConfigExamples[] = {
    {"config", "show what the other commands would use"},
    {"config --timeout 2s -u rediss://redis.example.org", "the same with these options"},
    {"config --json | jq '.entries[] | select(.source != \"default\")'",
     "show what is set, and where"},
};

}  // namespace

constinit const cli::Command kConfig{
    .name = "config",
    .summary = "show the effective configuration and where it comes from",
    .description =
        "Lists every setting with its value and origin: an option, the URL, an environment "
        "variable, a file, or the default. Warns about settings that work but are probably "
        "unintended. Masks passwords. Does not connect. Exit code 2: a value is wrong.",
    .examples = kConfigExamples,
    .formats = output::kPlainFormats,
    .declare = declare_config,
};

}  // namespace fogis::commands
