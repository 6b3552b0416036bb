#include "output/report_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>

#include "base/stop_event.hpp"
#include "base/unique_fd.hpp"
#include "support/results.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using fogis::ErrorKind;
using fogis::StopEvent;
using fogis::UniqueFd;
using fogis::output::ReportFile;
using fogis::testing::read_file;
using fogis::testing::require_error;
using fogis::testing::require_ok;
using fogis::testing::TempDir;

namespace fs = std::filesystem;

namespace {

std::string make_pipe(const TempDir& directory) {
  auto path = directory / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  return path;
}

UniqueFd open_reader(const std::string& path) {
  UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  REQUIRE(reader);
  return reader;
}

}  // namespace

TEST_CASE("a file is made only when it is written") {
  const TempDir directory;
  const auto path = directory / "report.xml";
  const auto file = require_ok(ReportFile::prepare(path));
  CHECK(fs::is_empty(directory.path()));
  require_ok(file.write("content", nullptr));
  CHECK(read_file(path) == "content");
  CHECK(std::distance(fs::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("the file that a link leads to is replaced, the link stays") {
  const TempDir directory;
  const auto target = directory.write("target", "old");
  fs::create_symlink(target, directory / "link");
  require_ok(require_ok(ReportFile::prepare(directory / "link")).write("new", nullptr));
  CHECK(fs::is_symlink(directory / "link"));
  CHECK(read_file(target) == "new");
}

TEST_CASE("a device keeps being a device") {
  require_ok(require_ok(ReportFile::prepare("/dev/null")).write("content", nullptr));
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("what cannot hold a report is refused beforehand") {
  const TempDir directory;
  require_error(ReportFile::prepare(""), ErrorKind::usage);
  require_error(ReportFile::prepare(directory.path()), ErrorKind::usage);
  require_error(ReportFile::prepare(directory / "no/such/directory/x"), ErrorKind::usage);
  require_error(ReportFile::prepare(directory.write("file", "") + "/x"), ErrorKind::usage);
}

TEST_CASE("a directory that vanishes in between is an error of the output, and leaves nothing") {
  const TempDir directory;
  fs::create_directory(directory / "sub");
  const auto file = require_ok(ReportFile::prepare(directory / "sub/report.xml"));
  fs::remove(directory / "sub");
  const auto error = require_error(file.write("x", nullptr), ErrorKind::output);
  CHECK_THAT(error.message, ContainsSubstring("report.xml"));
  CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("a full device is an error of the output") {
  const auto file = require_ok(ReportFile::prepare("/dev/full"));
  require_error(file.write("x", nullptr), ErrorKind::output);
}

TEST_CASE("a pipe without a reader is not waited for") {
  const TempDir directory;
  const auto path = make_pipe(directory);
  const auto error =
      require_error(require_ok(ReportFile::prepare(path)).write("x", nullptr), ErrorKind::output);
  CHECK_THAT(error.message, ContainsSubstring("no process reads it"));
  CHECK_THAT(error.hint, ContainsSubstring("start its reader first"));
  CHECK(fs::is_fifo(path));
}

TEST_CASE("a pipe's reader gets the whole report, however slowly it reads") {
  const TempDir directory;
  const auto path = make_pipe(directory);
  const auto reader = open_reader(path);
  const std::string content(300'000, 'x');
  std::string received;
  std::thread reading([&] {
    pollfd watched{.fd = reader.get(), .events = POLLIN, .revents = 0};
    std::array<char, 1000> buffer{};
    while (received.size() < content.size() && ::poll(&watched, 1, -1) > 0) {
      const auto count = ::read(reader.get(), buffer.data(), buffer.size());
      received.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
  });
  const auto written = require_ok(ReportFile::prepare(path)).write(content, nullptr);
  reading.join();
  require_ok(written);
  CHECK(received == content);
}

TEST_CASE("a pipe's reader that stands still does not hold up a program that was told to stop") {
  const TempDir directory;
  const auto path = make_pipe(directory);
  const auto reader = open_reader(path);
  auto stop = require_ok(StopEvent::create());
  stop.request(SIGTERM);
  const std::string content(300'000, 'x');
  const auto error =
      require_error(require_ok(ReportFile::prepare(path)).write(content, &stop), ErrorKind::output);
  CHECK_THAT(error.message, ContainsSubstring("no process reads it"));
}

TEST_CASE("a name without a directory is a file here") {
  CHECK(fs::path(require_ok(ReportFile::prepare("report.xml")).path()).filename() == "report.xml");
}
