// The tests' own tools: what other tests lean on must be right first.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include "base/unique_fd.hpp"
#include "support/fake_server.hpp"
#include "support/process.hpp"
#include "support/raw_client.hpp"
#include "support/reserved_port.hpp"
#include "support/results.hpp"
#include "support/run_binary.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing {
namespace {

ProgramOptions shell(const std::string& script) {
  ProgramOptions options;
  options.program = "sh";
  options.arguments = {"-c", script};
  return options;
}

int connect_fault(std::uint16_t port, int flags = 0) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(socket.get(), generic, sizeof(address)) == 0 ? 0 : errno;
}

TEST_CASE("a temporary directory is private and vanishes with its contents") {
  std::filesystem::path path;
  {
    const TempDir directory;
    path = directory.path();
    CHECK(directory.write("a", "text") == path / "a");
    CHECK(read_file(path / "a") == "text");
    CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms::owner_all);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a program's streams, exit code and environment are as asked for") {
  auto options = shell("cat; echo problem >&2; echo $NAME; env | wc -l; exit 7");
  options.input = "typed\n";
  options.environment = {{"NAME", "value"}, {"PATH", "/usr/bin:/bin"}};
  const auto outcome = run_binary(options);
  CHECK(outcome.exit_code == 7);
  CHECK(outcome.signal == 0);
  CHECK(outcome.output == "typed\nvalue\n3\n");  // sh adds PWD
  CHECK(outcome.error == "problem\n");
  CHECK(outcome.peak_rss_kib > 0);
  CHECK(outcome.elapsed > std::chrono::nanoseconds::zero());
}

TEST_CASE("input and output larger than a pipe pass a program") {
  auto options = shell("cat");
  options.input = std::string(1 << 20, 'x');
  CHECK(run_binary(options).output == options.input);
}

TEST_CASE("a program in the background is waited for, typed to and signalled") {
  auto options = shell("echo ready; read line; echo got $line; exec sleep 100");
  options.keep_input_open = true;
  Process process(options);
  process.wait_for_output("ready");
  process.type("this\n");
  process.wait_for_output("got this");
  CHECK(process.peak_rss_kib() > 0);
  CHECK_FALSE(process.has_ended());
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK(outcome.signal == SIGTERM);
  CHECK(outcome.exit_code == -1);
  CHECK(process.has_ended());
}

TEST_CASE("a program on a terminal sees one, and Ctrl-C reaches it") {
  auto options = shell("test -t 0 && test -t 1 && echo terminal; exec sleep 100");
  options.terminal = Terminal::all;
  Process process(options);
  process.wait_for_output("terminal");
  process.type("\x03");
  CHECK(process.wait().signal == SIGINT);
}

TEST_CASE("one stream alone can be a terminal") {
  auto options = shell("test -t 1 && echo terminal; test -t 2 || echo pipe >&2");
  options.terminal = Terminal::output;
  const auto outcome = run_binary(options);
  CHECK(outcome.output == "terminal\n");
  CHECK(outcome.error == "pipe\n");
}

TEST_CASE("a reserved port refuses connections and is given to nobody else") {
  const ReservedPort port;
  CHECK(connect_fault(port.number()) == ECONNREFUSED);
  CHECK(ReservedPort().number() != port.number());
}

TEST_CASE("a fake server plays its script and records what it got") {
  for (const auto address : {FakeServer::Address::tcp, FakeServer::Address::unix_socket}) {
    FakeServer server(
        {fake::Accept{}, fake::ReadCommands{2}, fake::Send{"+A\r\n"},
         fake::Drip{"+B\r\n", std::chrono::milliseconds(1)}, fake::Hold{}, fake::Send{"+C\r\n"},
         fake::AwaitClose{}, fake::Accept{}, fake::ReadBytes{1}, fake::Send{":2\r\n"}},
        address);
    const auto connect = [&] {
      return address == FakeServer::Address::tcp ? RawClient::to_port(server.port())
                                                 : RawClient::to_unix_socket(server.socket_path());
    };
    {
      auto client = connect();
      client.send({"PING"});
      client.send({"ECHO", "x"});
      CHECK(client.receive() == "A");
      CHECK(client.receive() == "B");
      server.release();
      CHECK(client.receive() == "C");
    }
    auto second = connect();
    CHECK(second.command({"X"}) == "2");
    server.wait_for_end();
    CHECK(server.connections() == 2);
    CHECK(server.received() == "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n");
    server.wait_for_received("$1\r\nX\r\n", 1);
  }
}

TEST_CASE("a fake server resets and closes connections") {
  FakeServer server({fake::Accept{}, fake::Accept{}, fake::Use{0}, fake::Reset{}, fake::Use{1},
                     fake::Close{}, fake::Repeat{}});
  const auto end_of = [](int descriptor) {
    char byte = 0;
    return ::read(descriptor, &byte, 1) == 0 ? 0 : errno;
  };
  std::array<UniqueFd, 2> sockets;
  for (auto& socket : sockets) {
    socket.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
            0);
  }
  CHECK(end_of(sockets[0].get()) == ECONNRESET);
  CHECK(end_of(sockets[1].get()) == 0);
}

TEST_CASE("a fake server that is waiting ends at once") {
  const FakeServer waits_for_peer({fake::Accept{}});
  const FakeServer waits_for_bytes({fake::Accept{}, fake::ReadBytes{1}});
  const auto client = RawClient::to_port(waits_for_bytes.port());
  waits_for_bytes.wait_for_connections(1);
}

TEST_CASE("nobody can connect to a full backlog") {
  const auto server = FakeServer::with_full_backlog();
  CHECK(connect_fault(server->port(), SOCK_NONBLOCK) == EINPROGRESS);
  CHECK(server->connections() == 0);
  const auto socket = FakeServer::with_full_backlog(FakeServer::Address::unix_socket);
  CHECK(socket->connections() == 0);
}

TEST_CASE("a result's error is shown whole") {
  auto error = make_system_error(ErrorKind::unreachable, Phase::connect, "cannot connect",
                                 ECONNREFUSED, "start it");
  error.endpoint = "redis://localhost:6379";
  CHECK(describe(error) ==
        "error unreachable in phase connect: cannot connect: Connection refused\n"
        "  endpoint: redis://localhost:6379\n  hint: start it\n  errno: Connection refused");
  CHECK(require_error(Result<int>(failure(error)), ErrorKind::unreachable).message ==
        error.message);
  CHECK(require_ok(Result<int>(3)) == 3);
}

}  // namespace
}  // namespace fogis::testing
