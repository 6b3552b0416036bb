// A connection to a server that behaves.
#include "redis/connection.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <memory>
#include <string>
#include <thread>

#include "redis/server_identity.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Deadline soon() {
  return Deadline::after(5s, nullptr);
}

}  // namespace

TEST_CASE("a connection runs commands on socket and port, in both protocols") {
  const RedisServer server({.tcp = true});
  auto settings = GENERATE(true, false) ? server.tcp_settings() : server.settings();
  settings.protocol = GENERATE(config::RespVersion::resp2, config::RespVersion::resp3);
  auto connection = require_ok(Connection::open(settings, soon()));
  CHECK(require_ok(connection.command({"PING"}, soon())).is_status("PONG"));
  const auto hash = require_ok(connection.command({"CONFIG", "GET", "port"}, soon()));
  CHECK(hash.type ==
        (settings.protocol == config::RespVersion::resp3 ? ReplyType::map : ReplyType::array));
  CHECK(connection.is_clean());
}

TEST_CASE("opening reports the address and the time of each phase") {
  const RedisServer server({.tcp = true});
  auto settings = server.tcp_settings();
  settings.host = "localhost";
  settings.client_name = "test";
  const auto connection = require_ok(Connection::open(settings, soon()));
  const auto& report = connection.report();
  CHECK(report.address == "127.0.0.1:" + std::to_string(server.port()));
  REQUIRE(report.resolve);
  CHECK(report.resolve->count() > 0);
  CHECK(report.connect.count() > 0);
  CHECK(report.auth);
  CHECK_FALSE(report.tls);
  CHECK(report.name_refusal.empty());
}

TEST_CASE("phases that are not needed have no time") {
  const RedisServer server;
  auto settings = server.settings();
  settings.client_name.clear();
  const auto connection = require_ok(Connection::open(settings, soon()));
  CHECK_FALSE(connection.report().resolve);
  CHECK_FALSE(connection.report().auth);
  CHECK(connection.report().address == server.socket_path());
}

TEST_CASE("user, password, name and database are set up before the first command") {
  const RedisServer server({.users = {"anna on >hemligt ~* &* +@all"}});
  auto settings = server.settings();
  settings.username = "anna";
  settings.password = Secret("hemligt");
  settings.client_name = "fogis-test";
  settings.database = 3;
  settings.protocol = GENERATE(config::RespVersion::resp2, config::RespVersion::resp3);
  auto connection = require_ok(Connection::open(settings, soon()));
  const auto info = require_ok(connection.command({"CLIENT", "INFO"}, soon())).text;
  CHECK_THAT(info, ContainsSubstring("name=fogis-test"));
  CHECK_THAT(info, ContainsSubstring("user=anna"));
  CHECK_THAT(info, ContainsSubstring("db=3"));
}

TEST_CASE("a password alone is for the default user") {
  const RedisServer server({.arguments = {"--requirepass", "hemligt"}});
  auto settings = server.settings();
  settings.protocol = GENERATE(config::RespVersion::resp2, config::RespVersion::resp3);
  auto connection = require_ok(Connection::open(settings, soon()));
  CHECK(require_ok(connection.command({"PING"}, soon())).is_status("PONG"));
}

TEST_CASE("an error reply is a value and leaves the connection good") {
  const RedisServer server;
  auto connection = require_ok(Connection::open(server.settings(), soon()));
  CHECK(require_ok(connection.command({"NOSUCH"}, soon())).is_error());
  CHECK(connection.is_clean());
  CHECK(require_ok(connection.command({"ECHO", "still here"}, soon())).text == "still here");
}

TEST_CASE("values of any bytes and of 8 MiB come back unchanged") {
  const RedisServer server;
  auto connection = require_ok(Connection::open(server.settings(), soon()));
  const auto value = GENERATE(""s, "\0\xff\r\n$3\r\n"s, std::string(8U << 20U, '\xfe'));
  REQUIRE(require_ok(connection.command({"SET", "k", value}, soon())).is_status("OK"));
  CHECK(require_ok(connection.command({"GET", "k"}, soon())).text == value);
}

TEST_CASE("a pipeline that outgrows all buffers gets each reply in order") {
  const RedisServer server({.tcp = true});
  auto connection = require_ok(Connection::open(server.tcp_settings(), soon()));
  constexpr int kCount = 20'000;
  const std::string padding(500, 'x');
  Pipeline pipeline;
  for (int i = 0; i < kCount; ++i) {
    pipeline.add({"ECHO", std::to_string(i) + padding});
  }
  const auto replies = require_ok(connection.run(pipeline, Deadline::after(30s, nullptr)));
  REQUIRE(replies.size() == kCount);
  for (int i = 0; i < kCount; ++i) {
    REQUIRE(replies[static_cast<std::size_t>(i)].text == std::to_string(i) + padding);
  }
}

TEST_CASE("an empty pipeline has no replies") {
  const RedisServer server;
  auto connection = require_ok(Connection::open(server.settings(), soon()));
  CHECK(require_ok(connection.run(Pipeline(), soon())).empty());
}

TEST_CASE("errors inside a pipeline stay at their places") {
  const RedisServer server;
  auto connection = require_ok(Connection::open(server.settings(), soon()));
  Pipeline pipeline;
  pipeline.add({"PING"});
  pipeline.add({"NOSUCH"});
  pipeline.add({"ECHO", "c"});
  const auto replies = require_ok(connection.run(pipeline, soon()));
  CHECK(replies[0].is_status("PONG"));
  CHECK(replies[1].is_error());
  CHECK(replies[2].text == "c");
}

TEST_CASE("a server that forbids CLIENT SETNAME is used without a name") {
  const RedisServer server({.users = {"anna on >x ~* &* +@all -client"}});
  auto settings = server.settings();
  settings.username = "anna";
  settings.password = Secret("x");
  settings.client_name = "fogis-test";
  auto connection = require_ok(Connection::open(settings, soon()));
  CHECK_THAT(connection.report().name_refusal, ContainsSubstring("NOPERM"));
  CHECK(require_ok(connection.command({"PING"}, soon())).is_status("PONG"));
}

TEST_CASE("what the connection moves is counted") {
  const RedisServer server;
  const auto statistics = std::make_shared<Statistics>();
  auto connection =
      require_ok(Connection::open(server.settings(), soon(), {.statistics = statistics}));
  const auto before = statistics->snapshot();
  REQUIRE(connection.command({"PING"}, soon()));
  const auto after = statistics->snapshot();
  CHECK(after.connections_made == 1);
  CHECK(after.operations - before.operations == 1);
  CHECK(after.bytes_sent - before.bytes_sent == std::string("*1\r\n$4\r\nPING\r\n").size());
  CHECK(after.bytes_received - before.bytes_received == std::string("+PONG\r\n").size());
}

TEST_CASE("invalidation pushes do not come between a command and its reply") {
  const RedisServer server;
  auto settings = server.settings();
  settings.protocol = config::RespVersion::resp3;
  auto connection = require_ok(Connection::open(settings, soon()));
  REQUIRE(require_ok(connection.command({"CLIENT", "TRACKING", "ON"}, soon())).is_status("OK"));
  REQUIRE(connection.command({"GET", "watched"}, soon()));
  REQUIRE(server.raw({"SET", "watched", "1"}) == "OK");
  CHECK(require_ok(connection.command({"ECHO", "mine"}, soon())).text == "mine");
}

TEST_CASE("a server is identified by HELLO") {
  const RedisServer server;
  auto connection = require_ok(Connection::open(server.settings(), soon()));
  const auto identity = require_ok(identify(connection, soon()));
  CHECK(identity.kind == "redis");
  CHECK_FALSE(identity.version.empty());
  CHECK(identity.text() == "redis " + identity.version);
  CHECK(identity.mode == "standalone");
  CHECK(identity.role == "master");
}

TEST_CASE("a server that refuses HELLO is told as one without RESP3, whatever its words") {
  const auto* const words = GENERATE("ERR unknown command `HELLO`, with args beginning with: `3`, ",
                                     "ERR unsupported", "NOPROTO unsupported protocol version");
  FakeServer server({fake::Accept{}, fake::ReadCommands{1},
                     fake::Send{"-" + std::string(words) + "\r\n"}, fake::AwaitClose{}});
  auto settings = server.settings();
  settings.client_name.clear();
  settings.protocol = config::RespVersion::resp3;
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::rejected);
  CHECK(error.message == "HELLO 3 (RESP3) is refused: " + std::string(words));
  CHECK(error.hint.find("protocol=3") != std::string::npos);
}

TEST_CASE("a server without HELLO is identified by INFO, and one without both not at all") {
  const RedisServer server(
      {.arguments = {"--rename-command", "HELLO", ""}, .users = {"anna on >x ~* &* +@all -info"}});
  auto settings = server.settings();
  auto connection = require_ok(Connection::open(settings, soon()));
  CHECK_THAT(require_ok(identify(connection, soon())).text(), ContainsSubstring("redis "));
  settings.username = "anna";
  settings.password = Secret("x");
  auto restricted = require_ok(Connection::open(settings, soon()));
  CHECK(require_ok(identify(restricted, soon())).text().empty());
}
