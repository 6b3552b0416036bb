#include "support/temp_dir.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace fogis::testing {

namespace fs = std::filesystem;

TempDir::TempDir() {
  // Not TMPDIR: it may be long, and a path in it would not fit into a socket's address.
  std::string pattern = "/tmp/fogis-t.XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    FAIL("cannot make a directory " << pattern);
  }
  path_ = pattern;
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, fs::path())) {}

TempDir::~TempDir() {
  if (!path_.empty()) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
}

std::string TempDir::write(std::string_view name, std::string_view content) const {
  const auto path = path_ / name;
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) {
    FAIL("cannot write " << path);
  }
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  return path;
}

std::string TempDir::write_program(std::string_view name, std::string_view content) const {
  auto path = write(name, content);
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace fogis::testing
