#include "monitor/sample.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "monitor/metrics.hpp"
#include "redis/client_list.hpp"
#include "unit/monitor_samples.hpp"

namespace fogis::monitor {
namespace {

using redis::Reply;
using redis::ReplyType;

Reply number(std::int64_t value) {
  Reply reply;
  reply.type = ReplyType::integer;
  reply.integer = value;
  return reply;
}

Reply text(std::string value) {
  Reply reply;
  reply.type = ReplyType::string;
  reply.text = std::move(value);
  return reply;
}

Reply array(std::vector<Reply> elements) {
  Reply reply;
  reply.type = ReplyType::array;
  reply.elements = std::move(elements);
  return reply;
}

std::string server_of(std::string_view fixture) {
  return sample_of(info_fixture(fixture)).server.text();
}

TEST_CASE("servers are told apart by the fields that only they have") {
  CHECK(server_of("redis-6.txt") == "redis 6.0.16");
  CHECK(server_of("redis-7.txt") == "redis 7.2.5");
  CHECK(server_of("valkey-8.txt") == "valkey 8.0.1");
  CHECK(server_of("keydb-6.txt") == "keydb 6.3.4");
  CHECK(server_of("dragonfly-1.txt") == "dragonfly df-v1.27.0");
  CHECK(server_of("managed-service.txt") == "redis 7.1.0");
  CHECK(sample_of("").server.text().empty());
  CHECK(sample_of(info_fixture("valkey-8.txt")).server.mode == "standalone");
}

TEST_CASE("what a server does not offer is absent, not zero") {
  const auto seen = observation_of(info_fixture("dragonfly-1.txt"));
  CHECK(value_of("clients", seen) == 2);
  CHECK(value_of("clients_limit", seen) == 64000);  // max_clients there
  for (const auto* const metric :
       {"channels", "aof", "snapshot_ok", "master_link", "hit_rate", "slow_commands",
        "output_buffer", "fogis_subscribers", "ping_p50", "canary_ok", "ops", "replicas"}) {
    INFO(metric);
    CHECK_FALSE(value_of(metric, seen));
  }
}

TEST_CASE("fields that are no numbers are absent, and unknown ones do no harm") {
  const auto seen = observation_of(info_fixture("managed-service.txt"));
  CHECK(value_of("memory_used", seen) == 52428800);
  CHECK_FALSE(value_of("fragmentation", seen));  // inf
  CHECK_FALSE(value_of("hits_total", seen));
  CHECK_FALSE(value_of("rejections_total", seen));
  CHECK_FALSE(value_of("commands_total", seen));  // -1
  CHECK_FALSE(value_of("memory", seen));
}

TEST_CASE("shares need a limit to be a share of") {
  CHECK(value_of("memory", observation_of("used_memory:50\r\nmaxmemory:200\r\n")) == 25);
  CHECK_FALSE(value_of("memory", observation_of("used_memory:50\r\nmaxmemory:0\r\n")));
  CHECK_FALSE(value_of("memory_limit", observation_of("maxmemory:0\r\n")));
  CHECK(value_of("memory_headroom", observation_of("used_memory:9\r\nmaxmemory:5\r\n")) == 0);
}

TEST_CASE("every fixture gives values without a fault, and each metric has a name of its own") {
  std::set<std::string> keys;
  for (const auto& metric : metrics()) {
    INFO(metric.name);
    CHECK(keys.insert(json_key(metric)).second);
    CHECK(find_metric(metric.name) == &metric);
    CHECK_FALSE(metric.help.empty());
    for (const auto* const fixture : {"redis-6.txt", "redis-7.txt", "valkey-8.txt", "keydb-6.txt",
                                      "dragonfly-1.txt", "managed-service.txt"}) {
      const auto value = value_of(metric, observation_of(info_fixture(fixture)));
      CHECK((!value || std::isfinite(*value)));
    }
  }
}

TEST_CASE("the list of subscribers is read by names, whatever else stands in it") {
  const auto clients = fogis::redis::parse_client_list(
      "id=7 addr=127.0.0.1:51010 laddr=x fd=8 name=calendar age=12 idle=0 flags=P db=0 sub=5 "
      "psub=1 ssub=0 multi=-1 omem=20512 tot-mem=1 events=r cmd=subscribe user=default\n"
      "id=8 addr=/run/redis.sock:0 name= sub=1 psub=0 omem=odd new-field=1=2 junk\n"
      "nonsense\n\n");
  REQUIRE(clients.size() == 2);
  CHECK(clients[0].name == "calendar");
  CHECK(clients[0].channels == 5);
  CHECK(clients[0].patterns == 1);
  CHECK(clients[0].output_buffer == 20512);
  CHECK(clients[0].age_ms == 12000);
  CHECK(clients[1].address == "/run/redis.sock:0");
  CHECK(clients[1].output_buffer == 0);
  CHECK_FALSE(clients[1].age_ms);
  CHECK(fogis::redis::parse_client_list("").empty());
  // Some clients name their connection by their URL.
  CHECK(fogis::redis::parse_client_list("id=1 name=redis://svc:hunter2@h:6379 sub=1\n")[0].name ==
        "redis://***@h:6379");
  CHECK(fogis::redis::parse_client_list("id=1 name=celery@worker-1 sub=1\n")[0].name ==
        "celery@worker-1");
}

TEST_CASE("our own slow commands are not the server's trouble") {
  const auto entry = [](std::int64_t id, const std::string& name) {
    return array({number(id), number(kNow), number(12'000), array({text("KEYS"), text("secret*")}),
                  text("127.0.0.1:1"), text(name)});
  };
  const auto log = array({entry(3, "calendar"), entry(2, "fogis-redis"), array({number(1)}),
                          array({number(0), number(kNow), number(5), array({})})});
  const auto commands = parse_slow_log(log, "fogis-redis");
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].id == 3);
  CHECK(commands[0].command == "KEYS");
  CHECK(commands[0].duration == std::chrono::milliseconds(12));
  CHECK(parse_slow_log(log, "").size() == 2);
}

TEST_CASE("slow commands and latency events count for five minutes by the server's clock") {
  auto seen = observation_of("server_time_usec:1700003600000000\r\n");
  seen.sample.taken = {};  // our own clock is far off
  seen.sample.slow_log = std::vector<SlowCommand>{
      {.id = 1, .at_seconds = kNow - 10, .duration = std::chrono::milliseconds(20), .command = "A"},
      {.id = 2, .at_seconds = kNow - 301, .duration = std::chrono::seconds(9), .command = "B"},
      {.id = 3, .at_seconds = kNow + 5, .duration = std::chrono::milliseconds(30), .command = "C"}};
  CHECK(value_of("slow_commands", seen) == 2);
  CHECK(value_of("slowest_command", seen) == 30);
  seen.sample.latency_events = parse_latency_events(
      array({array({text("command"), number(kNow - 1), number(21), number(70)}),
             array({text("fork"), number(kNow - 4000), number(5), number(5)}), array({})}));
  CHECK(value_of("latency_events", seen) == 1);
}

TEST_CASE("subscribers are counted on the channels with live traffic alone") {
  Observation seen;
  seen.sample.channels = parse_channel_subscribers(
      array({text("fogis:matches:updates"), number(2), text("fogis:processor:status"), number(1),
             text("fogis:system:alerts"), number(3), text("match_updates_v2"), number(0),
             text("odd one out")}));
  CHECK(seen.sample.channels->size() == 4);
  CHECK(value_of("fogis_subscribers", seen) == 1);
}

TEST_CASE("a subscriber is measured against the lower of both limits") {
  Observation seen;
  seen.sample.pubsub_clients = fogis::redis::parse_client_list("id=1 omem=100\nid=2 omem=4000\n");
  CHECK_FALSE(value_of("output_buffer_share", seen));
  seen.sample.settings.pubsub_limit = {.hard = 10'000, .soft = 8000, .soft_seconds = 60};
  CHECK(value_of("output_buffer", seen) == 4000);
  CHECK(value_of("output_buffer_share", seen) == 50);
  seen.sample.settings.pubsub_limit = {.hard = 10'000, .soft = 0, .soft_seconds = 0};
  CHECK(value_of("output_buffer_share", seen) == 40);
  seen.sample.settings.pubsub_limit = {.hard = 0, .soft = 0, .soft_seconds = 0};
  CHECK_FALSE(value_of("output_buffer_share", seen));
}

TEST_CASE("error replies are counted by their code") {
  const auto errors = sample_of(info_fixture("redis-7.txt")).errors();
  CHECK(errors == std::map<std::string, std::int64_t>{{"ERR", 4}, {"WRONGTYPE", 2}});
  CHECK(sample_of("errorstat_X:odd\r\nerrorstat_Y:count=\r\n").errors().empty());
}

}  // namespace
}  // namespace fogis::monitor
