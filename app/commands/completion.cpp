// completion: makes a shell complete the command line.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/completion.hpp"
#include "cli/exit_code.hpp"
#include "cli/parser.hpp"
#include "commands/commands.hpp"

namespace fogis::commands {
namespace {

/// What the scripts call: `completion words -- ARGUMENTS`.
constexpr std::string_view kWords = "words";

int show_words(cli::Session& session, std::vector<std::string> arguments) {
  arguments.erase(arguments.begin());
  const auto completion = session.parser.complete(arguments);
  std::string lines = completion.files ? "files\n" : "words\n";
  for (const auto& word : completion.words) {
    lines += fmt::format("{}\n", word);
  }
  session.out.write(lines);
  return cli::exit_code::kSuccess;
}

int run_completion(cli::Session& session, const std::vector<std::string>& arguments) {
  const std::string shell = arguments.empty() ? "" : arguments.front();
  if (shell == kWords) {
    return show_words(session, arguments);
  }
  const auto script = cli::completion_script(shell);
  if (!script || arguments.size() > 1) {
    return session.fail(make_error(
        ErrorKind::usage, Phase::usage,
        arguments.empty()      ? "no shell given"
        : arguments.size() > 1 ? "more than one shell given"
                               : fmt::format("unknown shell \"{}\"", shell),
        fmt::format("write fogis-redis completion {}", fmt::join(cli::kShells, ", or "))));
  }
  session.out.write(*script);
  return cli::exit_code::kSuccess;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the signature is that of Command::declare
cli::Run declare_completion(cli::OptionSet options) {
  const auto values = std::make_shared<std::vector<std::string>>();
  options.arguments("SHELL", *values, "bash, zsh or fish").completes([] {
    return std::vector<std::string>(std::begin(cli::kShells), std::end(cli::kShells));
  });
  return [values](cli::Session& session) { return run_completion(session, *values); };
}

constexpr output::Format kCompletionFormats[] = {output::Format::text};

constexpr cli::Example kCompletionExamples[] = {
    {"completion bash > /etc/bash_completion.d/fogis-redis", "for all users of bash"},
    {"completion zsh > ~/.zfunc/_fogis-redis", "for zsh, in a directory of its fpath"},
    {"completion fish > ~/.config/fish/completions/fogis-redis.fish", "for fish"},
};

}  // namespace

constinit const cli::Command kCompletion{
    .name = "completion",
    .summary = "print a script that completes the command line in a shell",
    .description =
        "Prints a script for bash, zsh or fish. With it the Tab key completes commands, options, "
        "formats, checks, metrics, channels of FOGIS and files. The script asks this program for "
        "the words, so it stays right when the program is updated.",
    .examples = kCompletionExamples,
    .formats = kCompletionFormats,
    .declare = declare_completion,
};

}  // namespace fogis::commands
