// monitor: options, formats, streams and what keeps it from an answer.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/document.hpp"
#include "cli/monitor_limits.hpp"
#include "cli/run_cli.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::Outcome;
using fogis::testing::Process;
using fogis::testing::RedisServer;
using fogis::testing::require_document;
using fogis::testing::ReservedPort;
using fogis::testing::run_cli;
using fogis::testing::without_speed;

namespace {

std::vector<std::string> looking_at(const std::string& url, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"monitor", "-u", url, "--interval", "20ms"};
  const auto limits = without_speed();
  arguments.insert(arguments.end(), limits.begin(), limits.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Outcome monitor(const std::string& url, const std::vector<std::string>& more = {}) {
  return run_cli(looking_at(url, more));
}

/// As FOGIS deploys it, with somebody on each channel with live traffic: nothing to find fault
/// with.
struct HealthyServer {
  RedisServer server;
  fogis::testing::RawClient calendar = server.client();

  explicit HealthyServer(std::vector<std::string> users = {})
      : server({.arguments = {"--appendonly", "yes", "--maxmemory", "256mb"},
                .users = std::move(users)}) {
    for (const auto* const channel :
         {"fogis:matches:updates", "fogis:processor:status", "fogis:system:alerts"}) {
      calendar.command({"SUBSCRIBE", channel});
    }
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("a server as FOGIS deploys it is healthy in every format") {
  const HealthyServer healthy;
  const auto url = healthy.server.url();
  const auto text = monitor(url, {"--canary", "--strict"});
  CHECK(text.exit_code == 0);
  CHECK(text.error.empty());
  CHECK_THAT(text.output, StartsWith("✓ healthy, " + url + ", redis "));
  CHECK_THAT(text.output, ContainsSubstring("\ncanary       5 of 5 delivered"));
  CHECK_THAT(text.output, ContainsSubstring("\n  fogis:matches:updates      1  "));
  CHECK_THAT(text.output, ContainsSubstring("\npersistence  AOF on"));

  const auto document = require_document(monitor(url, {"--canary", "--json"}).output, "monitor");
  CHECK(document["health"] == "healthy");
  CHECK(document["findings"].empty());
  CHECK(document["metrics"]["canary_ok"] == true);
  CHECK(document["metrics"]["fogis_subscribers"] == 1);
  CHECK(document["metrics"].contains("ops_per_second"));
  CHECK(document["span_ms"] > 0);
  CHECK(document["pubsub_clients"].size() == 1);  // the canary's own is left out

  // The name that --canary had before.
  const auto former = require_document(monitor(url, {"--probe", "--json"}).output, "monitor");
  CHECK(former["metrics"]["canary_ok"] == true);

  const auto prometheus = monitor(url, {"-o", "prometheus"});
  CHECK(prometheus.exit_code == 0);
  CHECK_THAT(prometheus.output,
             ContainsSubstring("\nredis_up 1\n") &&
                 ContainsSubstring("\nfogis_redis_health{state=\"healthy\"} 1\n") &&
                 ContainsSubstring(
                     "\nfogis_redis_channel_subscribers{channel=\"fogis:system:alerts\"} 1\n"));

  const auto nagios = monitor(url, {"-o", "nagios"});
  CHECK(nagios.exit_code == 0);
  CHECK_THAT(nagios.output, StartsWith("REDIS OK: redis ") && ContainsSubstring(" | 'ops'="));
  CHECK(lines_of(nagios.output).size() == 1);
}

TEST_CASE("quiet leaves one line, verbose adds what the connection did") {
  const HealthyServer healthy;
  CHECK(monitor(healthy.server.url(), {"-q"}).output == "healthy\n");
  CHECK_THAT(monitor(healthy.server.url(), {"-v"}).error,
             ContainsSubstring("connections: 1 tried"));
}

TEST_CASE("a degraded server is exit code 1 only under --strict") {
  const RedisServer server;  // its append-only file is off
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--crit", "fogis_subscribers=off"});
    return monitor(server.url(), more);
  };
  CHECK(with({}).exit_code == 0);
  const auto strict = with({"--strict", "--warn", "clients=0"});
  CHECK(strict.exit_code == 1);
  const std::string named = "no warning (--strict); clients, aof";
  CHECK_THAT(strict.output, ContainsSubstring("\n  required: " + named + "\n"));
  CHECK(with({"--strict", "--warn", "clients=0", "-q"}).output ==
        "degraded: clients is 1, above 0; required: " + named + "\n");
  CHECK_THAT(with({"--warn", "clients=0"}).output, !ContainsSubstring("required"));
  CHECK(with({"-o", "nagios"}).exit_code == 1);
  CHECK_THAT(with({"-q"}).output, StartsWith("degraded: "));
}

TEST_CASE("a live channel that nobody listens to is unhealthy") {
  const RedisServer server;
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"monitor", "-u", server.url(), "--interval", "10ms", "--warn",
                               "ping_p50=off", "--crit", "ping_p50=off"});
    return run_cli(more);
  };
  const auto outcome = with({"-q"});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output, StartsWith("unhealthy: too few subscribers"));
  CHECK(with({"-o", "nagios"}).exit_code == 2);
}

TEST_CASE("a limit of the command line that cannot be judged is not healthy") {
  const RedisServer server;  // it has no maxmemory
  const auto outcome = monitor(server.url(), {"-q", "--crit", "memory=90%"});
  CHECK(outcome.exit_code == 3);
  CHECK_THAT(outcome.output, StartsWith("unknown: memory"));
}

TEST_CASE("limits of the command line decide, and can be taken away") {
  const HealthyServer healthy;
  const auto url = healthy.server.url();
  const auto crossed = monitor(url, {"--crit", "memory_used=1KB,clients=60"});
  CHECK(crossed.exit_code == 1);
  CHECK_THAT(crossed.output,
             ContainsSubstring("memory_used is ") && ContainsSubstring("above 1 KB"));
  const RedisServer bare;
  CHECK(monitor(bare.url(), {"--strict", "--warn", "aof=off", "--crit", "fogis_subscribers=off"})
            .exit_code == 0);
}

TEST_CASE("a limit that makes no sense is a usage error with what to write") {
  struct Mistake {
    std::vector<std::string> arguments;
    std::string message;
    std::string hint;
  };
  for (const auto& mistake : std::vector<Mistake>{
           {{"--warn", "memroy=80%"}, "--warn: unknown metric \"memroy\"", "did you mean memory?"},
           {{"--crit", "memory=240MB"},
            "--crit memory: \"240MB\" is not a percentage",
            "memory_used"},
           {{"--crit", "ping_p50=fast"}, "is not a duration", "ping_p50=10ms"},
           {{"--warn", "clients=60"}, "clients: the warning limit 60 lies beyond", "clients=off"},
           {{"--crit", "hit_rate=95%"}, "hit_rate: the warning limit 80 %", "hit_rate=off"},
           {{"--warn", "clients"}, "\"clients\" is not METRIC=VALUE", "memory=80%"},
           {{"--count", "0"}, "--count: \"0\" is not a whole number", "--count takes"},
           {{"--interval", "0"}, "--interval: \"0\" is not a duration", "500ms"},
           {{"--count", "2", "--watch"},
            "--count and --watch cannot be used together",
            "one of them"},
           {{"--watch", "-o", "nagios"},
            "--watch and --output nagios cannot be used together",
            "one of them"},
           {{"--count", "2", "-o", "prometheus"}, "--count and --output prometheus", "one of them"},
           {{"-o", "junit"},
            "does not support the format \"junit\"",
            "text, json, prometheus or nagios"}}) {
    std::vector<std::string> arguments{"monitor"};
    arguments.insert(arguments.end(), mistake.arguments.begin(), mistake.arguments.end());
    const auto outcome = run_cli(arguments);
    const bool plugin = arguments.back() == "nagios";
    INFO(mistake.message << "\n" << outcome.error);
    CHECK(outcome.exit_code == (plugin ? 3 : 2));
    CHECK(outcome.output.empty() != plugin);
    CHECK_THAT(outcome.error, ContainsSubstring(mistake.message));
    CHECK_THAT(outcome.error, ContainsSubstring("hint: ") && ContainsSubstring(mistake.hint));
  }
}

TEST_CASE("a plugin says UNKNOWN with 3 whatever kept it from an answer") {
  const ReservedPort refused;
  const auto url = "redis://127.0.0.1:" + std::to_string(refused.number());
  const RedisServer locked({.arguments = {"--requirepass", "right"}, .tcp = true});
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"monitor", "-o", "nagios", "-u", url},
           {"monitor", "-o", "nagios", "-u", "redis://nohost.invalid"},
           {"monitor", "-o", "nagios", "-u", "redis://127.0.0.1:" + std::to_string(locked.port())},
           {"monitor", "-o", "nagios", "-u", "nonsense://x"},
           {"monitor", "-o", "nagios", "--bogus"},
           {"monitor", "--output=nagios", "--warn", "x=1"}}) {
    const auto outcome = run_cli(arguments);
    INFO(outcome.output << outcome.error);
    CHECK(outcome.exit_code == 3);
    CHECK_THAT(outcome.output, StartsWith("REDIS UNKNOWN: "));
    CHECK(lines_of(outcome.output).size() == 1);
  }
}

TEST_CASE("an unreachable or refusing server has the exit code of its failure") {
  const ReservedPort refused;
  const auto url = "redis://127.0.0.1:" + std::to_string(refused.number());
  const auto text = monitor(url);
  CHECK(text.exit_code == 3);
  CHECK(text.output.empty());
  CHECK_THAT(text.error, StartsWith("error: cannot reach " + url) && ContainsSubstring("hint: "));
  const auto document = require_document(monitor(url, {"--json"}).output, "error");
  CHECK(document["command"] == "monitor");
  const auto prometheus = monitor(url, {"-o", "prometheus"});
  CHECK(prometheus.exit_code == 3);
  CHECK_THAT(prometheus.output, ContainsSubstring("\nredis_up 0\n"));
  const RedisServer locked({.arguments = {"--requirepass", "right"}, .tcp = true});
  const auto no_password =
      monitor("redis://127.0.0.1:" + std::to_string(locked.port()), {"--watch"});
  CHECK(no_password.exit_code == 4);  // waiting would not help
  CHECK(run_cli({"monitor", "--ephemeral", "-u", url}).exit_code == 2);
}

TEST_CASE("option --retries waits for a server that is not there yet") {
  RedisServer server({.tcp = true});
  server.stop();
  const auto failed = monitor(server.tcp_url(), {"--retries", "2", "--retry-delay", "1ms", "-v"});
  CHECK(failed.exit_code == 3);
  CHECK_THAT(failed.error, ContainsSubstring("connections: 3 tried, 0 made, 3 failed"));
}

TEST_CASE("option --count gives a line for each look, the first one without rates") {
  const HealthyServer healthy;
  const auto outcome = monitor(healthy.server.url(), {"--count", "3"});
  CHECK(outcome.exit_code == 0);
  const auto lines = lines_of(outcome.output);
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[0], ContainsSubstring(" healthy  PING "));
  CHECK_THAT(lines[1], ContainsSubstring("/s, PING "));
}

TEST_CASE("a stream of JSON is a document on each line") {
  const HealthyServer healthy;
  const auto lines =
      lines_of(monitor(healthy.server.url(), {"--count", "2", "--json", "--canary"}).output);
  REQUIRE(lines.size() == 2);
  const auto first = require_document(lines[0], "monitor");
  CHECK(first["number"] == 1);
  CHECK(first["span_ms"].is_null());
  CHECK_FALSE(first["metrics"].contains("ops_per_second"));
  CHECK_FALSE(first["metrics"].contains("hit_rate_percent"));
  const auto second = require_document(lines[1], "monitor");
  CHECK(second["number"] == 2);
  CHECK(second["metrics"].contains("ops_per_second"));
}

TEST_CASE("the worst of several looks decides the exit code") {
  const HealthyServer healthy;
  auto blocked = healthy.server.client();
  blocked.send({"BLPOP", "nothing", "0"});
  Process process({.arguments = looking_at(healthy.server.url(), {"--count", "100", "--json",
                                                                  "--crit", "blocked_clients=0"})});
  process.wait_for_output(R"("health":"unhealthy")");
  CHECK(healthy.server.raw({"LPUSH", "nothing", "x"}) == "1");
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(lines_of(outcome.output).back(), ContainsSubstring("\"health\":\"healthy\""));
}

TEST_CASE("a watch that a signal ends has the code of its last verdict") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const HealthyServer healthy;
  const auto watched = [&](const std::vector<std::string>& more) {
    Process process({.arguments = looking_at(healthy.server.url(), more)});
    process.wait_for_output("healthy");
    process.signal(signal);
    return process.wait().exit_code;
  };
  CHECK(watched({"--watch"}) == 0);
  CHECK(watched({"--watch", "--crit", "memory_used=1"}) == 1);
  CHECK(watched({"--count", "1000000"}) == 128 + signal);
}

TEST_CASE("a watch ends quietly when nobody reads it any more") {
  const HealthyServer healthy;
  Process process({.arguments = looking_at(healthy.server.url(), {"--watch"})});
  process.wait_for_output("healthy");
  process.close_output();
  CHECK(process.wait().exit_code == 0);
}

TEST_CASE("what a user may not ask is told as absent, and is asked once") {
  const RedisServer server(
      {.arguments = {"--appendonly", "yes"},
       .users = {"watcher on >pw ~* &* -@all +info +ping +hello +client|setname"}});
  const auto url = "unix://watcher:pw@" + server.socket_path();
  const auto outcome = monitor(url, {"--count", "3", "--json"});
  CHECK(outcome.exit_code == 0);  // the limit on subscribers, which cannot be judged, is off
  const auto document = require_document(lines_of(outcome.output).back(), "monitor");
  CHECK(document["health"] == "healthy");
  CHECK(document["channels"].is_null());
  CHECK(document["pubsub_clients"].is_null());
  CHECK(document["slow_commands"].is_null());
  CHECK(document["latency_events"].is_null());
  std::vector<std::string> absent;
  for (const auto& item : document["absent"]) {
    absent.push_back(item["what"]);
    CHECK_THAT(item["reason"].get<std::string>(), StartsWith("NOPERM"));
  }
  CHECK(absent == std::vector<std::string>{"CLIENT LIST", "CONFIG GET", "LATENCY LATEST",
                                           "PUBSUB NUMSUB", "SLOWLOG GET"});
  CHECK_THAT(server.raw({"INFO", "errorstats"}), ContainsSubstring("errorstat_NOPERM:count=7"));
  CHECK_THAT(monitor(url).output, ContainsSubstring("\nunavailable  SLOWLOG GET: NOPERM"));
  // Limits that it keeps from being judged are named in every format.
  CHECK(document["unjudged"][0]["metric"] == "output_buffer_share");
  CHECK(monitor(url, {"-q"}).output == "healthy; not judged: output_buffer_share, slow_commands\n");
  const std::string open = "slow_commands: SLOWLOG GET is not available: NOPERM";
  CHECK_THAT(monitor(url).output, ContainsSubstring("\nnot judged   " + open));
  CHECK_THAT(monitor(url, {"-o", "nagios"}).output, ContainsSubstring("\nnot judged: " + open));
  CHECK_THAT(monitor(url, {"-o", "prometheus"}).output,
             ContainsSubstring("\nfogis_redis_unjudged{metric=\"slow_commands\"} 1\n"));
  // With it nobody can tell whether anyone listens.
  CHECK(run_cli({"monitor", "-u", url, "--interval", "10ms"}).exit_code == 3);
}

TEST_CASE("a user who may not even ask INFO leaves the health unknown") {
  const RedisServer server({.users = {"mute on >pw ~* &* -@all +ping +hello +client|setname"}});
  const auto url = "unix://mute:pw@" + server.socket_path();
  const auto outcome = monitor(url, {"--json"});
  CHECK(outcome.exit_code == 3);
  CHECK(require_document(outcome.output, "monitor")["health"] == "unknown");
  CHECK(monitor(url, {"-o", "nagios"}).exit_code == 3);
}

TEST_CASE("where this tool's own listeners cannot be told apart every format says so") {
  const HealthyServer healthy(
      {"watcher on >pw ~* &* +@all -client|list", "whole on >pw ~* &* +@all"});
  const auto with = [&](const std::string& user, std::vector<std::string> more) {
    more.insert(
        more.begin(),
        {"monitor", "-u", "unix://" + user + ":pw@" + healthy.server.socket_path(), "--interval",
         "10ms", "--warn", "ping_p50=off,disconnections=off", "--crit", "ping_p50=off"});
    return run_cli(more);
  };
  const std::string words =
      "who listens may be this tool alone: CLIENT LIST is not available: NOPERM";
  for (const auto* const format : {"text", "json", "nagios"}) {
    INFO(format);
    CHECK_THAT(with("watcher", {"-o", format}).output, ContainsSubstring(words));
  }
  CHECK_THAT(with("watcher", {"--count", "1"}).output, ContainsSubstring(words));
  CHECK_THAT(with("watcher", {"-o", "prometheus"}).output,
             ContainsSubstring(R"({metric="fogis_subscribers",severity="warning"} 1)"));
  const auto quiet = with("watcher", {"-q"});
  CHECK_THAT(quiet.output, StartsWith("degraded: " + words));
  CHECK(quiet.exit_code == 0);
  CHECK(with("watcher", {"--strict"}).exit_code == 1);
  CHECK_THAT(with("watcher", {}).output, ContainsSubstring("+client|list"));
  CHECK(with("whole", {"-q"}).output == "healthy\n");
}

TEST_CASE("a server that is busy with a script is asked again") {
  const RedisServer server({.arguments = {"--lua-time-limit", "20", "--appendonly", "yes"}});
  auto script = server.client();
  Process process({.arguments = looking_at(server.url(),
                                           {"--watch", "--json", "--warn", "slow_commands=off"})});
  process.wait_for_output(R"("health":"healthy")");
  script.send({"EVAL", "while true do end", "0"});
  process.wait_for_output("PING is refused: BUSY");
  CHECK(server.raw({"SCRIPT", "KILL"}) == "OK");
  const auto seen = process.output().size();
  process.wait_for_output(R"("event":"health_changed","text":"healthy, was unhealthy")");
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output.substr(0, seen), !ContainsSubstring("allow +info"));
  // What was refused meanwhile is there again.
  const auto last = require_document(lines_of(outcome.output).back(), "monitor");
  CHECK(last["absent"].empty());
  CHECK(last["metrics"].contains("output_buffer_limit_bytes"));
}

TEST_CASE("a limit on a rate is judged by the first sample as well") {
  const HealthyServer healthy;
  const auto url = healthy.server.url();
  for (const auto* const limit :
       {"ops=1000000", "connections=1000000", "cpu=1000", "hit_rate=80"}) {
    INFO(limit);
    CHECK(monitor(url, {"--count", "1", "--warn", limit}).exit_code == 0);
  }
  const auto crossed = monitor(
      url, {"--count", "1", "--json", "--crit", "commands_total=0,ops=0", "--warn", "net_input=0"});
  CHECK(crossed.exit_code == 1);
  const auto document = require_document(crossed.output, "monitor");
  CHECK(document["number"] == 1);
  CHECK(document["metrics"].contains("ops_per_second"));
  CHECK(document["events"].empty());
}

TEST_CASE("a probe that is not permitted is told, with the rule that would allow it") {
  const RedisServer server(
      {.arguments = {"--appendonly", "yes"}, .users = {"deaf on >pw ~* resetchannels +@all"}});
  const auto outcome = monitor("unix://deaf:pw@" + server.socket_path(),
                               {"--canary", "--crit", "fogis_subscribers=off"});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith("! degraded"));
  CHECK_THAT(outcome.output, ContainsSubstring("the canary is not permitted: NOPERM") &&
                                 ContainsSubstring("ACL SETUSER"));
}

TEST_CASE("the metrics are listed with their limits, in both forms") {
  const auto text = run_cli({"monitor", "--metrics", "--warn", "fragmentation=20"});
  CHECK(text.exit_code == 0);
  CHECK_THAT(text.output,
             ContainsSubstring("\nmemory                Memory in use, of maxmemory, in percent "
                               "[warn > 78 %]"));
  CHECK_THAT(text.output, ContainsSubstring("[warn > 20]"));
  const auto document =
      require_document(run_cli({"monitor", "--metrics", "--json"}).output, "metric-list");
  CHECK(document["metrics"].size() > 50);
}
