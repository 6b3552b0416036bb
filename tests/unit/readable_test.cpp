#include "config/readable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

#include "unit/temporary_folder.hpp"

using fogis::config::check_readable;
using fogis::config::FileType;

TEST_CASE("files and folders are told apart, and from what is not there") {
  const fogis::test::TemporaryFolder folder;
  const auto file = folder.write("file", "x");
  CHECK(check_readable(file, FileType::file) == 0);
  CHECK(check_readable(file, FileType::folder) == ENOTDIR);
  CHECK(check_readable(folder.path(), FileType::folder) == 0);
  CHECK(check_readable(folder.path(), FileType::file) == EISDIR);
  CHECK(check_readable(folder.path("missing"), FileType::file) == ENOENT);
}
