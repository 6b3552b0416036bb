#include "process/server_start.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include "support/results.hpp"
#include "support/temp_dir.hpp"

namespace fogis::process {
namespace {

using testing::require_error;
using testing::require_ok;
using testing::TempDir;

Watchdog start_idle(const std::string& directory) {
  return require_ok(Watchdog::start({.directories = {directory},
                                     .program = "/bin/sleep",
                                     .arguments = {"1000"},
                                     .output_name = "log"}));
}

Error failed_start(Watchdog& watchdog, std::chrono::milliseconds patience, ErrorKind kind) {
  const StartedServer server{.socket = "redis.sock", .log = "log", .began = Deadline::Clock::now()};
  return require_error(await_server(watchdog, server, Deadline::after(patience, nullptr)), kind);
}

TEST_CASE("without a place for its directory a server does not start") {
  auto watchdog = start_idle("/nonexistent/directory");
  const auto error = failed_start(watchdog, std::chrono::seconds(20), ErrorKind::configuration);
  CHECK(error.system_errno == ENOENT);
  CHECK(error.hint.find("TMPDIR") != std::string::npos);
}

TEST_CASE("a watchdog that dies during the start is noticed") {
  const TempDir outer;
  auto watchdog = start_idle(outer / "directory");
  REQUIRE(::kill(watchdog.pid(), SIGKILL) == 0);
  failed_start(watchdog, std::chrono::seconds(20), ErrorKind::internal);
}

TEST_CASE("a socket whose path is too long is not mistaken for another") {
  const TempDir outer;
  auto watchdog = start_idle(outer / std::string(100, 'x'));
  const auto error = failed_start(watchdog, std::chrono::milliseconds(100), ErrorKind::timed_out);
  CHECK(error.message.find("it said") == std::string::npos);
}

}  // namespace
}  // namespace fogis::process
