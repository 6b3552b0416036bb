// Subscriber::receive: many messages at once, keepalive, and what becomes of the connection.
#include <poll.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "redis/subscriber.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Has the server carry out a command whose answer does not matter, as long as it is no error.
void tell(const RedisServer& server, const std::vector<std::string>& command) {
  REQUIRE_FALSE(server.raw(command).starts_with("-"));
}

Subscriber::Options quick() {
  return {.timeouts = {.connect = 5s, .operation = 5s},
          .retry = {.retries = 5, .delay = 5ms, .cap = 50ms}};
}

config::ConnectionSettings unnamed(config::ConnectionSettings settings) {
  settings.client_name.clear();
  return settings;
}

Deadline soon() {
  return Deadline::after(10s, nullptr);
}

/// Keeps the texts of what it is given.
struct Collected {
  std::vector<std::string> texts;

  MessageSink sink(std::size_t enough = SIZE_MAX) {
    return [this, enough](const MessageView& message, std::chrono::system_clock::time_point) {
      texts.push_back(std::string(message.channel) + "/" + std::string(message.pattern) + "/" +
                      std::string(message.payload));
      return texts.size() < enough;
    };
  }
};

const std::string kSubscribed = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";

}  // namespace

TEST_CASE("a flood is handed over in order, whatever its sizes, in both protocols") {
  const RedisServer server;
  auto settings = server.settings();
  settings.protocol = GENERATE(config::RespVersion::resp2, config::RespVersion::resp3);
  Subscriber subscriber(settings, quick(), nullptr);
  require_ok(subscriber.subscribe({"c"}, {"p*"}));
  auto client = server.client();
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 300; ++i) {
    const bool pattern = i % 3 == 0;
    const std::string payload(i * i, static_cast<char>(i));
    client.command({"PUBLISH", pattern ? "p1" : "c", payload});
    expected.push_back((pattern ? "p1/p*/" : "c//") + payload);
  }
  Collected collected;
  while (collected.texts.size() < expected.size()) {
    CHECK_FALSE(require_ok(subscriber.receive(soon(), collected.sink())));
  }
  CHECK((collected.texts == expected));
}

TEST_CASE("a sink that has enough gets no more until it asks again") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{":1\r\n"},
                     fake::ReadCommands{1},
                     fake::Send{kSubscribed + "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n1\r\n"
                                              "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n2\r\n"
                                              "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n3\r\n"}});
  Subscriber subscriber(unnamed(server.settings()), quick(), nullptr);
  require_ok(subscriber.subscribe({"c"}));
  Collected collected;
  require_ok(subscriber.receive(soon(), collected.sink(1)));
  CHECK(collected.texts.size() == 1);
  while (collected.texts.size() < 3) {
    require_ok(subscriber.receive(soon(), collected.sink()));
  }
  CHECK(collected.texts == std::vector<std::string>{"c//1", "c//2", "c//3"});
}

TEST_CASE("a lost connection is told before it is replaced, and after") {
  RedisServer server;
  Subscriber subscriber(server.settings(), quick(), nullptr);
  require_ok(subscriber.subscribe({"c"}));
  tell(server, {"CLIENT", "KILL", "TYPE", "pubsub"});
  Collected collected;
  auto event = require_ok(subscriber.receive(soon(), collected.sink()));
  REQUIRE(event);
  REQUIRE(std::holds_alternative<Disconnected>(*event));
  CHECK(std::get<Disconnected>(*event).cause.kind == ErrorKind::disconnected);
  event = require_ok(subscriber.receive(soon(), collected.sink()));
  REQUIRE(event);
  REQUIRE(std::holds_alternative<Resubscribed>(*event));
  tell(server, {"PUBLISH", "c", "x"});
  require_ok(subscriber.receive(soon(), collected.sink()));
  CHECK(collected.texts == std::vector<std::string>{"c//x"});
}

TEST_CASE("a gap begins when the server was last heard, however late the loss is noticed") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{":1\r\n"},
                     fake::ReadCommands{1},
                     fake::Send{kSubscribed + "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n1\r\n"},
                     fake::Hold{}, fake::Close{}, fake::Accept{}, fake::ReadCommands{1},
                     fake::Send{":2\r\n"}, fake::ReadCommands{1}, fake::Send{kSubscribed}});
  Subscriber subscriber(unnamed(server.settings()), quick(), nullptr);
  require_ok(subscriber.subscribe({"c"}));
  std::chrono::system_clock::time_point heard;
  const auto sink = [&](const MessageView&, std::chrono::system_clock::time_point received) {
    heard = received;
    return true;
  };
  CHECK_FALSE(require_ok(subscriber.receive(soon(), sink)));
  CHECK_FALSE(require_ok(subscriber.receive(Deadline::after(50ms, nullptr), sink)));
  server.release();
  auto event = require_ok(subscriber.receive(soon(), sink));
  REQUIRE(event);
  const auto lost = std::get<Disconnected>(*event);
  CHECK((lost.heard_at == heard));
  CHECK(lost.noticed_at - lost.heard_at >= 50ms);
  event = require_ok(subscriber.receive(soon(), sink));
  REQUIRE(event);
  CHECK((std::get<Resubscribed>(*event).heard_at == heard));
  CHECK((std::get<Resubscribed>(*event).noticed_at == lost.noticed_at));
}

TEST_CASE("a silent server is asked, and given up when it does not answer") {
  RedisServer server;
  auto options = quick();
  options.keepalive = 20ms;
  options.timeouts.operation = 100ms;
  Subscriber subscriber(server.settings(), options, nullptr);
  require_ok(subscriber.subscribe({"c"}));
  Collected collected;
  // Several questions are answered meanwhile.
  CHECK_FALSE(require_ok(subscriber.receive(Deadline::after(300ms, nullptr), collected.sink())));
  CHECK_THAT(server.raw({"INFO", "commandstats"}), ContainsSubstring("cmdstat_ping"));
  server.suspend();
  const auto suspended = std::chrono::system_clock::now();
  const auto event = require_ok(subscriber.receive(soon(), collected.sink()));
  server.resume();
  REQUIRE(event);
  const auto& lost = std::get<Disconnected>(*event);
  CHECK_THAT(lost.cause.message, ContainsSubstring("does not respond"));
  // What it had sent before may be read a moment later.
  CHECK(lost.noticed_at - lost.heard_at >= options.timeouts.operation);
  CHECK(lost.noticed_at - suspended >= options.timeouts.operation - options.keepalive);
}

TEST_CASE("a server that refuses PING is alive") {
  const RedisServer server(
      {.users = {"limited on >secret ~* &* -@all +subscribe +client +select"}});
  auto settings = server.settings();
  settings.username = "limited";
  settings.password = Secret("secret");
  auto options = quick();
  options.keepalive = 10ms;
  options.timeouts.operation = 2s;
  Subscriber subscriber(settings, options, nullptr);
  require_ok(subscriber.subscribe({"c"}));
  Collected collected;
  CHECK_FALSE(require_ok(subscriber.receive(Deadline::after(200ms, nullptr), collected.sink())));
  CHECK(server.raw({"PUBLISH", "c", "x"}) == "1");
}

TEST_CASE("a wait is over when there is other work") {
  const RedisServer server;
  Subscriber subscriber(server.settings(), quick(), nullptr);
  require_ok(subscriber.subscribe({"c"}));
  auto other = require_ok(StopEvent::create());
  other.request(1);
  Collected collected;
  const auto deadline = soon().or_when(other.descriptor(), POLLIN);
  CHECK_FALSE(require_ok(subscriber.receive(deadline, collected.sink())));
  CHECK_FALSE(deadline.expired());
}

TEST_CASE("a persistent subscriber outlasts its retries") {
  RedisServer server;
  auto options = quick();
  options.retry.retries = 0;
  options.persistent = true;
  Subscriber subscriber(server.settings(), options, nullptr);
  require_ok(subscriber.subscribe({"c"}));
  server.stop();
  Collected collected;
  const auto lost = require_ok(subscriber.receive(soon(), collected.sink()));
  REQUIRE(lost);
  CHECK_FALSE(require_ok(subscriber.receive(Deadline::after(100ms, nullptr), collected.sink())));
  server.restart();
  const auto event = require_ok(subscriber.receive(soon(), collected.sink()));
  REQUIRE(event);
  CHECK(std::get<Resubscribed>(*event).attempts > 1);
}
