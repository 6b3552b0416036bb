// The live view, on a pseudo terminal.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "cli/monitor_limits.hpp"
#include "cli/run_cli.hpp"
#include "support/paths.hpp"
#include "support/redis_server.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using fogis::testing::Process;
using fogis::testing::ProgramOptions;
using fogis::testing::RedisServer;
using fogis::testing::Terminal;

namespace {

constexpr auto kEnter = "\x1b[?1049h";
constexpr auto kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";

ProgramOptions live(const std::string& url, std::vector<std::string> more = {}) {
  ProgramOptions options;
  options.arguments = {"monitor", "-u", url, "--watch", "--interval", "50ms"};
  const auto limits = fogis::testing::without_speed();
  options.arguments.insert(options.arguments.end(), limits.begin(), limits.end());
  options.arguments.insert(options.arguments.end(), more.begin(), more.end());
  options.environment["TERM"] = "xterm-256color";
  options.terminal = Terminal::all;
  options.keep_input_open = true;
  return options;
}

/// The last whole frame that was drawn.
std::string last_frame(const std::string& output) {
  const auto end = output.rfind("\x1b[?2026l");
  const auto begin = output.rfind("\x1b[?2026h", end);
  REQUIRE(begin != std::string::npos);
  return output.substr(begin, end - begin);
}

}  // namespace

TEST_CASE("the live view takes the terminal and gives it back when q is pressed") {
  const RedisServer server;
  Process process(live(server.url(), {"--canary"}));
  process.wait_for_output("degraded");
  process.wait_for_output("canary ");
  CHECK_THAT(process.output(), StartsWith(kEnter));
  process.type("q");
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, EndsWith(kLeave));
  const auto frame = last_frame(outcome.output);
  CHECK_THAT(frame, ContainsSubstring("commands ") && ContainsSubstring("memory ") &&
                        ContainsSubstring("fogis:matches:updates ") &&
                        ContainsSubstring("q quit  p pause"));
  // Nothing is cleared before it is drawn again: that would flicker.
  CHECK_THAT(frame, !ContainsSubstring("\x1b[2J"));
}

TEST_CASE("a signal ends the live view and gives the terminal back") {
  const RedisServer server;
  Process by_key(live(server.url(), {"--crit", "memory_used=1"}));
  by_key.wait_for_output("unhealthy");
  by_key.type("\x03");
  const auto interrupted = by_key.wait();
  CHECK(interrupted.exit_code == 1);  // its verdict
  CHECK_THAT(interrupted.output.substr(interrupted.output.rfind(kLeave)),
             ContainsSubstring("the last verdict: unhealthy: memory_used is "));
  Process by_signal(live(server.url()));
  by_signal.wait_for_output("degraded");
  by_signal.signal(SIGTERM);
  const auto terminated = by_signal.wait();
  CHECK(terminated.exit_code == 0);
  CHECK_THAT(terminated.output, EndsWith(kLeave));
}

TEST_CASE("the terminal's settings are what they were") {
  const RedisServer server;
  auto options = live(server.url());
  options.arguments.insert(options.arguments.begin(),
                           {"-c", R"("$0" "$@"; stty -a | tr ';' '\n')", fogis::testing::binary()});
  options.program = "sh";
  Process process(options);
  process.wait_for_output("degraded");
  process.type("q");
  const auto outcome = process.wait();
  const auto settings = outcome.output.substr(outcome.output.rfind(kLeave));
  CHECK_THAT(settings, ContainsSubstring(" icanon") && !ContainsSubstring("-icanon"));
  CHECK_THAT(settings, ContainsSubstring("susp = ^Z") && ContainsSubstring("quit = ^\\"));
}

TEST_CASE("p pauses and goes on") {
  const RedisServer server;
  Process process(live(server.url()));
  process.wait_for_output("degraded");
  process.type("p");
  process.wait_for_output("PAUSED");
  auto calendar = server.client();
  calendar.command({"SUBSCRIBE", "fogis:matches:updates"});
  process.wait_for_output("last sample");  // it goes on looking, and shows how old the frame is
  CHECK_THAT(process.output(), !ContainsSubstring("subscriber_came"));
  process.type("p");
  process.wait_for_output("subscriber_came");
  process.type("q");
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(last_frame(outcome.output), !ContainsSubstring("PAUSED"));
}

TEST_CASE("the live view follows the terminal's size") {
  const RedisServer server;
  Process process(live(server.url()));
  process.wait_for_output("degraded");
  CHECK_THAT(process.output(), !ContainsSubstring("replication"));  // 24 rows have no room
  process.resize(50, 200);
  process.wait_for_output("replication  master");
  process.resize(12, 40);
  process.wait_for_output("match-…");  // the channels' table, cut to 40 columns
  process.type("q");
  CHECK(process.wait().exit_code == 0);
}

TEST_CASE("events show with their times, and a lost server is told") {
  RedisServer server;
  Process process(live(server.url(), {"--retry-delay", "10ms"}));
  process.wait_for_output("degraded");
  auto calendar = server.client();
  calendar.command({"SUBSCRIBE", "fogis:matches:updates"});
  process.wait_for_output("subscriber_came: fogis:matches:updates: 1 subscriber, was 0");
  server.kill9();
  process.wait_for_output("lost: ");
  process.wait_for_output("unknown");
  server.restart();
  process.wait_for_output("restored: ");
  process.wait_for_output("restarted: ");
  process.wait_for_output("subscriber_gone: ");
  process.type("q");
  CHECK(process.wait().exit_code == 0);
}

TEST_CASE("q is heard while a server does not answer") {
  RedisServer server;
  Process process(live(server.url(), {"--timeout", "60s"}));
  process.wait_for_output("degraded");
  server.suspend();
  process.wait_for_output("no answer, last sample");
  process.type("q");
  CHECK(process.wait().exit_code == 0);
  server.resume();
}

TEST_CASE("wrong credentials end the live view with their error on the restored terminal") {
  const RedisServer server({.arguments = {"--requirepass", "right"}, .tcp = true});
  Process process(live("redis://127.0.0.1:" + std::to_string(server.port())));
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 4);
  const auto left = outcome.output.find(kLeave);
  REQUIRE(left != std::string::npos);
  CHECK_THAT(outcome.output.substr(left), ContainsSubstring("cannot log in"));
}

TEST_CASE("a terminal that cannot be controlled gets lines") {
  const RedisServer server;
  auto options = live(server.url());
  options.environment["TERM"] = "dumb";
  Process process(options);
  process.wait_for_output("degraded");
  process.type("\x03");
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, !ContainsSubstring("\x1b"));
}

TEST_CASE("where the locale has no UTF-8 the live view is ASCII") {
  const RedisServer server;
  auto options = live(server.url());
  options.environment["LC_ALL"] = "C";
  Process process(options);
  process.wait_for_output("degraded");
  process.type("q");
  for (const char byte : process.wait().output) {
    CHECK(static_cast<unsigned char>(byte) < 0x80);
  }
}
