#include "redis/canary.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "support/redis_server.hpp"
#include "support/results.hpp"
#include "support/tampering_proxy.hpp"

using namespace fogis;
using redis::Canary;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

Canary canary_of(const config::ConnectionSettings& settings,
                 std::chrono::nanoseconds patience = 5s) {
  return {settings, {.timeouts = {.connect = 5s, .operation = patience}}, nullptr};
}

}  // namespace

TEST_CASE("canaries come back in order from a server that delivers") {
  const RedisServer server;
  auto canary = canary_of(server.settings());
  for (int i = 0; i < 3; ++i) {
    const auto report = canary.sing();
    CHECK(report.perfect());
    CHECK(report.sent == 5);
    CHECK(report.latency->count == static_cast<std::size_t>(5 * (i + 1)));
  }
  CHECK_THAT(canary.channel(), StartsWith("fogis:test:"));
  CHECK(server.raw({"PUBSUB", "NUMSUB", canary.channel()}) == canary.channel() + "\n1");
  CHECK(canary.client_id());
}

TEST_CASE("a canary that is swallowed is lost, and the next ones fly again") {
  const RedisServer server;
  bool swallow = true;
  const TamperingProxy proxy(
      server,
      {.tamper = [&swallow](const auto& command, redis::Reply reply) -> TamperingProxy::Replies {
        if (command.empty() && is_message_on(reply, ":canary") && std::exchange(swallow, false)) {
          return {};
        }
        return {std::move(reply)};
      }});
  auto canary = canary_of(proxy.settings(), 300ms);
  const auto first = canary.sing();
  CHECK(first.lost() == 1);
  CHECK_FALSE(first.error);
  CHECK_FALSE(first.perfect());
  CHECK(canary.sing().perfect());
}

TEST_CASE("a canary that comes back altered has arrived, and is lost") {
  const RedisServer server;
  const TamperingProxy proxy(
      server, {.tamper = [](const auto& command, redis::Reply reply) -> TamperingProxy::Replies {
        if (command.empty() && is_message_on(reply, ":own")) {
          reply.elements.back().text += "\n";
        }
        return {std::move(reply)};
      }});
  Canary canary(proxy.settings(), {.channel = "fogis:test:own", .messages = 1}, nullptr);
  const auto report = canary.sing();
  CHECK(report.sent == 1);
  CHECK(report.altered == 1);
  CHECK(report.arrived());
  CHECK(report.lost() == 1);
  CHECK_FALSE(report.perfect());
}

TEST_CASE("a canary flies over both versions of the protocol, and counts what it is told to") {
  const RedisServer server;
  for (const auto protocol : {config::RespVersion::resp2, config::RespVersion::resp3}) {
    auto settings = server.settings();
    settings.protocol = protocol;
    const auto statistics = std::make_shared<redis::Statistics>();
    Canary canary(settings, {.messages = 1, .statistics = statistics, .counts_received = true},
                  nullptr);
    CHECK(canary.sing().perfect());
    CHECK(statistics->snapshot().connections_made == 2);
  }
}

TEST_CASE("canaries that come back in another order are seen") {
  const RedisServer server;
  std::optional<redis::Reply> held;
  bool once = true;
  const TamperingProxy proxy(
      server, {.tamper = [&](const auto& command, redis::Reply reply) -> TamperingProxy::Replies {
        if (!command.empty() || !is_message_on(reply, ":canary")) {
          return {std::move(reply)};
        }
        if (std::exchange(once, false)) {
          held = std::move(reply);
          return {};
        }
        if (held) {
          return {std::move(reply), std::move(*std::exchange(held, std::nullopt))};
        }
        return {std::move(reply)};
      }});
  auto canary = canary_of(proxy.settings());
  const auto report = canary.sing();
  CHECK(report.lost() == 0);
  CHECK(report.disordered == 1);
}

TEST_CASE("a canary whose connections were cut sings again with new ones") {
  RedisServer server;
  auto canary = canary_of(server.settings());
  CHECK(canary.sing().perfect());
  server.restart();
  const auto cut = canary.sing();
  CHECK((cut.error || cut.perfect()));
  CHECK(canary.sing().perfect());
}

TEST_CASE("a server that takes no publication in time is no server that delivers") {
  const RedisServer server;
  auto canary = canary_of(server.settings(), 200ms);
  CHECK(canary.sing().perfect());
  CHECK(server.raw({"CLIENT", "PAUSE", "600000", "WRITE"}) == "OK");
  const auto paused = canary.sing();
  REQUIRE(paused.error);
  CHECK(name(paused.error->kind) == "timed_out");
  CHECK_THAT(paused.error->message, ContainsSubstring("no answer to PUBLISH"));
  CHECK(server.raw({"CLIENT", "UNPAUSE"}) == "OK");
  CHECK(canary.sing().perfect());
}

TEST_CASE("a right that is missing is told apart from a server that does not deliver") {
  const RedisServer server({.users = {"deaf on >pw ~* resetchannels +@all"}});
  auto settings = server.settings();
  settings.username = "deaf";
  settings.password = Secret("pw");
  const auto report = canary_of(settings).sing();
  CHECK(report.denied());
  CHECK_THAT(report.error->hint, ContainsSubstring("ACL SETUSER"));
}
