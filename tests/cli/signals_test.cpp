// Ctrl-C, SIGTERM, SIGHUP and SIGKILL in the middle of work.
#include <sched.h>
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <filesystem>
#include <string>

#include "cli/document.hpp"
#include "cli/run_cli.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using fogis::testing::Environment;
using fogis::testing::FakeServer;
using fogis::testing::Process;
using fogis::testing::ProgramOptions;
using fogis::testing::read_file;
using fogis::testing::RedisServer;
using fogis::testing::require_document;
using fogis::testing::TempDir;
using fogis::testing::Terminal;
namespace fake = fogis::testing::fake;
using namespace std::chrono_literals;

namespace {

/// A suite that has work for minutes; it has begun when the first row is there.
ProgramOptions long_suite(const std::string& url) {
  ProgramOptions options;
  options.arguments = {
      "test-suite", "-u", url, "--operations", "1000000", "--only", "connection,performance"};
  return options;
}

}  // namespace

TEST_CASE("a suite that is interrupted cleans up, sums up and tells the signal") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  const RedisServer server;
  const TempDir directory;
  auto options = long_suite(server.url());
  options.arguments.insert(options.arguments.end(), {"--junit", directory / "report.xml"});
  Process process(options);
  process.wait_for_output("connection ");
  process.signal(signal);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 128 + signal);
  CHECK_THAT(outcome.output, ContainsSubstring("INTERRUPTED 2 checks: "));
  CHECK(server.raw({"DBSIZE"}) == "0");
  CHECK_THAT(read_file(directory / "report.xml"), ContainsSubstring("</testsuites>"));
}

TEST_CASE("a signal that our starter ignored ends us all the same") {
  // Shells without job control start background jobs with SIGINT ignored.
  const RedisServer server;
  auto options = long_suite(server.url());
  options.arguments.insert(options.arguments.begin(),
                           {"-c", "trap '' INT; exec \"$@\"", "sh", options.program});
  options.program = "/bin/sh";
  Process process(options);
  process.wait_for_output("connection ");
  process.signal(SIGINT);
  CHECK(process.wait().exit_code == 130);
  CHECK(server.raw({"DBSIZE"}) == "0");
}

TEST_CASE("Ctrl-C at a terminal is the same") {
  const RedisServer server;
  auto options = long_suite(server.url());
  options.terminal = Terminal::all;
  Process process(options);
  process.wait_for_output("connection ");
  process.type("\x03");
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 130);
  CHECK_THAT(outcome.output, ContainsSubstring("INTERRUPTED"));
  CHECK(server.raw({"DBSIZE"}) == "0");
}

TEST_CASE("an interrupted ping shows what it has measured") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  const RedisServer server;
  Process process(
      {.arguments = {"ping", "-u", server.url(), "--count", "1000", "--interval", "10s"}});
  process.wait_for_output("  ping ");
  process.signal(signal);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 128 + signal);
  CHECK_THAT(outcome.output, ContainsSubstring("1 sent, 1 answered, 0 % lost"));
}

TEST_CASE("an interrupted wait is told in JSON too") {
  FakeServer server({fake::Accept{}, fake::AwaitClose{}});
  Process process({.arguments = {"ping", "-u", server.url(), "--wait", "60s", "--json"}});
  server.wait_for_connections(1);
  process.signal(SIGINT);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 130);
  CHECK(require_document(outcome.output, "error")["error"]["code"] == "interrupted");
}

TEST_CASE("reading stdin can be interrupted") {
  Process process({.arguments = {"validate-url", "-"}, .keep_input_open = true});
  process.type("redis://h\n");
  process.signal(SIGTERM);
  // Whether the signal comes before or after the program watches for it, it ends by it.
  const auto outcome = process.wait();
  CHECK((outcome.exit_code == 143 || outcome.signal == SIGTERM));
}

TEST_CASE("a second signal does not wait for an orderly end") {
  RedisServer server;
  auto options = long_suite(server.url());
  Process process(options);
  process.wait_for_output("connection ");
  server.suspend();  // clean-up now takes as long as the time limits
  process.signal(SIGINT);
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK((outcome.exit_code == 143 || outcome.exit_code == 130));
  CHECK(outcome.elapsed < 5s);
}

TEST_CASE("a private server and its directory are gone after any end") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP, SIGKILL);
  const TempDir directory;
  ProgramOptions options;
  options.arguments = {"--ephemeral", "test-suite", "--operations",
                       "1000000",     "--only",     "connection,performance"};
  options.environment["TMPDIR"] = directory.path().string();
  Process process(options);
  process.wait_for_output("connection ");
  REQUIRE_FALSE(std::filesystem::is_empty(directory.path()));
  process.signal(signal);
  const auto outcome = process.wait();
  CHECK((signal == SIGKILL ? outcome.signal == SIGKILL : outcome.exit_code == 128 + signal));
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (!std::filesystem::is_empty(directory.path()) &&
         std::chrono::steady_clock::now() < give_up) {
    ::sched_yield();
  }
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a closed terminal does not end what was started with nohup") {
  const RedisServer server;
  auto options = long_suite(server.url());
  options.arguments.insert(options.arguments.begin(),
                           {"-c", "trap '' HUP; exec \"$@\"", "sh", options.program});
  options.program = "/bin/sh";
  Process process(options);
  process.wait_for_output("connection ");
  process.signal(SIGHUP);
  process.signal(SIGTERM);
  CHECK(process.wait().exit_code == 143);
}
