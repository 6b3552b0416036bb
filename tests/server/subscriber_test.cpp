#include "redis/subscriber.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/results.hpp"
#include "support/tcp_table.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Deadline soon() {
  return Deadline::after(10s, nullptr);
}

Subscriber::Options quick(unsigned retries = 5) {
  return {.timeouts = {.connect = 5s, .operation = 5s},
          .retry = {.retries = retries, .delay = 5ms, .cap = 50ms}};
}

config::ConnectionSettings unnamed(config::ConnectionSettings settings) {
  settings.client_name.clear();
  return settings;
}

Message next_message(Subscriber& subscriber) {
  auto event = require_ok(subscriber.next(soon()));
  REQUIRE(event);
  REQUIRE(std::holds_alternative<Message>(*event));
  return std::get<Message>(std::move(*event));
}

Resubscribed next_resubscription(Subscriber& subscriber) {
  auto event = require_ok(subscriber.next(soon()));
  REQUIRE(event);
  REQUIRE(std::holds_alternative<Resubscribed>(*event));
  return std::get<Resubscribed>(std::move(*event));
}

}  // namespace

TEST_CASE("messages of channels and patterns arrive in order, in both protocols") {
  const RedisServer server;
  auto settings = server.settings();
  settings.protocol = GENERATE(config::RespVersion::resp2, config::RespVersion::resp3);
  Subscriber subscriber(settings, quick(), nullptr);
  require_ok(subscriber.subscribe({"a", "b"}, {"p:*"}));
  CHECK(subscriber.subscriptions() == 3);
  // Acknowledged means that the server counts us already.
  CHECK(server.raw({"PUBLISH", "a", "1"}) == "1");
  CHECK(server.raw({"PUBLISH", "p:x", std::string("\0\xff", 2)}) == "1");
  CHECK(server.raw({"PUBLISH", "b", ""}) == "1");
  const auto first = next_message(subscriber);
  CHECK(first.channel == "a");
  CHECK(first.payload == "1");
  CHECK(first.pattern.empty());
  const auto second = next_message(subscriber);
  CHECK(second.channel == "p:x");
  CHECK(second.pattern == "p:*");
  CHECK(second.payload == std::string("\0\xff", 2));
  CHECK(next_message(subscriber).payload.empty());
}

TEST_CASE("no message within the deadline is nothing, not an error") {
  const RedisServer server;
  Subscriber subscriber(server.settings(), quick(), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  CHECK_FALSE(require_ok(subscriber.next(Deadline::after(10ms, nullptr))));
  CHECK(server.raw({"PUBLISH", "a", "late"}) == "1");
  CHECK(next_message(subscriber).payload == "late");
}

TEST_CASE("subscriptions can be added and taken back") {
  const RedisServer server;
  Subscriber subscriber(server.settings(), quick(), nullptr);
  require_ok(subscriber.unsubscribe({"a"}));
  require_ok(subscriber.subscribe({"a"}));
  require_ok(subscriber.subscribe({"b"}, {"p"}));
  require_ok(subscriber.unsubscribe({"a"}, {"p"}));
  CHECK(subscriber.subscriptions() == 1);
  CHECK(server.raw({"PUBLISH", "a", "x"}) == "0");
  CHECK(server.raw({"PUBLISH", "b", "x"}) == "1");
}

TEST_CASE("messages that arrive during another subscription are kept") {
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{1}, fake::Send{":7\r\n"}, fake::ReadCommands{1},
       fake::Send{"*3\r\n+subscribe\r\n+a\r\n:1\r\n"}, fake::ReadCommands{1},
       fake::Send{"*3\r\n+message\r\n+a\r\n+early\r\n*3\r\n+subscribe\r\n+b\r\n:2\r\n"},
       fake::AwaitClose{}});
  Subscriber subscriber(unnamed(server.settings()), quick(), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  CHECK(subscriber.client_id() == 7);
  require_ok(subscriber.subscribe({"b"}));
  CHECK(next_message(subscriber).payload == "early");
}

TEST_CASE("of messages that arrive during an unsubscription only those of the others are kept") {
  std::string meanwhile;
  for (int i = 0; i < 100; ++i) {
    meanwhile += "*3\r\n+message\r\n+a\r\n+" + std::string(1000, 'x') + "\r\n";
  }
  meanwhile +=
      "*4\r\n+pmessage\r\n+a*\r\n+a\r\n+by a*\r\n*3\r\n+message\r\n+b\r\n+on b\r\n"
      "*3\r\n+unsubscribe\r\n+a\r\n:2\r\n";
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{":7\r\n"},
                     fake::ReadCommands{1},
                     fake::Send{"*3\r\n+subscribe\r\n+a\r\n:1\r\n*3\r\n+subscribe\r\n+b\r\n:2\r\n"},
                     fake::ReadCommands{1}, fake::Send{"*3\r\n+psubscribe\r\n+a*\r\n:3\r\n"},
                     fake::ReadCommands{1}, fake::Send{meanwhile}, fake::AwaitClose{}});
  auto options = quick();
  options.limits.bytes = 50'000;
  Subscriber subscriber(unnamed(server.settings()), options, nullptr);
  require_ok(subscriber.subscribe({"a", "b"}, {"a*"}));
  require_ok(subscriber.unsubscribe({"a"}));
  CHECK(next_message(subscriber).payload == "by a*");
  CHECK(next_message(subscriber).payload == "on b");
}

TEST_CASE("a killed connection is replaced, and the gap reported") {
  const RedisServer server;
  auto options = quick();
  options.statistics = std::make_shared<Statistics>();
  Subscriber subscriber(server.settings(), options, nullptr);
  require_ok(subscriber.subscribe({"a"}, {"p*"}));
  REQUIRE(subscriber.client_id());
  REQUIRE(server.raw({"CLIENT", "KILL", "ID", std::to_string(*subscriber.client_id())}) == "1");
  const auto gap = next_resubscription(subscriber);
  CHECK(gap.attempts == 1);
  CHECK(gap.cause.kind == ErrorKind::disconnected);
  CHECK(gap.heard_at <= gap.noticed_at);
  CHECK(gap.noticed_at <= gap.restored_at);
  CHECK(server.raw({"PUBLISH", "a", "after"}) == "1");
  CHECK(server.raw({"PUBLISH", "pp", "after"}) == "1");
  CHECK(next_message(subscriber).payload == "after");
  CHECK(options.statistics->snapshot().reconnects == 1);
}

TEST_CASE("a server that is gone for a while is waited for") {
  RedisServer server;
  Subscriber subscriber(server.settings(), quick(1000), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  server.kill9();
  // The deadline passes while the server is away: nothing happened that the caller must know.
  CHECK_FALSE(require_ok(subscriber.next(Deadline::after(50ms, nullptr))));
  server.restart();
  const auto gap = next_resubscription(subscriber);
  CHECK(gap.attempts >= 1);
  CHECK(server.raw({"PUBLISH", "a", "back"}) == "1");
  CHECK(next_message(subscriber).payload == "back");
}

TEST_CASE(
    "a server that is killed during a subscription is lost, and found again by the next one") {
  RedisServer server({.tcp = true});
  Subscriber subscriber(server.tcp_settings(), quick(), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  server.suspend();
  std::thread killer([&] {
    wait_for_unread_bytes(server.port());
    server.kill9();
  });
  const auto error = require_error(subscriber.subscribe({"b"}), ErrorKind::disconnected);
  killer.join();
  CHECK(error.phase == Phase::subscribe);
  server.restart();
  require_ok(subscriber.subscribe({"b"}));
  CHECK(server.raw({"PUBLISH", "a", "x"}) == "1");
  CHECK(server.raw({"PUBLISH", "b", "x"}) == "1");
}

TEST_CASE("a server that stays away is an error after the last retry") {
  RedisServer server;
  Subscriber subscriber(server.settings(), quick(2), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  server.kill9();
  require_error(subscriber.next(soon()), ErrorKind::unreachable);
}

TEST_CASE("the first connection is tried as often as the policy says") {
  RedisServer server;
  server.kill9();
  auto options = quick(2);
  options.statistics = std::make_shared<Statistics>();
  Subscriber subscriber(server.settings(), options, nullptr);
  require_error(subscriber.subscribe({"a"}), ErrorKind::unreachable);
  CHECK(options.statistics->snapshot().connections_tried == 3);
}

TEST_CASE("a subscription after a lost connection restores the earlier ones") {
  RedisServer server;
  Subscriber subscriber(server.settings(), quick(0), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  server.kill9();
  require_error(subscriber.next(soon()), ErrorKind::unreachable);
  server.restart();
  require_ok(subscriber.subscribe({"b"}));
  CHECK(server.raw({"PUBLISH", "a", "x"}) == "1");
  CHECK(server.raw({"PUBLISH", "b", "x"}) == "1");
}

TEST_CASE("a forbidden channel is refused by name of the right") {
  const RedisServer server({.users = {"anna on >x ~* &allowed:* +@all"}});
  auto settings = server.settings();
  settings.username = "anna";
  settings.password = Secret("x");
  Subscriber subscriber(settings, quick(), nullptr);
  const auto error = require_error(subscriber.subscribe({"fogis:c"}), ErrorKind::forbidden);
  CHECK(error.phase == Phase::subscribe);
  CHECK(subscriber.subscriptions() == 0);
  require_ok(subscriber.subscribe({"allowed:c"}));
}

TEST_CASE("a server without CLIENT ID is used without one") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"-ERR unknown\r\n"},
                     fake::ReadCommands{1}, fake::Send{"*3\r\n+subscribe\r\n+a\r\n:1\r\n"},
                     fake::AwaitClose{}});
  Subscriber subscriber(unnamed(server.settings()), quick(), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  CHECK_FALSE(subscriber.client_id());
}

TEST_CASE("an acknowledgement that does not come is given up at the deadline") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{":1\r\n"},
                     fake::ReadCommands{1}, fake::AwaitClose{}});
  auto options = quick(0);
  options.timeouts.operation = 100ms;
  Subscriber subscriber(unnamed(server.settings()), options, nullptr);
  const auto error = require_error(subscriber.subscribe({"a"}), ErrorKind::timed_out);
  CHECK(error.phase == Phase::subscribe);
}

TEST_CASE("a stop ends the wait for messages, and the wait for a server") {
  RedisServer server;
  auto stop = require_ok(StopEvent::create());
  Subscriber subscriber(server.settings(), quick(1000), &stop);
  require_ok(subscriber.subscribe({"a"}));
  if (GENERATE(true, false)) {
    server.kill9();
    CHECK_FALSE(require_ok(subscriber.next(Deadline::after(20ms, &stop))));
  }
  stop.request(SIGINT);
  require_error(subscriber.next(Deadline::after(10s, &stop)), ErrorKind::interrupted);
}

TEST_CASE("a stop ends the attempts for a first connection") {
  RedisServer server;
  server.kill9();
  auto stop = require_ok(StopEvent::create());
  stop.request(SIGINT);
  Subscriber subscriber(server.settings(), quick(1000), &stop);
  require_error(subscriber.subscribe({"a"}), ErrorKind::interrupted);
}

TEST_CASE("a subscribed connection answers PING in both protocols and loses no message") {
  const RedisServer server;
  auto settings = server.settings();
  settings.protocol = GENERATE(config::RespVersion::resp2, config::RespVersion::resp3);
  Subscriber subscriber(settings, quick(), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  CHECK(server.raw({"PUBLISH", "a", "before"}) == "1");
  CHECK(require_ok(subscriber.ping(soon())).count() > 0);
  CHECK(next_message(subscriber).payload == "before");
}

TEST_CASE("a suspended server does not answer PING") {
  RedisServer server;
  Subscriber subscriber(server.settings(), quick(), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  server.suspend();
  require_error(subscriber.ping(Deadline::after(50ms, nullptr)), ErrorKind::timed_out);
}

TEST_CASE("bytes that make no sense on a subscription cost the connection, not the subscriber") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{":1\r\n"},
                     fake::ReadCommands{1}, fake::Send{"*3\r\n+subscribe\r\n+a\r\n:1\r\n:99\r\n"},
                     fake::Accept{}, fake::ReadCommands{1}, fake::Send{":2\r\n"},
                     fake::ReadCommands{1}, fake::Send{"*3\r\n+subscribe\r\n+a\r\n:1\r\n"},
                     fake::AwaitClose{}});
  Subscriber subscriber(unnamed(server.settings()), quick(), nullptr);
  require_ok(subscriber.subscribe({"a"}));
  const auto gap = next_resubscription(subscriber);
  CHECK(gap.cause.kind == ErrorKind::protocol);
  CHECK(subscriber.client_id() == 2);
}

TEST_CASE("a subscriber that never subscribed has nothing to wait for") {
  const RedisServer server;
  Subscriber subscriber(server.settings(), quick(), nullptr);
  require_error(subscriber.next(soon()), ErrorKind::internal);
  require_error(subscriber.ping(soon()), ErrorKind::internal);
  Subscriber moved = std::move(subscriber);
  CHECK(moved.subscriptions() == 0);
}
