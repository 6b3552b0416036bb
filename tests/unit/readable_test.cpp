#include "config/readable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

#include "support/temp_dir.hpp"

using fogis::config::check_readable;
using fogis::config::FileType;

TEST_CASE("files and folders are told apart, and from what is not there") {
  const fogis::testing::TempDir folder;
  const auto file = folder.write("file", "x");
  CHECK(check_readable(file, FileType::file) == 0);
  CHECK(check_readable(file, FileType::folder) == ENOTDIR);
  CHECK(check_readable(folder.path().string(), FileType::folder) == 0);
  CHECK(check_readable(folder.path().string(), FileType::file) == EISDIR);
  CHECK(check_readable(folder / "missing", FileType::file) == ENOENT);
}
