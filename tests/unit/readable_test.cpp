#include "config/readable.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <string>

#include "support/results.hpp"
#include "support/temp_dir.hpp"

using fogis::ErrorKind;
using fogis::config::check_readable;
using fogis::config::FileType;
using fogis::testing::require_error;
using fogis::testing::require_ok;

TEST_CASE("files and directories are told apart, and from what is not there") {
  const fogis::testing::TempDir directory;
  const auto file = directory.write("file", "x");
  require_ok(check_readable(file, FileType::file));
  require_ok(check_readable(directory.path().string(), FileType::directory));
  const auto fault = [](const std::string& path, FileType type) {
    return require_error(check_readable(path, type), ErrorKind::configuration).system_errno;
  };
  CHECK(fault(file, FileType::directory) == ENOTDIR);
  CHECK(fault(directory.path().string(), FileType::file) == EISDIR);
  CHECK(fault(directory / "missing", FileType::file) == ENOENT);
  CHECK(fault("", FileType::file) == ENOENT);
}

TEST_CASE("a pipe or a device cannot be read for each connection") {
  const fogis::testing::TempDir directory;
  const auto pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto message = [](const std::string& path) {
    return require_error(check_readable(path, FileType::file), ErrorKind::configuration).message;
  };
  CHECK(message(pipe) == "cannot use \"" + pipe + "\": it is a pipe, not a file");
  CHECK(message("/dev/null") == "cannot use \"/dev/null\": it is a device, not a file");
}
