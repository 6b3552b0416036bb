#include "redis/client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "redis/publisher.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;

namespace {

config::ConnectionSettings unnamed(config::ConnectionSettings settings) {
  settings.client_name.clear();
  return settings;
}

Client::Options quick(unsigned retries) {
  return {.timeouts = {.connect = 2s, .operation = 2s},
          .retry = {.retries = retries, .delay = 1ms, .cap = 5ms}};
}

}  // namespace

TEST_CASE("a command goes through a leased connection") {
  const RedisServer server;
  Client client(server.settings(), quick(0), nullptr);
  CHECK(require_ok(client.command({"PING"})).is_status("PONG"));
  CHECK(require_ok(client.command({"NOSUCH"})).is_error());
  CHECK(client.pool().open_connections() == 1);
  CHECK(client.statistics()->snapshot().connections_made == 1);
}

TEST_CASE("a client recovers from a connection that was killed while idle") {
  const RedisServer server;
  Client client(server.settings(), quick(0), nullptr);
  const auto id = require_ok(client.command({"CLIENT", "ID"})).integer;
  REQUIRE(server.raw({"CLIENT", "KILL", "ID", std::to_string(id)}) == "1");
  CHECK(require_ok(client.command({"PING"})).is_status("PONG"));
  CHECK(client.statistics()->snapshot().reconnects == 1);
}

TEST_CASE("a repeatable command is sent again when its connection is lost") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Close{}, fake::Accept{},
                     fake::ReadCommands{1}, fake::Send{"+PONG\r\n"}, fake::AwaitClose{}});
  std::vector<unsigned> attempts;
  auto options = quick(3);
  options.on_retry = [&](const RetryNotice& notice) {
    attempts.push_back(notice.attempt);
    CHECK(notice.error.kind == ErrorKind::disconnected);
  };
  Client client(unnamed(server.settings()), options, nullptr);
  CHECK(require_ok(client.command({"PING"}, Repeat::if_unsure)).is_status("PONG"));
  CHECK(attempts == std::vector<unsigned>{1});
}

TEST_CASE("a command whose outcome is unknown is not repeated unless it may be") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Close{}, fake::Accept{},
                     fake::ReadCommands{1}, fake::Send{":1\r\n"}, fake::AwaitClose{}});
  Client client(unnamed(server.settings()), quick(3), nullptr);
  require_error(client.command({"INCR", "k"}), ErrorKind::disconnected);
  CHECK(server.connections() == 1);
}

TEST_CASE("an unreachable server is tried as often as the policy says") {
  RedisServer server;
  server.kill9();
  Client client(server.settings(), quick(2), nullptr);
  SECTION("for a command") {
    require_error(client.command({"PING"}), ErrorKind::unreachable);
  }
  SECTION("for a lease") {
    require_error(client.lease(), ErrorKind::unreachable);
  }
  CHECK(client.statistics()->snapshot().connections_tried == 3);
}

TEST_CASE("refused credentials are not tried again") {
  const RedisServer server({.arguments = {"--requirepass", "hemligt"}});
  auto settings = server.settings();
  settings.password = Secret("fel");
  Client client(settings, quick(3), nullptr);
  require_error(client.command({"PING"}), ErrorKind::unauthenticated);
  CHECK(client.statistics()->snapshot().connections_tried == 1);
}

TEST_CASE("a server that is not ready is asked again, and its last word is returned") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"-LOADING wait\r\n"},
                     fake::ReadCommands{1}, fake::Send{"-LOADING wait\r\n"}, fake::ReadCommands{1},
                     fake::Send{"+PONG\r\n"}, fake::AwaitClose{}});
  SECTION("until it is ready") {
    Client client(unnamed(server.settings()), quick(2), nullptr);
    CHECK(require_ok(client.command({"PING"})).is_status("PONG"));
  }
  SECTION("or the retries are used up") {
    Client client(unnamed(server.settings()), quick(1), nullptr);
    CHECK(require_ok(client.command({"PING"})).error_code() == "LOADING");
  }
}

TEST_CASE("a stop ends the wait between two attempts") {
  RedisServer server;
  server.kill9();
  auto stop = require_ok(StopEvent::create());
  auto options = quick(3);
  options.retry = {.retries = 3, .delay = 1h, .cap = 1h};
  options.on_retry = [&](const RetryNotice&) { stop.request(SIGINT); };
  Client client(server.settings(), options, &stop);
  require_error(client.command({"PING"}), ErrorKind::unreachable);
  CHECK(client.statistics()->snapshot().connections_tried == 1);
}

TEST_CASE("clients can count into the same statistics") {
  const RedisServer server;
  auto options = quick(0);
  options.statistics = std::make_shared<Statistics>();
  Client first(server.settings(), options, nullptr);
  Client second(server.settings(), options, nullptr);
  REQUIRE(first.command({"PING"}));
  REQUIRE(second.command({"PING"}));
  CHECK(options.statistics->snapshot().connections_made == 2);
}

TEST_CASE("a publisher tells how many received") {
  const RedisServer server;
  Client client(server.settings(), quick(0), nullptr);
  Publisher publisher(client);
  CHECK(require_ok(publisher.publish("c", "nobody")) == 0);
  auto subscriber = server.client();
  REQUIRE(subscriber.command({"SUBSCRIBE", "c"}).find("subscribe") != std::string::npos);
  CHECK(require_ok(publisher.publish("c", std::string_view("a\0b", 3))) == 1);
  CHECK(subscriber.receive() == std::string("message\nc\na\0b", 13));
}

TEST_CASE("a publication that is refused says why") {
  const RedisServer server({.users = {"anna on >x ~* +@all"}});
  auto settings = server.settings();
  settings.username = "anna";
  settings.password = Secret("x");
  Client client(settings, quick(0), nullptr);
  const auto error = require_error(Publisher(client).publish("fogis:c", "m"), ErrorKind::forbidden);
  CHECK(error.server_code == "NOPERM");
}

TEST_CASE("a publication is not repeated when its outcome is unknown") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Close{}});
  Client client(unnamed(server.settings()), quick(3), nullptr);
  require_error(Publisher(client).publish("c", "m"), ErrorKind::disconnected);
  CHECK(server.connections() == 1);
}

TEST_CASE("an answer to PUBLISH that is no count is a protocol fault") {
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"}, fake::AwaitClose{}});
  Client client(unnamed(server.settings()), quick(0), nullptr);
  require_error(Publisher(client).publish("c", "m"), ErrorKind::protocol);
}
