#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/run_cli.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::Process;
using fogis::testing::ProgramOptions;
using fogis::testing::run_binary;
using fogis::testing::run_cli;
using fogis::testing::TempDir;

namespace {

/// The lines that a shell would be told for these arguments, the last of which is unfinished.
std::vector<std::string> lines_for(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"completion", "words", "--"});
  const auto outcome = run_cli(std::move(arguments));
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  std::vector<std::string> lines;
  std::istringstream text(outcome.output);
  for (std::string line; std::getline(text, line);) {
    lines.push_back(line);
  }
  return lines;
}

struct Unfinished {
  std::vector<std::string> arguments;
  std::vector<std::string> lines;
};

/// A shell's environment in which the program is found under its name.
fogis::testing::Environment shell_environment(const TempDir& directory) {
  std::filesystem::create_symlink(fogis::testing::binary(), directory.path() / "fogis-redis");
  auto environment = fogis::testing::clean_environment();
  environment["PATH"] = directory.path().string() + ":" + environment["PATH"];
  environment["HOME"] = directory.path().string();
  environment["ZDOTDIR"] = directory.path().string();
  environment["TERM"] = "dumb";
  return environment;
}

}  // namespace

TEST_CASE("completion: what the last word can become") {
  const std::vector<Unfinished> unfinished{
      {{"vali"}, {"words", "validate-url", "validate-message"}},
      {{"-u", "monitor", "mon"}, {"words", "monitor"}},
      {{"ping", "--wa"}, {"words", "--wait"}},
      {{"ping", "--retries", ""}, {"words"}},
      {{"test-suite", "-o", "j"}, {"words", "json", "junit"}},
      {{"config", "--output="}, {"words", "--output=text", "--output=json"}},
      {{"--color", "a"}, {"words", "auto", "always"}},
      {{"test-suite", "--only", "acl,pub"}, {"words", "acl,pub-sub"}},
      {{"monitor", "--crit", "clients_s"}, {"words", "clients_share="}},
      {{"validate-message", "--reader", ""}, {"words", "contract", "calendar"}},
      {{"validate-message", "x.json", ""}, {"files"}},
      {{"subscribe", "--record", "r"}, {"files"}},
      {{"publish", "fogis:s"}, {"words", "fogis:system:alerts"}},
      {{"publish", "fogis:system:alerts", "fogis:s"}, {"words"}},
      {{"subscribe", "--", "--co"}, {"words"}},
      {{"help", "sub"}, {"words", "subscribe"}},
      {{"completion", ""}, {"words", "bash", "zsh", "fish"}},
      {{"nonsense", "--tl"}, {"words", "--tls"}},
  };
  for (const auto& [arguments, lines] : unfinished) {
    CAPTURE(arguments);
    CHECK(lines_for(arguments) == lines);
  }
}

TEST_CASE("completion: a shell that is not known is a usage error") {
  const auto outcome = run_cli({"completion", "tcsh"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.output.empty());
  CHECK_THAT(outcome.error, ContainsSubstring("unknown shell \"tcsh\""));
  CHECK(run_cli({"completion"}).exit_code == 2);
  CHECK(run_cli({"completion", "bash", "zsh"}).exit_code == 2);
}

TEST_CASE("completion: bash and zsh complete what is typed") {
  const auto shell = GENERATE(as<std::string>(), "bash", "zsh");
  CAPTURE(shell);
  const TempDir directory;
  ProgramOptions options;
  options.environment = shell_environment(directory);
  options.program = shell;
  options.terminal = fogis::testing::Terminal::all;
  options.keep_input_open = true;
  if (shell == "bash") {
    std::ofstream(directory.path() / ".bashrc")
        << "PS1='ready> '\nsource <(fogis-redis completion bash)\n";
    options.arguments = {"--noprofile", "--rcfile", (directory.path() / ".bashrc").string(), "-i"};
  } else {
    std::ofstream(directory.path() / ".zshrc")
        << "PS1='ready> '\nautoload -U compinit; compinit -u -D\n"
           "source <(fogis-redis completion zsh)\n";
    options.arguments = {"-i"};
  }
  Process process(options);
  process.wait_for_output("ready> ");
  process.type("fogis-redis help mon\t\n");
  process.wait_for_output("fogis-redis monitor: show");
  process.type("fogis-redis config --output=j\t | grep entries\n");
  process.wait_for_output("\"entries\": [");
  process.type("exit\n");
  process.wait();
}

TEST_CASE("completion: fish is told the words and the files") {
  const TempDir directory;
  std::ofstream(directory.path() / "update.json") << "{}";
  ProgramOptions options;
  options.environment = shell_environment(directory);
  options.program = "fish";
  options.working_directory = directory.path().string();
  const auto completed = [&](const std::string& line) {
    options.arguments = {"--no-config", "-c",
                         "source (fogis-redis completion fish | psub); complete -C '" + line + "'"};
    return run_binary(options).output;
  };
  CHECK(completed("fogis-redis mon") == "monitor\n");
  CHECK(completed("fogis-redis config --output=j") == "--output=json\n");
  CHECK(completed("fogis-redis validate-message upd") == "update.json\n");
}

TEST_CASE("help as a command shows what --help shows") {
  CHECK(run_cli({"help"}).output == run_cli({"--help"}).output);
  CHECK(run_cli({"help", "ping"}).output == run_cli({"ping", "--help"}).output);
  const auto outcome = run_cli({"help", "pnig"});
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, ContainsSubstring("did you mean ping?"));
}

TEST_CASE("the man page has every command and option, and mandoc has nothing to say about it") {
  const auto page = run_cli({"help", "--man"});
  REQUIRE(page.exit_code == 0);
  for (const auto* const text :
       {"validate\\-message", "\\-\\-require\\-receivers", "EXIT STATUS"}) {
    CHECK_THAT(page.output, ContainsSubstring(text));
  }
  ProgramOptions options;
  options.program = "mandoc";
  options.arguments = {"-T", "lint"};
  options.input = page.output;
  const auto lint = run_binary(options);
  CHECK(lint.output.empty());
  CHECK(lint.exit_code == 0);
}
