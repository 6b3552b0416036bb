// stdout, stderr, terminals and what may go wrong with them.
#include <sched.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "cli/run_cli.hpp"
#include "support/fake_server.hpp"
#include "support/paths.hpp"
#include "support/redis_server.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;
using Catch::Matchers::StartsWith;
using fogis::testing::Environment;
using fogis::testing::FakeServer;
using fogis::testing::Outcome;
using fogis::testing::Process;
using fogis::testing::ProgramOptions;
using fogis::testing::RedisServer;
using fogis::testing::run_binary;
using fogis::testing::run_cli;
using fogis::testing::Terminal;
namespace fake = fogis::testing::fake;
using namespace std::chrono_literals;

namespace {

/// A line of a shell in which $0 is fogis-redis.
Outcome shell(const std::string& line) {
  ProgramOptions options;
  options.program = "sh";
  options.arguments = {"-c", line, fogis::testing::binary()};
  return run_binary(options);
}

Outcome on_terminal(std::vector<std::string> arguments, const Environment& environment = {}) {
  ProgramOptions options;
  options.arguments = std::move(arguments);
  options.terminal = Terminal::output;
  for (const auto& [name, value] : environment) {
    options.environment[name] = value;
  }
  return run_binary(options);
}

constexpr auto kEscape = "\x1b[";

}  // namespace

TEST_CASE("a result that cannot be written is an internal error") {
  const auto full = shell("\"$0\" config > /dev/full");
  CHECK(full.exit_code == 5);
  CHECK_THAT(full.error, StartsWith("error: cannot write the result: No space left on device"));
  const auto closed = shell("\"$0\" config >&-");
  CHECK(closed.exit_code == 5);
  CHECK_THAT(closed.error, StartsWith("error: cannot write the result: "));
  CHECK(shell("\"$0\" --help > /dev/full").exit_code == 5);
}

TEST_CASE("closed standard streams are not taken for sockets") {
  const RedisServer server;
  const auto outcome = shell("\"$0\" ping -u '" + server.url() + "' <&- 2>&-");
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith("✓ "));
}

TEST_CASE("a reader that goes away ends it quietly and changes no verdict") {
  const auto outcome = shell(R"({ "$0" config; echo "code $?" >&2; } | head -c0)");
  CHECK(outcome.error == "code 0\n");
  const auto failed = shell(R"({ "$0" validate-url nonsense; echo "code $?" >&2; } | head -c0)");
  CHECK(failed.error == "code 1\n");
}

TEST_CASE("pings end when nobody reads them any more") {
  const RedisServer server;
  Process process(
      {.arguments = {"ping", "-u", server.url(), "--count", "1000000", "--interval", "1ms"}});
  process.wait_for_output("ping 3 ");
  process.close_output();
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
}

TEST_CASE("a reader that does not read cannot hold up the end after a signal") {
  const RedisServer server;
  Process process(
      {.arguments = {"ping", "-u", server.url(), "--count", "1000000", "--interval", "0"}});
  process.wait_for_output("ping 2 ");
  // From here on nobody reads. When the pipe is full, the server sees no more PINGs.
  const auto pings = [&] {
    const auto statistics = server.raw({"INFO", "commandstats"});
    const auto begin = statistics.find("cmdstat_ping:calls=");
    return statistics.substr(begin, statistics.find(',', begin) - begin);
  };
  std::string before;
  for (auto now = pings(); now != before; now = pings()) {
    before = now;
    for (int i = 0; i < 20; ++i) {
      CHECK(server.raw({"ECHO", "x"}) == "x");  // time for thousands of PINGs
    }
  }
  process.signal(SIGTERM);
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (!process.has_ended() && std::chrono::steady_clock::now() < give_up) {
    ::sched_yield();
  }
  REQUIRE(process.has_ended());
  CHECK(process.wait().exit_code == 143);
}

TEST_CASE("colour is for terminals alone") {
  CHECK_THAT(run_cli({"config"}).output, !ContainsSubstring(kEscape));
  CHECK_THAT(on_terminal({"config"}).output, ContainsSubstring(kEscape));
}

TEST_CASE("NO_COLOR, TERM=dumb, FORCE_COLOR and --color decide about colour in turn") {
  CHECK_THAT(on_terminal({"config"}, {{"NO_COLOR", "1"}}).output, !ContainsSubstring(kEscape));
  CHECK_THAT(on_terminal({"config"}, {{"NO_COLOR", ""}}).output, ContainsSubstring(kEscape));
  CHECK_THAT(on_terminal({"config"}, {{"TERM", "dumb"}}).output, !ContainsSubstring(kEscape));
  CHECK_THAT(run_cli({"config"}, {{"FORCE_COLOR", "1"}}).output, ContainsSubstring(kEscape));
  CHECK_THAT(on_terminal({"config"}, {{"FORCE_COLOR", "0"}}).output, !ContainsSubstring(kEscape));
  CHECK_THAT(run_cli({"config"}, {{"FORCE_COLOR", "1"}, {"NO_COLOR", "1"}}).output,
             !ContainsSubstring(kEscape));
  CHECK_THAT(run_cli({"config", "--color", "always"}, {{"NO_COLOR", "1"}}).output,
             ContainsSubstring(kEscape));
  CHECK_THAT(on_terminal({"config", "--color=never"}, {{"FORCE_COLOR", "1"}}).output,
             !ContainsSubstring(kEscape));
  CHECK_THAT(on_terminal({"config"}).output, ContainsSubstring(kEscape));
}

TEST_CASE("JSON on a terminal has no colour") {
  CHECK_THAT(on_terminal({"config", "--json", "--color", "always"}).output,
             !ContainsSubstring(kEscape));
}

TEST_CASE("errors are coloured by what stderr is, not stdout") {
  CHECK_THAT(on_terminal({"pnig"}).error, !ContainsSubstring(kEscape));
  CHECK_THAT(run_cli({"pnig"}, {{"FORCE_COLOR", "1"}}).error, ContainsSubstring(kEscape));
}

TEST_CASE("long work shows what it waits for, on a terminal alone, and takes it away again") {
  FakeServer server({fake::Accept{}, fake::AwaitClose{}, fake::Repeat{}});
  const std::vector<std::string> arguments{"ping", "-u", server.url(), "--connect-timeout",
                                           "1600ms"};
  ProgramOptions options;
  options.arguments = arguments;
  options.terminal = Terminal::error;
  const auto outcome = run_binary(options);
  CHECK_THAT(outcome.error, ContainsSubstring("waiting for " + server.url()));
  const auto last_clear = outcome.error.rfind("\r\x1b[K");
  REQUIRE(last_clear != std::string::npos);
  CHECK(outcome.error.find("waiting for", last_clear) == std::string::npos);
  CHECK_THAT(run_cli(arguments).error, !ContainsSubstring("waiting for"));
}

TEST_CASE("long publishing shows how much of it is done, as far as that is known") {
  const RedisServer server;
  ProgramOptions options;
  options.arguments = {"publish", "-u", server.url(), "c", "x", "--count", "15", "--rate", "10"};
  options.terminal = Terminal::error;
  CHECK_THAT(run_binary(options).error, Matches("[^]*publishing: [0-9]+ % of 15, [0-9]+ sent[^]*"));
}
