#include "config/password_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "base/unique_fd.hpp"
#include "config/config.hpp"
#include "support/temp_dir.hpp"

using fogis::ErrorKind;
using fogis::UniqueFd;
using fogis::config::read_password_file;
using fogis::testing::TempDir;

namespace {

std::string password(const std::string& path) {
  const auto file = read_password_file(path);
  REQUIRE(file);
  return file->password.reveal();
}

fogis::Error error(const std::string& path) {
  const auto file = read_password_file(path);
  REQUIRE_FALSE(file);
  CHECK(file.error().kind == ErrorKind::configuration);
  CHECK(file.error().message.find(path) != std::string::npos);
  CHECK_FALSE(file.error().hint.empty());
  return file.error();
}

}  // namespace

TEST_CASE("the line end is not a part of the password, all else is") {
  const TempDir directory;
  CHECK(password(directory.write("plain", "secret")) == "secret");
  CHECK(password(directory.write("line", "secret\n")) == "secret");
  CHECK(password(directory.write("dos", "secret\r\n")) == "secret");
  CHECK(password(directory.write("mark", "\xEF\xBB\xBFsecret\n")) == "secret");
  CHECK(password(directory.write("spaces", " se cret \n")) == " se cret ");
  CHECK(password(directory.write("bytes", std::string("a\0b\xff\r", 5))) ==
        std::string("a\0b\xff\r", 5));
}

TEST_CASE("a password file must hold one line") {
  const TempDir directory;
  CHECK(error(directory.write("empty", "")).message.find("is empty") != std::string::npos);
  CHECK(error(directory.write("utf16", std::string("\xFF\xFEs\0", 4))).message.find("UTF-16") !=
        std::string::npos);
  CHECK(error(directory.write("blank", "\n")).message.find("is empty") != std::string::npos);
  CHECK(error(directory.write("dos", "\r\n")).message.find("is empty") != std::string::npos);
  CHECK(error(directory.write("two", "a\nb\n")).message.find("more than one line") !=
        std::string::npos);
  CHECK(error(directory.write("large", std::string(65UL * 1024, 'x'))).message.find("64 KiB") !=
        std::string::npos);
  CHECK(password(directory.write("limit", std::string(64UL * 1024, 'x'))).size() == 64UL * 1024);
}

TEST_CASE("a file that cannot be read is told with errno") {
  const TempDir directory;
  CHECK(error(directory / "missing").system_errno == ENOENT);
  CHECK(error(directory.path().string()).system_errno == EISDIR);
}

TEST_CASE("a password file that every user can read is marked") {
  const TempDir directory;
  const auto path = directory.write("secret", "x");
  CHECK_FALSE(read_password_file(path)->readable_by_others);
  std::filesystem::permissions(path, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  CHECK(read_password_file(path)->readable_by_others);
}

TEST_CASE("a password can come through a pipe, after a while") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  std::thread writer([end = std::move(writing)]() mutable {
    for (const char letter : std::string("secret\n")) {
      REQUIRE(::write(end.get(), &letter, 1) == 1);
      std::this_thread::yield();
    }
    end.reset();
  });
  const auto found = password("/proc/self/fd/" + std::to_string(reading.get()));
  writer.join();
  CHECK(found == "secret");
}

TEST_CASE("a pipe without a writer is empty, and does not block") {
  const TempDir directory;
  const auto path = directory / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(error(path).message.find("is empty") != std::string::npos);
}

TEST_CASE("a pipe whose writer stays silent is given up") {
  const TempDir directory;
  const auto path = directory / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  // Opened for both ways, so that it has a writer.
  const UniqueFd writer(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(writer);
  const auto file = read_password_file(path, std::chrono::milliseconds(10));
  REQUIRE_FALSE(file);
  CHECK(file.error().message.find("no process writes to") != std::string::npos);
}

TEST_CASE("the password file wins over URL and environment, and its faults are told") {
  const TempDir directory;
  fogis::config::CommandLine options;
  options.url = "redis://u:in-url@h";
  options.password_file = directory.write("secret", "from-file\n");
  const auto none = [](std::string_view) { return std::optional<std::string>("1"); };
  const auto resolution = fogis::config::resolve(options, none);
  REQUIRE(resolution.config.connection.password);
  CHECK(resolution.config.connection.password->reveal() == "from-file");
  std::filesystem::permissions(*options.password_file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  bool is_warned = false;
  for (const auto& warning : fogis::config::resolve(options, none).warnings) {
    is_warned = is_warned || warning.code == "password-file-readable";
  }
  CHECK(is_warned);
  options.password_file = directory / "missing";
  const auto missing = fogis::config::resolve(options, none);
  REQUIRE(missing.errors.size() == 1);
  CHECK(missing.errors[0].system_errno == ENOENT);
}
