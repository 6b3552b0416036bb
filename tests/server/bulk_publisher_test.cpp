#include "redis/bulk_publisher.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

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

BulkPublisher::Options quick(unsigned retries = 5) {
  BulkPublisher::Options options;
  options.timeouts = {.connect = 5s, .operation = 5s};
  options.retry = {.retries = retries, .delay = 5ms, .cap = 50ms};
  return options;
}

/// Without a name to set, the first command that a server sees is the first PUBLISH.
config::ConnectionSettings unnamed(config::ConnectionSettings settings) {
  settings.client_name.clear();
  return settings;
}

}  // namespace

TEST_CASE("every message of a pipeline is confirmed with its receivers, over TLS too") {
  const RedisServer server({.tls = true});
  for (const auto& settings : {server.settings(), server.tls_settings()}) {
    auto listener = server.client();
    listener.command({"SUBSCRIBE", "c"});
    BulkPublisher publisher(settings, quick(), nullptr);
    for (std::uint64_t number = 1; number <= 20'000; ++number) {
      require_ok(publisher.publish("c", std::to_string(number), number));
    }
    require_ok(publisher.flush());
    CHECK(publisher.account().confirmed == 20'000);
    CHECK(publisher.account().deliveries == 20'000);
    CHECK(publisher.account().fewest_receivers == 1);
    CHECK(publisher.account().most_receivers == 1);
    CHECK(publisher.unsent().empty());
    for (std::uint64_t number = 1; number <= 20'000; ++number) {
      if (listener.receive() != "message\nc\n" + std::to_string(number)) {
        FAIL("message " << number << " is not in its place");
      }
    }
  }
}

TEST_CASE("of messages that are under way when the connection is lost some are known, some not") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{3}, fake::Send{":7\r\n"}, fake::Close{},
                     fake::Accept{}, fake::ReadCommands{1}, fake::Send{":1\r\n"}});
  auto options = quick();
  std::string losses;
  options.on_loss = [&](const Error& cause) { losses += name(cause.kind); };
  BulkPublisher publisher(unnamed(server.settings()), options, nullptr);
  for (const auto number : std::initializer_list<std::uint64_t>{10, 20, 30}) {
    require_ok(publisher.publish("c", "m", number));
  }
  require_ok(publisher.flush());
  CHECK(losses == "disconnected");
  require_ok(publisher.publish("c", "m", 40));
  require_ok(publisher.flush());
  const auto& account = publisher.account();
  CHECK(account.confirmed == 2);
  CHECK(describe(account.unknown) == "20, 30");
  CHECK(account.reconnects == 1);
  CHECK(account.fewest_receivers == 1);
  CHECK(account.most_receivers == 7);
}

TEST_CASE("a message of which only a part was sent is sent again, whole") {
  // The peer takes no more than the kernel buffers, then closes.
  FakeServer server({fake::Accept{}, fake::ReadBytes{1000}, fake::Close{}, fake::Accept{},
                     fake::ReadCommands{1}, fake::Send{":0\r\n"}});
  BulkPublisher publisher(unnamed(server.settings()), quick(), nullptr);
  std::string large;
  large.resize(30'000'000, 'x');
  require_ok(publisher.publish("c", large, 1));
  require_ok(publisher.flush());
  CHECK(publisher.account().confirmed == 1);
  CHECK(publisher.account().unknown.empty());
  CHECK(server.received(1).size() > large.size());
}

TEST_CASE("an idle connection that the server closed costs no message") {
  RedisServer server;
  BulkPublisher publisher(server.settings(), quick(), nullptr);
  require_ok(publisher.publish("c", "1", 1));
  require_ok(publisher.flush());
  tell(server, {"CLIENT", "KILL", "TYPE", "normal"});
  require_ok(publisher.publish("c", "2", 2));
  require_ok(publisher.flush());
  CHECK(publisher.account().confirmed == 2);
  CHECK(publisher.account().reconnects == 1);
}

TEST_CASE("a silent server makes what waits for it unknown after the timeout") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Accept{}, fake::ReadCommands{1}});
  auto options = quick(0);
  options.timeouts.operation = 50ms;
  BulkPublisher publisher(unnamed(server.settings()), options, nullptr);
  require_ok(publisher.publish("c", "1", 1));
  require_ok(publisher.flush());
  require_ok(publisher.publish("c", "2", 2));
  const auto error = require_error(publisher.flush(), ErrorKind::timed_out);
  CHECK(describe(publisher.account().unknown) == "1-2");
}

TEST_CASE("a server that is gone for good leaves the rest unsent") {
  RedisServer server;
  BulkPublisher publisher(server.settings(), quick(1), nullptr);
  require_ok(publisher.connect());
  server.stop();
  require_ok(publisher.publish("c", "1", 1));
  require_ok(publisher.publish("c", "2", 2));
  require_error(publisher.flush(), ErrorKind::unreachable);
  CHECK(describe(publisher.unsent()) == "1-2");
  CHECK(publisher.account().unknown.empty());
}

TEST_CASE("a refusal ends publishing, and what was under way is accounted for") {
  const RedisServer server({.users = {"limited on >secret ~* resetchannels &mine +@all"}});
  auto settings = server.settings();
  settings.username = "limited";
  settings.password = Secret("secret");
  BulkPublisher publisher(settings, quick(), nullptr);
  require_ok(publisher.publish("mine", "1", 1));
  require_ok(publisher.publish("other", "2", 2));
  require_ok(publisher.publish("mine", "3", 3));
  require_error(publisher.flush(), ErrorKind::forbidden);
  CHECK(publisher.account().confirmed == 2);
  CHECK(describe(publisher.account().rejected) == "2");
  require_error(publisher.publish("mine", "4", 4), ErrorKind::forbidden);
}

TEST_CASE("a reply that nobody asked for is no confirmation of what comes next") {
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{1}, fake::Send{":1\r\n:1\r\n"}, fake::AwaitClose{}});
  BulkPublisher publisher(unnamed(server.settings()), quick(0), nullptr);
  require_ok(publisher.publish("c", "1", 1));
  require_error(publisher.flush(), ErrorKind::protocol);
  CHECK(publisher.account().confirmed == 1);
}

TEST_CASE("a stop ends the wait, and answers that are on their way still count") {
  auto stop = require_ok(StopEvent::create());
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{2}, fake::Hold{}, fake::Send{":1\r\n"}, fake::Close{}});
  BulkPublisher publisher(unnamed(server.settings()), quick(), &stop);
  require_ok(publisher.publish("c", "1", 1));
  require_ok(publisher.publish("c", "2", 2));
  require_ok(publisher.run_until(Deadline::Clock::now() + 1ms));
  server.wait_for_received("2\r\n");
  stop.request(SIGINT);
  server.release();
  require_error(publisher.flush(), ErrorKind::interrupted);
  CHECK(publisher.account().confirmed == 1);
  CHECK(describe(publisher.account().unknown) == "2");
}

TEST_CASE("messages with a time leave when it has come") {
  const RedisServer server;
  BulkPublisher publisher(server.settings(), quick(), nullptr);
  const auto begin = Deadline::Clock::now();
  require_ok(publisher.publish("c", "1", 1));
  require_ok(publisher.run_until(begin + 50ms));
  CHECK(Deadline::Clock::now() >= begin + 50ms);
  // Answers are taken meanwhile.
  CHECK(publisher.account().confirmed == 1);
}
