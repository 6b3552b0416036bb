// A connection to servers that fail, refuse or misbehave.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <string>
#include <thread>

#include "redis/connection.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/results.hpp"
#include "support/temp_dir.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Deadline soon() {
  return Deadline::after(5s, nullptr);
}

config::ConnectionSettings unnamed(config::ConnectionSettings settings) {
  settings.client_name.clear();
  return settings;
}

config::ConnectionSettings socket_settings(const std::string& path) {
  config::ConnectionSettings settings;
  settings.transport = config::Transport::unix_socket;
  settings.socket_path = path;
  return settings;
}

std::chrono::steady_clock::duration time_of(const auto& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::steady_clock::now() - start;
}

}  // namespace

TEST_CASE("a refused port is unreachable, with the address in the message") {
  const ReservedPort port;
  config::ConnectionSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port.number();
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::unreachable);
  CHECK(error.phase == Phase::connect);
  CHECK(error.system_errno == ECONNREFUSED);
  CHECK_THAT(error.message, ContainsSubstring("127.0.0.1:" + std::to_string(port.number())));
  CHECK(error.endpoint == settings.endpoint());
  CHECK(error.elapsed);
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("every address of a name is tried and reported") {
  const ReservedPort port;
  config::ConnectionSettings settings;
  settings.host = "localhost";
  settings.port = port.number();
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::unreachable);
  CHECK_THAT(error.message, ContainsSubstring("127.0.0.1:"));
}

TEST_CASE("a full queue of connections is given up at the deadline") {
  const auto address = GENERATE(FakeServer::Address::tcp, FakeServer::Address::unix_socket);
  const auto server = FakeServer::with_full_backlog(address);
  const auto error = require_error(
      Connection::open(server->settings(), Deadline::after(200ms, nullptr)), ErrorKind::timed_out);
  CHECK(error.phase == Phase::connect);
}

TEST_CASE("a unix path that is wrong says how") {
  const TempDir directory;
  SECTION("missing") {
    const auto error = require_error(Connection::open(socket_settings(directory / "none"), soon()),
                                     ErrorKind::unreachable);
    CHECK_THAT(error.message, ContainsSubstring("No such file"));
    CHECK_THAT(error.hint, ContainsSubstring("unixsocket"));
  }
  SECTION("too long for sockaddr_un") {
    const auto error =
        require_error(Connection::open(socket_settings("/" + std::string(120, 'x')), soon()),
                      ErrorKind::configuration);
    CHECK_THAT(error.message, ContainsSubstring("121 bytes"));
  }
  SECTION("a plain file") {
    const auto error =
        require_error(Connection::open(socket_settings(directory.write("file", "")), soon()),
                      ErrorKind::unreachable);
    CHECK_THAT(error.hint, ContainsSubstring("not a socket"));
  }
  SECTION("a socket whose server is gone") {
    RedisServer server;
    server.kill9();
    const auto error =
        require_error(Connection::open(server.settings(), soon()), ErrorKind::unreachable);
    CHECK_THAT(error.hint, ContainsSubstring("no server listens"));
  }
}

TEST_CASE("a server that accepts and stays silent is given up at the deadline") {
  FakeServer server({fake::Accept{}, fake::AwaitClose{}});
  auto settings = server.settings();
  settings.client_name = "test";
  const auto error = require_error(Connection::open(settings, Deadline::after(100ms, nullptr)),
                                   ErrorKind::timed_out);
  CHECK(error.phase == Phase::auth);
  CHECK(error.retryable);
}

TEST_CASE("a dripping server cannot outlast the deadline") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1},
                     fake::Drip{"$100\r\n" + std::string(100, 'x') + "\r\n", 20ms}});
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  const auto took = time_of([&] {
    require_error(connection.command({"GET", "k"}, Deadline::after(150ms, nullptr)),
                  ErrorKind::timed_out);
  });
  CHECK(took >= 150ms);
  CHECK(took < 1500ms);
}

TEST_CASE("a suspended server times out and its late reply answers nothing else") {
  RedisServer server;
  auto connection = require_ok(Connection::open(server.settings(), soon()));
  server.suspend();
  const auto error = require_error(
      connection.command({"ECHO", "first"}, Deadline::after(100ms, nullptr)), ErrorKind::timed_out);
  CHECK(error.phase == Phase::command);
  server.resume();
  CHECK(connection.poisoned());
  require_error(connection.command({"ECHO", "second"}, soon()), ErrorKind::disconnected);
  require_error(connection.run(Pipeline(), soon()), ErrorKind::disconnected);
  require_error(connection.receive(soon()), ErrorKind::disconnected);
  require_error(connection.send(std::array<std::string_view, 1>{"PING"}, soon()),
                ErrorKind::disconnected);
  CHECK_FALSE(connection.is_clean());
}

TEST_CASE("a server that closes in the middle of a reply is a lost connection") {
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{1}, fake::Send{"$100\r\nabc"}, fake::Close{}});
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  const auto error =
      require_error(connection.command({"GET", "k"}, soon()), ErrorKind::disconnected);
  CHECK_THAT(error.message, ContainsSubstring("closed the connection"));
  CHECK(error.endpoint == server.settings().endpoint());
}

TEST_CASE("a reset is a lost connection") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Reset{}});
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  const auto error =
      require_error(connection.command({"GET", "k"}, soon()), ErrorKind::disconnected);
  CHECK(error.system_errno == ECONNRESET);
}

TEST_CASE("bytes that are not Redis are a protocol fault in every way of reading") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"HTTP/1.1 400 Bad\r\n"},
                     fake::AwaitClose{}});
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  SECTION("a command") {
    const auto error = require_error(connection.command({"PING"}, soon()), ErrorKind::protocol);
    CHECK_THAT(error.message, ContainsSubstring("HTTP"));
  }
  SECTION("a pipeline") {
    Pipeline pipeline;
    pipeline.add({"PING"});
    require_error(connection.run(pipeline, soon()), ErrorKind::protocol);
  }
  SECTION("a subscriber") {
    require_ok(connection.send(std::array<std::string_view, 1>{"PING"}, soon()));
    require_error(connection.receive(soon()), ErrorKind::protocol);
  }
  CHECK(connection.poisoned());
}

TEST_CASE("a reply that unexpected reply breaks the connection") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+PONG\r\n+EXTRA\r\n"},
                     fake::AwaitClose{}});
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  SECTION("after a command") {
    const auto error = require_error(connection.command({"PING"}, soon()), ErrorKind::protocol);
    CHECK_THAT(error.message, ContainsSubstring("unexpected reply"));
  }
  SECTION("after a pipeline") {
    Pipeline pipeline;
    pipeline.add({"PING"});
    require_error(connection.run(pipeline, soon()), ErrorKind::protocol);
  }
}

TEST_CASE("data that waits before a command makes a connection unclean") {
  FakeServer server({fake::Accept{}, fake::Send{"+EXTRA\r\n"}, fake::AwaitClose{}});
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  server.wait_for_connections(1);
  // The bytes are on their way: wait for them without taking them.
  while (connection.is_clean()) {
    std::this_thread::yield();
  }
  CHECK_FALSE(connection.is_clean());
}

TEST_CASE("a stop ends every wait of a connection") {
  auto stop = require_ok(StopEvent::create());
  stop.request(SIGINT);
  const Deadline stopped = Deadline::after(10s, &stop);
  FakeServer server({fake::Accept{}, fake::AwaitClose{}});
  SECTION("while it is set up") {
    auto settings = server.settings();
    settings.client_name = "test";
    require_error(Connection::open(settings, stopped), ErrorKind::interrupted);
  }
  SECTION("while a reply is awaited") {
    auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
    require_error(connection.command({"PING"}, stopped), ErrorKind::interrupted);
    CHECK(connection.poisoned());
  }
  SECTION("while messages are awaited, which does no harm") {
    auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
    require_error(connection.receive(stopped), ErrorKind::interrupted);
    CHECK_FALSE(connection.poisoned());
  }
  SECTION("while it connects to a full queue") {
    const auto full = FakeServer::with_full_backlog(
        GENERATE(FakeServer::Address::tcp, FakeServer::Address::unix_socket));
    require_error(Connection::open(full->settings(), stopped), ErrorKind::interrupted);
  }
}

TEST_CASE("a subscriber that runs into its deadline may go on") {
  FakeServer server({fake::Accept{}, fake::Hold{}, fake::Send{"+late\r\n"}, fake::AwaitClose{}});
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  const auto error =
      require_error(connection.receive(Deadline::after(20ms, nullptr)), ErrorKind::timed_out);
  CHECK(error.endpoint == server.settings().endpoint());
  server.release();
  CHECK(require_ok(connection.receive(soon())).text == "late");
}

TEST_CASE("a peer that takes no data is given up at the deadline") {
  FakeServer server({fake::Accept{}, fake::Hold{}});
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  const std::string huge(64U << 20U, 'x');
  const auto error =
      require_error(connection.command({"SET", "k", huge}, Deadline::after(200ms, nullptr)),
                    ErrorKind::timed_out);
  CHECK_THAT(error.message, ContainsSubstring("does not read our data"));
}

TEST_CASE("wrong or missing credentials are told apart from other refusals") {
  const RedisServer server({.arguments = {"--requirepass", "hemligt"}});
  auto settings = server.settings();
  settings.client_name = "test";
  settings.protocol = GENERATE(config::RespVersion::resp2, config::RespVersion::resp3);
  SECTION("none") {
    settings.password.reset();
    const auto error =
        require_error(Connection::open(settings, soon()), ErrorKind::unauthenticated);
    CHECK(error.server_code == "NOAUTH");
    CHECK(error.phase == Phase::auth);
  }
  SECTION("wrong") {
    settings.password = Secret("fel-losen");
    const auto error =
        require_error(Connection::open(settings, soon()), ErrorKind::unauthenticated);
    CHECK(error.server_code == "WRONGPASS");
    CHECK_FALSE(error.retryable);
    CHECK(error.message.find("fel-losen") == std::string::npos);
  }
}

TEST_CASE("a password for a server that has none is refused with advice") {
  const RedisServer server;
  auto settings = server.settings();
  settings.password = Secret("onodigt");
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::unauthenticated);
  CHECK_THAT(error.hint, ContainsSubstring("has no password"));
}

TEST_CASE("a password is not shown by a server that echoes it") {
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{1},
       fake::Send{"-ERR unknown command 'AUTH', with args beginning with: 'hemligt'\r\n"},
       fake::AwaitClose{}});
  auto settings = unnamed(server.settings());
  settings.password = Secret("hemligt");
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::rejected);
  CHECK_THAT(error.message, ContainsSubstring("***"));
  CHECK(error.message.find("hemligt") == std::string::npos);
}

TEST_CASE("a database that does not exist is a configuration error") {
  const RedisServer server;
  auto settings = server.settings();
  settings.database = 99;
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::configuration);
  CHECK_THAT(error.message, ContainsSubstring("database 99"));
}

TEST_CASE("a server without RESP3 says so") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1},
                     fake::Send{"-NOPROTO unsupported protocol version\r\n"}, fake::AwaitClose{}});
  auto settings = unnamed(server.settings());
  settings.protocol = config::RespVersion::resp3;
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::rejected);
  CHECK_THAT(error.hint, ContainsSubstring("RESP3"));
}

TEST_CASE("too many clients is a server that is not ready, however many commands we sent") {
  const RedisServer server({.arguments = {"--maxclients", "1"}});
  auto occupant = server.client();
  auto settings = server.settings();
  settings.client_name = "test";
  settings.database = GENERATE(0U, 2U);
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::not_ready);
  CHECK_THAT(error.message, ContainsSubstring("max number of clients"));
}

TEST_CASE("a refusal that comes before our first command is not lost") {
  // The server speaks and closes at once; our command may meet a closed socket.
  FakeServer server({fake::Accept{}, fake::Send{"-ERR max number of clients reached\r\n"},
                     fake::Close{}, fake::Repeat{}},
                    GENERATE(FakeServer::Address::tcp, FakeServer::Address::unix_socket));
  auto settings = server.settings();
  settings.client_name = "test";
  settings.password = GENERATE(std::optional<Secret>(), std::optional<Secret>(Secret("x")));
  for (int i = 0; i < 20; ++i) {
    require_error(Connection::open(settings, soon()), ErrorKind::not_ready);
  }
  auto connection = require_ok(Connection::open(unnamed(server.settings()), soon()));
  CHECK(require_ok(connection.command({"PING"}, soon())).is_error());
  require_error(connection.command({"PING"}, soon()), ErrorKind::disconnected);
}

TEST_CASE("protected mode is a refusal, not a missing name") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1},
                     fake::Send{"-DENIED Redis is running in protected mode\r\n"}, fake::Close{}});
  auto settings = server.settings();
  settings.client_name = "test";
  require_error(Connection::open(settings, soon()), ErrorKind::forbidden);
}

TEST_CASE("a server that ends during set-up is a lost connection in the phase auth") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Close{}});
  auto settings = server.settings();
  settings.client_name = "test";
  settings.database = 1;
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::disconnected);
  CHECK(error.phase == Phase::auth);
}

TEST_CASE("failures are counted with their error") {
  const auto statistics = std::make_shared<Statistics>();
  const TempDir directory;
  require_error(
      Connection::open(socket_settings(directory / "none"), soon(), {.statistics = statistics}),
      ErrorKind::unreachable);
  const auto shown = statistics->snapshot();
  CHECK(shown.connections_tried == 1);
  CHECK(shown.connections_failed == 1);
  CHECK(shown.connections_made == 0);
  REQUIRE(shown.last_error);
  CHECK(shown.last_error->kind == ErrorKind::unreachable);
}
