// What each command makes of a server that is no single master: a Sentinel, a cluster, a replica.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/document.hpp"
#include "cli/run_cli.hpp"
#include "support/redis_cluster.hpp"

using namespace fogis::testing;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a Sentinel is named with its master and the exit code 1, by every command") {
  const RedisServer master({.tcp = true});
  const RedisServer sentinel(sentinel_of(master));
  const auto told =
      "this is a Sentinel; its master mymaster is at 127.0.0.1:" + std::to_string(master.port());
  const std::vector<std::vector<std::string>> commands{
      {"ping"},
      {"ping", "-q", "--wait", "10s"},
      {"monitor"},
      {"monitor", "-q"},
      {"monitor", "--count", "2", "--interval", "1ms"},
      {"monitor", "--canary"},
      {"publish", "my:channel", "x"},
      {"subscribe", "my:channel", "--duration", "10s"},
      {"test-suite"},
      {"test-suite", "--only", "pub-sub"},
      {"integration", "--observe", "0"},
      {"integration", "--flow", "private"}};
  for (auto command : commands) {
    INFO(command.front() << ' ' << command.back());
    command.insert(command.end(), {"-u", sentinel.tcp_url()});
    const auto outcome = run_cli(command);
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.output + outcome.error, ContainsSubstring(told));
    CHECK_THAT(outcome.output, !ContainsSubstring("healthy") && !ContainsSubstring("subscribed"));
  }
  const auto nagios = run_cli({"monitor", "-o", "nagios", "-u", sentinel.tcp_url()});
  CHECK(nagios.exit_code == 2);
  CHECK_THAT(nagios.output, ContainsSubstring("REDIS CRITICAL") && ContainsSubstring(told));
  const auto url = run_cli({"validate-url", "--connect", "--json", sentinel.tcp_url()});
  CHECK(url.exit_code == 1);
  CHECK_THAT(url.output, ContainsSubstring(told));
}

TEST_CASE("a Sentinel is one whatever it refuses beside") {
  const RedisServer master({.tcp = true});
  const RedisServer sentinel(sentinel_of(master));
  for (const auto* const rest : {"/3", "?protocol=3"}) {
    INFO(rest);
    const auto outcome = run_cli({"ping", "-u", sentinel.tcp_url() + rest});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.error, ContainsSubstring("this is a Sentinel; its master mymaster"));
  }
  const auto port = std::to_string(sentinel.port());
  const auto outcome = run_cli({"ping", "-u", "redis://:secret@127.0.0.1:" + port});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.error, ContainsSubstring("this is a Sentinel; its master mymaster"));
}

TEST_CASE("an answered ping says that the server belongs to a cluster") {
  const RedisCluster cluster(1, false);
  const auto outcome = run_cli({"ping", "-u", cluster.url()});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring(", cluster\n"));
  const auto document =
      require_document(run_cli({"ping", "--json", "-u", cluster.url()}).output, "ping");
  CHECK(document["server"]["mode"] == "cluster");
  CHECK(document["server"]["role"] == "master");
}

TEST_CASE("a cluster in state fail is unhealthy") {
  const RedisCluster cluster(1, false);
  const auto monitor = run_cli({"monitor", "-u", cluster.url(), "--crit", "fogis_subscribers=off"});
  CHECK(monitor.exit_code == 1);
  CHECK_THAT(monitor.output, ContainsSubstring("the cluster is in state fail"));
  const auto quiet =
      run_cli({"monitor", "-q", "-u", cluster.url(), "--crit", "fogis_subscribers=off"});
  CHECK(quiet.exit_code == 1);
  for (const auto* const command : {"test-suite", "integration"}) {
    INFO(command);
    const auto outcome = run_cli({command, "-u", cluster.url()});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.output, ContainsSubstring("the cluster is in state fail"));
  }
}
