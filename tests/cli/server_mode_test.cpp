// What each command makes of a server that is no single master: a Sentinel, a cluster, a replica.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/document.hpp"
#include "cli/run_cli.hpp"
#include "support/fake_server.hpp"
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

namespace {

/// So that no line is wrapped.
Environment wide() {
  return {{"COLUMNS", "400"}};
}

/// A replica of that master, in step with it.
RedisServer::Options replica_of(const RedisServer& master) {
  return {.arguments = {"--replicaof", "127.0.0.1", std::to_string(master.port())},
          .tcp = true,
          .awaited = "MASTER <-> REPLICA sync: Finished with success"};
}

void subscribe(RawClient& client, const std::vector<std::string>& channels) {
  for (const auto& channel : channels) {
    REQUIRE(client.command({"SUBSCRIBE", channel}).find("subscribe") != std::string::npos);
  }
}

/// How often `part` is in `text`.
std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("each command says once that this is a replica, and whose") {
  const RedisServer master({.tcp = true});
  const RedisServer replica(replica_of(master));
  const auto of_master = "replica of 127.0.0.1:" + std::to_string(master.port());
  const std::vector<std::vector<std::string>> commands{
      {"publish", "my:channel", "x"},
      {"subscribe", "my:channel", "--duration", "50ms"},
      {"monitor", "--crit", "fogis_subscribers=off"},
      {"test-suite"},
      {"integration", "--observe", "0"}};
  for (auto command : commands) {
    INFO(command.front());
    command.insert(command.end(), {"-u", replica.tcp_url()});
    const auto outcome = run_cli(command, wide());
    CHECK(occurrences(outcome.output + outcome.error, of_master) == 1);
    CHECK_THAT(outcome.output, !ContainsSubstring("a proxy"));
  }
  const auto publish = run_cli({"publish", "my:channel", "x", "--json", "-u", replica.tcp_url()});
  const auto document = require_document(publish.output, "publish");
  CHECK(document["server"]["role"] == "replica");
  CHECK(document["server"]["master"] == "127.0.0.1:" + std::to_string(master.port()));
}

TEST_CASE("a replica of a cluster reaches everybody, and is not warned of") {
  RedisCluster cluster(2);
  auto& replica = cluster.node(1);
  const auto master_id = cluster.node(0).raw({"CLUSTER", "MYID"});
  REQUIRE(replica.raw({"CLUSTER", "RESET"}) == "OK");
  cluster.meet(1);
  while (replica.raw({"CLUSTER", "REPLICATE", master_id}) != "OK") {
    // Until it knows the node.
  }
  const auto publish = run_cli({"publish", "my:channel", "x", "-u", cluster.url(1)});
  CHECK_THAT(publish.error, ContainsSubstring("in a cluster: what is published here reaches all"));
  const auto suite = run_cli({"test-suite", "--only", "server-health", "-u", cluster.url(1)});
  CHECK_THAT(suite.output, !ContainsSubstring("does not reach"));
}

TEST_CASE("in a cluster the subscribers of all nodes count") {
  RedisCluster cluster(3);
  auto calendar = cluster.node(1).client();
  subscribe(calendar, {"fogis:matches:updates", "fogis:processor:status", "fogis:system:alerts",
                       "fogis:matches:updates:v2", "fogis:matches:updates:v1"});
  const auto monitor = run_cli({"monitor", "-q", "-u", cluster.url(0)});
  CHECK_THAT(monitor.output, !ContainsSubstring("too few subscribers"));
  CHECK(monitor.exit_code == 0);
  const auto integration = run_cli({"integration", "--observe", "0", "-u", cluster.url(0)});
  CHECK_THAT(integration.output, !ContainsSubstring("D8"));
  CHECK_THAT(integration.output, ContainsSubstring("5 of 8 channels listened to"));
  const auto publish = run_cli({"publish", "my:channel", "x", "-u", cluster.url(0)});
  CHECK(publish.output ==
        "published on my:channel: 0 receivers on this node, 0 subscribers on the "
        "other nodes\n");
  auto listener = cluster.node(2).client();
  subscribe(listener, {"my:channel"});
  const auto required = run_cli(
      {"publish", "my:channel", "x", "--require-receivers", "1", "--json", "-u", cluster.url(0)});
  CHECK(required.exit_code == 0);
  const auto document = require_document(required.output, "publish");
  CHECK(document["receivers"]["fewest"] == 0);
  CHECK(document["receivers"]["other_nodes"] == 1);
  CHECK(run_cli({"publish", "my:channel", "x", "--require-receivers", "2", "-u", cluster.url(0)})
            .exit_code == 1);
}

TEST_CASE("a cluster of which a node does not answer is not said to have no listeners") {
  RedisCluster cluster(3);
  cluster.node(2).suspend();
  const auto monitor = run_cli({"monitor", "-q", "-u", cluster.url(0)});
  CHECK(monitor.exit_code == 3);
  CHECK_THAT(monitor.output, ContainsSubstring("1 of 2 other nodes did not answer"));
  const auto integration = run_cli({"integration", "--observe", "0", "-u", cluster.url(0)}, wide());
  CHECK(integration.exit_code == 1);
  CHECK_THAT(integration.output, ContainsSubstring("unseen-nodes: nobody is seen listening"));
  CHECK_THAT(integration.output, !ContainsSubstring("D8"));
  cluster.node(2).resume();
}

TEST_CASE("somebody who receives by a pattern is not nobody") {
  const RedisServer server({.tcp = true});
  auto listener = server.client();
  REQUIRE(listener.command({"PSUBSCRIBE", "fogis:*"}).find("psubscribe") != std::string::npos);
  for (const auto* const flow : {"safe", "private"}) {
    INFO(flow);
    const auto outcome =
        run_cli({"integration", "--observe", "0", "--flow", flow, "-u", server.tcp_url()}, wide());
    CHECK_THAT(outcome.output, ContainsSubstring("pattern-only: nobody subscribes"));
    CHECK_THAT(outcome.output, !ContainsSubstring("D8") && !ContainsSubstring("nobody listens"));
  }
}

TEST_CASE("a proxy that hangs up on CLIENT SETNAME and HELLO is named, and connected to without") {
  // As twemproxy: it answers PING, and closes the connection on what it does not know.
  FakeServer proxy({fake::Accept{}, fake::ReadBytes{1}, fake::Close{}, fake::Accept{},
                    fake::ReadCommands{1}, fake::Send{"+PONG\r\n"}, fake::ReadCommands{1},
                    fake::Send{"+PONG\r\n"}, fake::AwaitClose{}, fake::Repeat{}});
  const auto outcome = run_cli({"ping", "-u", proxy.url()});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.error, ContainsSubstring("probably a proxy (such as twemproxy)"));
  CHECK_THAT(outcome.output + outcome.error, !ContainsSubstring("TLS"));
  CHECK(require_document(run_cli({"ping", "--json", "-u", proxy.url()}).output,
                         "ping")["likely_proxy"] == true);
  FakeServer closing({fake::Accept{}, fake::ReadBytes{1}, fake::Close{}, fake::Accept{},
                      fake::ReadCommands{1}, fake::Send{"+PONG\r\n"}, fake::ReadCommands{1},
                      fake::Close{}, fake::Repeat{}});
  const auto publish = run_cli({"publish", "c", "x", "--retries", "0", "-u", closing.url()});
  CHECK(publish.exit_code != 0);
  CHECK_THAT(publish.error, ContainsSubstring("probably a proxy") && !ContainsSubstring("TLS"));
}
