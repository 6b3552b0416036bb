#include "monitor/collector.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "base/deadline.hpp"
#include "monitor/sampler.hpp"
#include "support/redis_server.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::monitor;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Collector::Options options(bool probe = false) {
  Collector::Options options;
  options.retry = {.retries = 0, .delay = 0ns, .cap = 0ns};
  options.probe = probe;
  return options;
}

bool has(const Report& report, EventKind kind) {
  return std::any_of(report.events.begin(), report.events.end(),
                     [kind](const auto& event) { return event.kind == kind; });
}

/// Looks until an event of that kind is told.
Report look_for(Collector& collector, EventKind kind) {
  const auto deadline = Deadline::after(10s, nullptr);
  while (true) {
    auto report = collector.take_sample();
    if (has(report, kind)) {
      return report;
    }
    if (deadline.expired()) {
      FAIL("no event " << name(kind) << " within ten seconds");
    }
  }
}

}  // namespace

TEST_CASE("the second look has rates, and our own commands are no load") {
  const RedisServer server;
  Collector collector(server.settings(), options(true), nullptr);
  const auto first = collector.take_sample();
  REQUIRE(first.observation);
  CHECK_FALSE(first.observation->changes);
  CHECK_FALSE(value_of("ops", *first.observation));
  CHECK_FALSE(value_of("hit_rate", *first.observation));
  collector.take_sample();  // pays for the canary's first connection
  const auto idle = collector.take_sample();
  CHECK(value_of("ops", *idle.observation) == 0);
  auto client = server.client();
  for (int i = 0; i < 200; ++i) {
    client.command({"GET", "missing"});
  }
  const auto busy = collector.take_sample();
  CHECK(busy.observation->changes->increase("total_commands_processed") == 200);
  CHECK(value_of("hit_rate", *busy.observation) == 0);
  CHECK(value_of("lookups", *busy.observation) == 200);
}

TEST_CASE("a lost server is told once, and so are its return and its restart") {
  RedisServer server;
  Collector collector(server.settings(), options(), nullptr);
  CHECK_FALSE(collector.take_sample().error);
  server.kill9();
  const auto lost = collector.take_sample();
  CHECK(lost.error);
  CHECK(lost.verdict.health == Health::unknown);
  CHECK(has(lost, EventKind::lost));
  CHECK_FALSE(has(collector.take_sample(), EventKind::lost));
  server.restart();
  const auto back = collector.take_sample();
  CHECK_FALSE(back.error);
  CHECK(has(back, EventKind::restored));
  CHECK(has(back, EventKind::restarted));
  CHECK(back.restarts == 1);
  CHECK_FALSE(back.observation->changes);
  CHECK(collector.take_sample().observation->changes);
}

TEST_CASE("while the backoff lasts the server is left alone") {
  RedisServer server;
  server.stop();
  auto patient = options();
  patient.retry = {.retries = 0, .delay = 1h, .cap = 1h};
  Collector collector(server.settings(), patient, nullptr);
  CHECK(collector.take_sample().error);
  CHECK(collector.take_sample().error);
  // Full jitter may choose a wait of next to nothing, but not forty times.
  for (int i = 0; i < 38; ++i) {
    collector.take_sample();
  }
  CHECK(collector.take_sample().statistics.connections_tried < 20);
}

TEST_CASE("a right that is granted later is noticed on the same connection") {
  const RedisServer server({.users = {"watcher on >pw ~* &* +@all -info"}});
  auto settings = server.settings();
  settings.username = "watcher";
  settings.password = Secret("pw");
  auto eager = options();
  eager.recheck = 0ns;
  Collector collector(settings, eager, nullptr);
  CHECK(collector.take_sample().observation->sample.info.empty());
  CHECK(server.raw({"ACL", "SETUSER", "watcher", "+info"}) == "OK");
  const auto report = collector.take_sample();
  CHECK_FALSE(report.observation->sample.info.empty());
  CHECK(report.observation->sample.refusals.empty());
  CHECK(report.statistics.connections_made == 1);
}

TEST_CASE("a subscriber that is cut off for reading too slowly is an event") {
  const RedisServer server(
      {.arguments = {"--client-output-buffer-limit", "pubsub", "4mb", "0", "0"}});
  auto lagging = server.client();
  lagging.command({"CLIENT", "SETNAME", "lagging"});
  lagging.send({"SUBSCRIBE", "fogis:matches:updates"});
  CHECK_THAT(lagging.receive(), ContainsSubstring("fogis:matches:updates"));
  Collector collector(server.settings(), options(), nullptr);
  CHECK(value_of("fogis_subscribers", *collector.take_sample().observation) ==
        0);  // of three channels
  auto publisher = server.client();
  const std::string message(std::size_t{256} * 1024, 'm');
  for (int i = 0; i < 8; ++i) {
    publisher.command({"PUBLISH", "fogis:matches:updates", message});
  }
  const auto growing = look_for(collector, EventKind::buffer_growing);
  CHECK_THAT(growing.events.front().text, ContainsSubstring("lagging"));
  for (int i = 0; i < 32; ++i) {
    publisher.command({"PUBLISH", "fogis:matches:updates", message});
  }
  const auto gone = look_for(collector, EventKind::subscriber_gone);
  CHECK_THAT(gone.events.front().text,
             ContainsSubstring("fogis:matches:updates: 0 subscribers, was 1"));
}

TEST_CASE("a replica that becomes a master is a failover") {
  const RedisServer server({.arguments = {"--replicaof", "127.0.0.1", "1"}});
  Collector collector(server.settings(), options(), nullptr);
  CHECK(collector.take_sample().verdict.health == Health::unhealthy);
  CHECK(server.raw({"REPLICAOF", "NO", "ONE"}) == "OK");
  CHECK(has(collector.take_sample(), EventKind::failover));
}

TEST_CASE("however many read, a sampler looks once an interval") {
  const RedisServer server;
  const auto sampler = require_ok(Sampler::start(server.settings(), options(), 1h));
  const auto deadline = Deadline::after(10s, nullptr);
  REQUIRE(deadline.wait(sampler->descriptor(), POLLIN) == WaitOutcome::ready);
  sampler->acknowledge();
  const auto report = sampler->latest();
  REQUIRE(report);
  for (int i = 0; i < 1000; ++i) {
    CHECK(sampler->latest() == report);
  }
  CHECK(sampler->history().points().size() == 1);
  CHECK_THAT(server.raw({"INFO", "commandstats"}), ContainsSubstring("cmdstat_info:calls=1,"));
}

TEST_CASE("a reader that comes late hears of every event, and of every failed sample") {
  RedisServer server;
  const auto sampler = require_ok(Sampler::start(server.settings(), options(), 1ms));
  const auto deadline = Deadline::after(10s, nullptr);
  const auto wait_for = [&](const auto& wanted) {
    while (!sampler->latest() || !wanted(*sampler->latest())) {
      REQUIRE_FALSE(deadline.expired());
      (void)deadline.pause(1ms);
    }
  };
  wait_for([](const Report& report) { return report.observation.has_value(); });
  server.stop();
  // The first failed sample, whose event is told, has been followed by others.
  wait_for([](const Report& report) { return report.failures > 2; });
  const auto events = sampler->acknowledge();
  CHECK(std::any_of(events.begin(), events.end(),
                    [](const auto& event) { return event.kind == EventKind::lost; }));
  CHECK(sampler->acknowledge().empty());
}

TEST_CASE("a sampler ends although its server does not answer") {
  RedisServer server;
  auto slow = options();
  slow.timeouts = {.connect = 1h, .operation = 1h};
  {
    const auto sampler = require_ok(Sampler::start(server.settings(), slow, 1ms));
    const auto deadline = Deadline::after(10s, nullptr);
    REQUIRE(deadline.wait(sampler->descriptor(), POLLIN) == WaitOutcome::ready);
    server.suspend();
  }
  server.resume();
}
