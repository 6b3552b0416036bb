// A server driven into each state that monitor has to find: verdict, metric, exit code and format.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <list>
#include <sstream>
#include <string>
#include <vector>

#include "cli/document.hpp"
#include "cli/monitor_limits.hpp"
#include "cli/run_cli.hpp"
#include "support/redis_server.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::Outcome;
using fogis::testing::Process;
using fogis::testing::RawClient;
using fogis::testing::RedisServer;
using fogis::testing::require_document;
using fogis::testing::run_cli;
using fogis::testing::TempDir;
using namespace std::chrono_literals;

namespace {

struct Expected {
  std::string health;
  std::string metric;
  std::vector<std::string> options = {};
};

Outcome monitor(const RedisServer& server, const Expected& expected,
                std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"monitor",    "-u",     server.url(),
                                     "--interval", "20ms",   "--warn",
                                     "aof=off",    "--crit", "fogis_subscribers=off"};
  const auto limits = fogis::testing::without_speed();
  arguments.insert(arguments.end(), limits.begin(), limits.end());
  arguments.insert(arguments.end(), expected.options.begin(), expected.options.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_cli(arguments);
}

/// The state shows in every format, and nothing is worse than it.
void check_state(const RedisServer& server, const Expected& expected) {
  const bool unhealthy = expected.health == "unhealthy";
  INFO(expected.metric);
  const auto text = monitor(server, expected);
  INFO(text.output << text.error);
  CHECK(text.exit_code == (unhealthy ? 1 : 0));
  CHECK_THAT(text.output, ContainsSubstring(" " + expected.health + ", "));
  CHECK(monitor(server, expected, {"--strict"}).exit_code == 1);

  const auto json = monitor(server, expected, {"--json"});
  const auto document = require_document(json.output, "monitor");
  CHECK(document["health"] == expected.health);
  REQUIRE_FALSE(document["findings"].empty());
  const auto& worst = document["findings"][0];
  CHECK(worst["metric"] == expected.metric);
  CHECK(worst["severity"] == (unhealthy ? "critical" : "warning"));
  CHECK_FALSE(worst["advice"].is_null());
  CHECK(json.exit_code == (unhealthy ? 1 : 0));

  const auto prometheus = monitor(server, expected, {"-o", "prometheus"});
  CHECK(prometheus.exit_code == (unhealthy ? 1 : 0));
  CHECK_THAT(prometheus.output,
             ContainsSubstring("\nfogis_redis_finding{metric=\"" + expected.metric + "\"") &&
                 ContainsSubstring("fogis_redis_health{state=\"" + expected.health + "\"} 1\n"));

  const auto nagios = monitor(server, expected, {"-o", "nagios"});
  CHECK(nagios.exit_code == (unhealthy ? 2 : 1));
  CHECK_THAT(nagios.output, StartsWith(unhealthy ? "REDIS CRITICAL: " : "REDIS WARNING: "));
  CHECK_THAT(nagios.output, ContainsSubstring(" | 'ops'="));
}

/// Connections that do nothing.
std::list<RawClient> idle_clients(const RedisServer& server, std::size_t count) {
  std::list<RawClient> clients;
  while (clients.size() < count) {
    clients.push_back(server.client());
    clients.back().command({"PING"});
  }
  return clients;
}

/// Sets values of 64 KB until the server refuses or `limit` of them are there.
std::string fill(const RedisServer& server, std::size_t limit) {
  auto client = server.client();
  const std::string value(std::size_t{64} * 1024, 'x');
  std::string answer = "OK";
  for (std::size_t i = 0; i < limit && answer == "OK"; ++i) {
    answer = client.command({"SET", "fill:" + std::to_string(i), value});
  }
  return answer;
}

}  // namespace

TEST_CASE("memory over its limits is found") {
  const RedisServer server({.arguments = {"--maxmemory", "10mb"}});
  CHECK_THAT(fill(server, 1000), StartsWith("-OOM"));
  check_state(server, {.health = "unhealthy", .metric = "memory"});
  check_state(server,
              {.health = "degraded", .metric = "memory", .options = {"--crit", "memory=off"}});
}

TEST_CASE("too many clients are found") {
  const RedisServer server;
  const auto some = idle_clients(server, 25);
  check_state(server, {.health = "degraded", .metric = "clients"});
  const auto more = idle_clients(server, 30);
  check_state(server, {.health = "unhealthy", .metric = "clients"});
}

TEST_CASE("a server without room for another client is unhealthy, and says so") {
  const RedisServer server({.arguments = {"--maxclients", "3"}});
  const auto all = idle_clients(server, 3);
  const Expected expected{.health = "unhealthy", .metric = ""};
  const auto text = monitor(server, expected);
  CHECK(text.exit_code == 1);
  CHECK_THAT(text.error, ContainsSubstring("max number of clients"));
  CHECK(require_document(monitor(server, expected, {"--json"}).output, "error")["error"]["code"] ==
        "not_ready");
  const auto nagios = monitor(server, expected, {"-o", "nagios"});
  CHECK(nagios.exit_code == 2);
  CHECK_THAT(nagios.output, StartsWith("REDIS CRITICAL: "));
  CHECK_THAT(monitor(server, expected, {"-o", "prometheus"}).output,
             ContainsSubstring("redis_up 0") && ContainsSubstring("state=\"unhealthy\"} 1"));
}

TEST_CASE("slow commands are found") {
  const RedisServer server(
      {.arguments = {"--enable-debug-command", "yes", "--latency-monitor-threshold", "5"}});
  CHECK(server.raw({"DEBUG", "SLEEP", "0.03"}) == "OK");
  check_state(server, {.health = "degraded", .metric = "slow_commands"});
  const auto document =
      require_document(monitor(server, {.health = "", .metric = ""}, {"--json"}).output, "monitor");
  CHECK(document["slow_commands"][0]["command"] == "DEBUG");
  CHECK(document["slow_commands"][0]["duration_ms"] >= 30);
  CHECK(document["metrics"]["latency_events"] == 1);
  CHECK(document["latency_events"][0]["event"] == "command");
}

TEST_CASE("a server that stands still cannot be judged") {
  RedisServer server;
  server.suspend();
  const Expected expected{.health = "unknown",
                          .metric = "",
                          .options = {"--timeout", "200ms", "--connect-timeout", "200ms"}};
  CHECK(monitor(server, expected).exit_code == 3);
  CHECK(require_document(monitor(server, expected, {"--json"}).output, "error")["error"]["code"] ==
        "timed_out");
  CHECK_THAT(monitor(server, expected, {"-o", "prometheus"}).output,
             ContainsSubstring("redis_up 0"));
  const auto nagios = monitor(server, expected, {"-o", "nagios"});
  CHECK(nagios.exit_code == 3);
  CHECK_THAT(nagios.output, StartsWith("REDIS UNKNOWN: "));
  server.resume();
}

TEST_CASE("a server that is gone cannot be judged") {
  RedisServer server;
  server.kill9();
  const Expected expected{.health = "unknown", .metric = ""};
  CHECK(monitor(server, expected).exit_code == 3);
  CHECK(monitor(server, expected, {"-o", "nagios"}).exit_code == 3);
}

TEST_CASE("a restarted server is recognised, and its counters start again") {
  RedisServer server;
  Process process({.arguments = {"monitor", "-u", server.url(), "--watch", "--json", "--interval",
                                 "20ms", "--retry-delay", "10ms", "--canary", "--crit",
                                 "ping_p50=off,canary_p50=off,fogis_subscribers=off"}});
  process.wait_for_output("\"number\":3,");
  server.restart();
  process.wait_for_output(R"("event":"restarted")");
  const auto seen = process.output().size();
  process.wait_for_output("\"restarts\":1");
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  std::istringstream lines(outcome.output);
  bool restarted = false;
  for (std::string line; std::getline(lines, line);) {
    const auto document = require_document(line, "monitor");
    if (!document["events"].empty() && document["restarts"] == 1 && !restarted) {
      restarted = true;
      CHECK_FALSE(document["metrics"].contains("ops_per_second"));
    }
  }
  CHECK(restarted);
  CHECK(seen > 0);
}

TEST_CASE("a watch outlives its server, tells of the loss and of the return") {
  RedisServer server;
  Process process(
      {.arguments = {"monitor", "-u", server.url(), "--watch", "--interval", "20ms",
                     "--retry-delay", "10ms", "--crit", "ping_p50=off,fogis_subscribers=off"}});
  process.wait_for_output("degraded");
  server.kill9();
  process.wait_for_output("unknown");
  server.restart();
  process.wait_for_output("restored: the server answers again");
  process.wait_for_output("restarted: ");
  process.signal(SIGTERM);
  CHECK(process.wait().exit_code == 0);
}

TEST_CASE("a watch that ends while its server is away says no") {
  RedisServer server;
  Process process({.arguments = {"monitor", "-u", server.url(), "--watch", "--interval", "20ms",
                                 "--crit", "ping_p50=off,fogis_subscribers=off"}});
  process.wait_for_output("degraded");
  server.kill9();
  process.wait_for_output("unknown");
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.error, StartsWith("error: "));
}

TEST_CASE("a count that ends without the server has the code of its failure") {
  RedisServer server;
  Process process(
      {.arguments = {"monitor", "-u", server.url(), "--count", "40", "--interval", "20ms",
                     "--retry-delay", "1ms", "--crit", "ping_p50=off,fogis_subscribers=off"}});
  process.wait_for_output("degraded");
  server.kill9();
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 3);
  CHECK_THAT(outcome.error, ContainsSubstring("error: cannot reach"));
}

TEST_CASE("a replica without its master is found") {
  const RedisServer server({.arguments = {"--replicaof", "127.0.0.1", "1"}});
  check_state(server, {.health = "unhealthy", .metric = "master_link"});
}

TEST_CASE("an append-only file that cannot be written is found") {
  // A limit on the size of files fails writes as a full disk does, without needing one.
  const TempDir directory;
  const auto program = directory.write_program(
      "limited-redis", "#!/bin/sh\ntrap '' XFSZ\nulimit -f 256\nexec redis-server \"$@\"\n");
  const RedisServer server({.arguments = {"--appendonly", "yes"}, .program = program});
  while (server.raw({"INFO", "persistence"}).find("aof_last_write_status:err") ==
         std::string::npos) {
    fill(server, 8);
  }
  check_state(
      server,
      {.health = "unhealthy", .metric = "ping_ok", .options = {"--crit", "aof_write_ok=off"}});
  check_state(
      server,
      {.health = "unhealthy", .metric = "aof_write_ok", .options = {"--crit", "ping_ok=off"}});
  CHECK_THAT(monitor(server, {.health = "", .metric = ""}).output, ContainsSubstring("MISCONF"));
}

TEST_CASE("a subscriber that does not read is found before it is cut off") {
  const RedisServer server(
      {.arguments = {"--client-output-buffer-limit", "pubsub", "64mb", "1mb", "600"}});
  auto lagging = server.client();
  lagging.command({"CLIENT", "SETNAME", "lagging"});
  lagging.send({"SUBSCRIBE", "fogis:matches:updates"});
  CHECK_THAT(lagging.receive(), ContainsSubstring("fogis:matches:updates"));
  auto publisher = server.client();
  for (int i = 0; i < 64; ++i) {
    CHECK(publisher.command({"PUBLISH", "fogis:matches:updates",
                             std::string(std::size_t{64} * 1024, 'm')}) == "1");
  }
  check_state(server, {.health = "unhealthy", .metric = "output_buffer_share"});
  const auto text = monitor(server, {.health = "", .metric = ""}).output;
  CHECK_THAT(text, ContainsSubstring(" unread: lagging at "));
}

TEST_CASE("a server whose PING answers but whose pub/sub does not deliver is found") {
  const RedisServer server;
  CHECK(server.raw({"CLIENT", "PAUSE", "600000", "WRITE"}) == "OK");
  CHECK(server.raw({"PING"}) == "PONG");
  const std::vector<std::string> probe{"--canary", "--timeout", "300ms"};
  check_state(server, {.health = "unhealthy", .metric = "canary_ok", .options = probe});
  const auto outcome = monitor(server, {.health = "", .metric = "", .options = probe});
  CHECK_THAT(outcome.output, ContainsSubstring("no answer to PUBLISH"));
  CHECK(server.raw({"CLIENT", "UNPAUSE"}) == "OK");
  const auto healed = monitor(server, {.health = "", .metric = "", .options = {"--canary"}});
  CHECK_THAT(healed.output, StartsWith("✓ healthy"));
}
