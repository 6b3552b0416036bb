#include "process/ephemeral_server.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "base/stop_event.hpp"
#include "process/find_program.hpp"
#include "support/environment_variable.hpp"
#include "support/process.hpp"
#include "support/raw_client.hpp"
#include "support/results.hpp"
#include "support/temp_dir.hpp"

namespace fogis::process {
namespace {

namespace fs = std::filesystem;
using testing::EnvironmentVariable;
using testing::RawClient;
using testing::read_file;
using testing::require_error;
using testing::require_ok;
using testing::TempDir;

Deadline in(std::chrono::milliseconds span, const StopEvent* stop = nullptr) {
  return Deadline::after(span, stop);
}

Deadline soon() {
  return in(std::chrono::seconds(20));
}

bool is_alive(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

std::string real_server() {
  const auto path = find_program("redis-server", testing::clean_environment().at("PATH"));
  REQUIRE(path.has_value());
  return *path;
}

/// A PATH with one program in it, and a TMPDIR whose contents show what is left behind.
struct Stage {
  TempDir programs;
  TempDir temporary;
  EnvironmentVariable variable{"TMPDIR", temporary.path().string()};

  explicit Stage(const std::string& script, const std::string& name = "redis-server") {
    programs.write_program(name, script);
  }

  [[nodiscard]] Result<EphemeralServer> start(const Deadline& deadline) const {
    return EphemeralServer::start({.search_path = programs.path().string()}, deadline);
  }
  [[nodiscard]] bool is_clean() const { return fs::is_empty(temporary.path()); }
};

TEST_CASE("a private server answers, and leaves nothing") {
  const auto began = Deadline::Clock::now();
  auto server = require_ok(EphemeralServer::start(soon()));
  const auto took = std::chrono::duration<double, std::milli>(Deadline::Clock::now() - began);
  UNSCOPED_INFO("started in " << took.count() << " ms");
  const auto directory = server.directory();
  const auto pid = server.pid();
  const auto watchdog = server.watchdog_pid();
  CHECK(RawClient::to_unix_socket(server.socket_path()).command({"ECHO", "x"}) == "x");
  CHECK(is_alive(pid));
  CHECK(server.program() == real_server());
  require_ok(server.stop());
  CHECK_FALSE(fs::exists(directory));
  CHECK_FALSE(is_alive(pid));
  CHECK_FALSE(is_alive(watchdog));
  require_ok(server.stop());
}

TEST_CASE("a private server is private and keeps nothing on disk") {
  const auto server = require_ok(EphemeralServer::start(soon()));
  CHECK(fs::status(server.directory()).permissions() == fs::perms::owner_all);
  auto client = RawClient::to_unix_socket(server.socket_path());
  CHECK(client.command({"CONFIG", "GET", "port"}) == "port\n0");
  CHECK(client.command({"CONFIG", "GET", "save"}) == "save\n");
  CHECK(client.command({"CONFIG", "GET", "appendonly"}) == "appendonly\nno");
  CHECK(client.command({"CONFIG", "GET", "maxmemory"}) == "maxmemory\n268435456");
  CHECK(client.command({"CONFIG", "GET", "dir"}) == "dir\n" + server.directory());
}

TEST_CASE("the destructor and a move clean up too") {
  std::string first_directory;
  std::string second_directory;
  {
    auto first = require_ok(EphemeralServer::start(soon()));
    auto second = require_ok(EphemeralServer::start(soon()));
    first_directory = first.directory();
    second_directory = second.directory();
    first = std::move(second);
    CHECK_FALSE(fs::exists(first_directory));
    CHECK(first.directory() == second_directory);
    CHECK(RawClient::to_unix_socket(first.socket_path()).command({"PING"}) == "PONG");
  }
  CHECK_FALSE(fs::exists(second_directory));
}

TEST_CASE("valkey-server is taken where there is no redis-server") {
  const Stage stage("#!/bin/sh\nexec " + real_server() + " \"$@\"\n", "valkey-server");
  const auto server = require_ok(stage.start(soon()));
  CHECK(server.program() == stage.programs / "valkey-server");
  CHECK(RawClient::to_unix_socket(server.socket_path()).command({"PING"}) == "PONG");
}

TEST_CASE("further arguments are stronger than ours") {
  const auto server =
      require_ok(EphemeralServer::start({.arguments = {"--maxmemory", "64mb"}}, soon()));
  CHECK(RawClient::to_unix_socket(server.socket_path()).command({"CONFIG", "GET", "maxmemory"}) ==
        "maxmemory\n67108864");
}

TEST_CASE("without a server in PATH the advice is to install one") {
  const TempDir nothing;
  const EnvironmentVariable path("PATH", nothing.path().string());
  const auto error = require_error(EphemeralServer::start(soon()), ErrorKind::configuration);
  CHECK(error.phase == Phase::start);
  CHECK(error.message.find("redis-server") != std::string::npos);
  CHECK(error.hint.find("apt-get install redis-server") != std::string::npos);
}

TEST_CASE("without PATH there is no server either") {
  const EnvironmentVariable path("PATH", std::nullopt);
  require_error(EphemeralServer::start(soon()), ErrorKind::configuration);
}

TEST_CASE("a server that ends at once is quoted") {
  const Stage stage("#!/bin/sh\necho 'no space for me' >&2\nexit 3\n");
  const auto error = require_error(stage.start(soon()), ErrorKind::unreachable);
  CHECK(error.message.find("exit code 3") != std::string::npos);
  CHECK(error.message.find("no space for me") != std::string::npos);
  CHECK_FALSE(error.retryable);
  CHECK(stage.is_clean());
}

TEST_CASE("a server that a signal ends is told apart") {
  const Stage stage("#!/bin/sh\nkill -ABRT $$\n");
  const auto error = require_error(stage.start(soon()), ErrorKind::unreachable);
  CHECK(error.message.find("signal 6") != std::string::npos);
  CHECK(stage.is_clean());
}

TEST_CASE("a real server that refuses its arguments is quoted") {
  const auto error =
      require_error(EphemeralServer::start({.arguments = {"--no-such-option", "1"}}, soon()),
                    ErrorKind::unreachable);
  CHECK(error.message.find("no-such-option") != std::string::npos);
}

TEST_CASE("a server that cannot be executed is a matter of configuration") {
  const Stage stage("#!/nonexistent/interpreter\n");
  const auto error = require_error(stage.start(soon()), ErrorKind::configuration);
  CHECK(error.system_errno == ENOENT);
  CHECK(stage.is_clean());
}

TEST_CASE("a server that never answers cannot outlast the deadline") {
  const Stage stage("#!/bin/sh\necho still thinking\nexec sleep 1000\n");
  const auto began = Deadline::Clock::now();
  const auto error = require_error(stage.start(in(std::chrono::seconds(1))), ErrorKind::timed_out);
  CHECK(Deadline::Clock::now() - began < std::chrono::seconds(10));
  CHECK(error.elapsed.value_or(std::chrono::nanoseconds::zero()) >= std::chrono::seconds(1));
  CHECK(error.message.find("still thinking") != std::string::npos);
  CHECK(stage.is_clean());
}

/// A stand-in that listens where it is told to; `answer` is what it does with a connection.
std::string listening_server(const std::string& answer) {
  return R"(#!/usr/bin/perl
use IO::Socket::UNIX;
my %option = @ARGV;
my $server = IO::Socket::UNIX->new(Local => $option{'--unixsocket'}, Listen => 5) or die;
while (my $peer = $server->accept) { $peer->autoflush(1); )" +
         answer + " }\n";
}

TEST_CASE("a server that takes connections but says nothing cannot outlast the deadline") {
  const Stage stage(listening_server("push @open, $peer;"));
  require_error(stage.start(in(std::chrono::milliseconds(300))), ErrorKind::timed_out);
  CHECK(stage.is_clean());
}

TEST_CASE("what answers but speaks no Redis is named") {
  const Stage stage(listening_server(R"(print $peer "220 mail\r\n"; push @open, $peer;)"));
  const auto error = require_error(stage.start(soon()), ErrorKind::protocol);
  CHECK(error.message.find("220 mail") != std::string::npos);
  CHECK(stage.is_clean());
}

TEST_CASE("an answer in pieces is put together, and a closed connection tried again") {
  const Stage stage(listening_server(
      "if (!$n++) { close $peer; next } <$peer>; print $peer \"+PO\"; print $peer \"NG\\r\\n\"; "
      "push @open, $peer;"));
  require_ok(stage.start(soon()));
  CHECK(stage.is_clean());
}

TEST_CASE("an interruption ends the start") {
  const TempDir directory;
  const auto fifo = directory / "started";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const Stage stage("#!/bin/sh\necho > " + fifo + "\nexec sleep 1000\n");
  auto stop = require_ok(StopEvent::create());
  std::thread interrupter([&] {
    std::ifstream started(fifo);  // Opens when the stand-in does.
    stop.request(SIGINT);
  });
  const auto result = stage.start(in(std::chrono::seconds(20), &stop));
  interrupter.join();
  CHECK(require_error(result, ErrorKind::interrupted).phase == Phase::start);
  CHECK(stage.is_clean());
}

TEST_CASE("a directory that cannot be used gives way to the next") {
  const TempDir outer;
  std::string unusable;
  SECTION("it does not exist") {
    unusable = outer / "none";
  }
  SECTION("it is relative") {
    unusable = ".";
  }
  SECTION("it is too long for a socket's address") {
    unusable = outer / std::string(80, 'x');
    fs::create_directory(unusable);
  }
  const EnvironmentVariable temporary("TMPDIR", unusable);
  const auto server = require_ok(EphemeralServer::start(soon()));
  CHECK(server.directory().starts_with("/tmp/fogis-redis-"));
}

TEST_CASE("a server that died meanwhile does not hinder the end") {
  auto server = require_ok(EphemeralServer::start(soon()));
  const auto directory = server.directory();
  REQUIRE(::kill(server.pid(), SIGKILL) == 0);
  require_ok(server.stop());
  CHECK_FALSE(fs::exists(directory));
}

TEST_CASE("a server that is suspended does not hinder the end") {
  auto server = require_ok(EphemeralServer::start(soon()));
  const auto pid = server.pid();
  REQUIRE(::kill(pid, SIGSTOP) == 0);
  require_ok(server.stop());
  CHECK_FALSE(is_alive(pid));
}

TEST_CASE("several threads with blocked signals start servers of their own") {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  struct Starter {
    std::thread thread;
    std::string mask;  ///< of its server
  };
  std::array<Starter, 3> starters;
  for (auto& starter : starters) {
    starter.thread = std::thread([&mask = starter.mask] {
      const auto server = EphemeralServer::start(soon());
      if (server) {
        const auto status = read_file("/proc/" + std::to_string(server->pid()) + "/status");
        mask = status.substr(status.find("SigBlk:"), 24);
      }
    });
  }
  for (auto& starter : starters) {
    starter.thread.join();
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  for (const auto& starter : starters) {
    CHECK(starter.mask == "SigBlk:\t0000000000000000");
  }
}

}  // namespace
}  // namespace fogis::process
