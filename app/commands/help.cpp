// help: what --help shows, asked for as a command; and the man page.
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/parser.hpp"
#include "commands/commands.hpp"

namespace fogis::commands {
namespace {

struct HelpOptions {
  std::vector<std::string> commands;
  bool man = false;
};

int run_help(cli::Session& session, const HelpOptions& options) {
  if (options.man) {
    session.out.write(session.parser.man_page());
    return cli::exit_code::kSuccess;
  }
  const cli::Command* command = nullptr;
  if (!options.commands.empty()) {
    const auto found = session.parser.find(options.commands.back());
    if (!found) {
      return session.fail(found.error());
    }
    command = *found;
  }
  session.out.write(session.parser.help(command, session.style));
  return cli::exit_code::kSuccess;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the signature is that of Command::declare
cli::Run declare_help(cli::OptionSet options) {
  const auto values = std::make_shared<HelpOptions>();
  options.arguments("[COMMAND]", values->commands, "the command to explain; without one, the tool")
      .completes([] {
        std::vector<std::string> names;
        for (const auto& command : all()) {
          names.emplace_back(command.name);
        }
        return names;
      })
      .flag("--man", values->man, "print the man page, for man -l -");
  return [values](cli::Session& session) { return run_help(session, *values); };
}

constexpr output::Format kHelpFormats[] = {output::Format::text};

constexpr cli::Example kHelpExamples[] = {
    {"help subscribe", "the options of subscribe, with examples"},
    {"help --man | man -l -", "everything, as a man page"},
};

}  // namespace

constinit const cli::Command kHelp{
    .name = "help",
    .summary = "explain the tool or a command",
    .description =
        "Shows what --help shows: for a command its options with examples, else the commands, "
        "the options that all of them have, and the exit codes.",
    .examples = kHelpExamples,
    .formats = kHelpFormats,
    .declare = declare_help,
};

}  // namespace fogis::commands
