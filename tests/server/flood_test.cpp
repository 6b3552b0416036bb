// Peers that never stop sending: always ready to be read, so that only the clock ends the work.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "redis/connection.hpp"
#include "redis/subscriber.hpp"
#include "support/fake_server.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto kLimit = 200ms;
/// Far below the time that the bounds on size would take, far above the limit.
constexpr auto kSlack = 5s;

config::ConnectionSettings unnamed(const FakeServer& server) {
  auto settings = server.settings();
  settings.client_name.clear();
  return settings;
}

const std::string kMessage = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n";
const std::string kPush = ">2\r\n+invalidate\r\n*1\r\n+a\r\n";

Error timed_out(const auto& action) {
  const auto started = Deadline::Clock::now();
  auto error = require_error(action(), ErrorKind::timed_out);
  const auto took = Deadline::Clock::now() - started;
  CHECK(took >= kLimit);
  CHECK(took < kLimit + kSlack);
  return error;
}

Connection open(const FakeServer& server) {
  return require_ok(Connection::open(unnamed(server), Deadline::after(10s, nullptr)));
}

}  // namespace

TEST_CASE("pushes without end cannot keep a command waiting") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Flood{kPush}});
  auto connection = open(server);
  timed_out([&] { return connection.command({"PING"}, Deadline::after(kLimit, nullptr)); });
  CHECK(connection.poisoned());
}

TEST_CASE("pushes without end cannot keep a set-up waiting") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Flood{kPush}});
  auto settings = server.settings();
  settings.client_name = "test";
  const auto error =
      timed_out([&] { return Connection::open(settings, Deadline::after(kLimit, nullptr)); });
  CHECK(error.phase == Phase::auth);
}

TEST_CASE("a peer that sends and does not read cannot keep a long command waiting") {
  FakeServer server({fake::Accept{}, fake::Flood{kPush}});
  auto connection = open(server);
  const std::string huge(64U << 20U, 'x');
  timed_out([&] {
    return connection.command({"SET", "k", huge}, Deadline::after(kLimit, nullptr));
  });
}

TEST_CASE("a stop ends the work with a peer that never stops sending") {
  auto stop = require_ok(StopEvent::create());
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Flood{kPush}});
  auto connection = open(server);
  std::thread signal([&] {
    server.wait_for_received("PING");
    stop.request(2);
  });
  require_error(connection.command({"PING"}, Deadline::after(30s, &stop)), ErrorKind::interrupted);
  signal.join();
}

TEST_CASE("a line without an end is given up long before a reply's limit") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+"}, fake::Flood{"x"}});
  auto connection = open(server);
  const auto error = require_error(connection.command({"PING"}, Deadline::after(30s, nullptr)),
                                   ErrorKind::protocol);
  CHECK(error.message.find("a line of more than") != std::string::npos);
}

TEST_CASE("messages without end cannot keep a subscription waiting for its acknowledgement") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{":7\r\n"},
                     fake::ReadCommands{1}, fake::Flood{kMessage}});
  Subscriber subscriber(
      unnamed(server), {.timeouts = {.connect = 10s, .operation = kLimit}, .retry = {.retries = 0}},
      nullptr);
  const auto error = timed_out([&] { return subscriber.subscribe({"b"}); });
  CHECK(error.phase == Phase::subscribe);
  CHECK(error.endpoint == server.settings().endpoint());
}

TEST_CASE("messages without end are kept up to a bound while an answer is awaited") {
  const bool greets = GENERATE(false, true);
  FakeServer::Script script{fake::Accept{}, fake::ReadCommands{1}, fake::Send{":7\r\n"},
                            fake::ReadCommands{1}};
  if (greets) {
    script.insert(script.end(), {fake::Send{"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"},
                                 fake::ReadCommands{1}});
  }
  script.emplace_back(fake::Flood{kMessage});
  FakeServer server(script);
  Subscriber subscriber(unnamed(server),
                        {.timeouts = {.connect = 10s, .operation = 30s},
                         .retry = {.retries = 0},
                         .limits = {.bytes = 100'000}},
                        nullptr);
  const auto subscribed = subscriber.subscribe({"a"});
  const auto error = greets ? require_error(subscriber.ping(Deadline::after(30s, nullptr)),
                                            ErrorKind::disconnected)
                            : require_error(subscribed, ErrorKind::disconnected);
  CHECK(error.message == "more than 100000 bytes of messages came before the answer");
  CHECK(error.endpoint == server.settings().endpoint());
  std::size_t kept = 0;
  for (auto event = subscriber.next(Deadline::after(0s, nullptr)); event && *event;
       event = subscriber.next(Deadline::after(0s, nullptr))) {
    ++kept;
  }
  CHECK(kept > 100);
  // With what one read of the connection holds.
  CHECK(kept * sizeof(SubscriberEvent) <= 200'000);
}

TEST_CASE("messages without end cannot keep a subscriber waiting for its PONG") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{":7\r\n"},
                     fake::ReadCommands{1},
                     fake::Send{"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"},
                     fake::ReadCommands{1}, fake::Flood{kMessage}});
  Subscriber subscriber(unnamed(server), {}, nullptr);
  require_ok(subscriber.subscribe({"a"}));
  timed_out([&] { return subscriber.ping(Deadline::after(kLimit, nullptr)); });
}

TEST_CASE("acknowledgements without end are not taken for messages") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{":7\r\n"},
                     fake::ReadCommands{1},
                     fake::Flood{"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"}});
  Subscriber subscriber(unnamed(server), {}, nullptr);
  require_ok(subscriber.subscribe({"a"}));
  const auto started = Deadline::Clock::now();
  CHECK_FALSE(require_ok(subscriber.next(Deadline::after(kLimit, nullptr))));
  CHECK(Deadline::Clock::now() - started < kLimit + kSlack);
}
