#include "process/remove_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <filesystem>
#include <string>

#include "base/unique_fd.hpp"
#include "support/temp_dir.hpp"

namespace fogis::process {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

TEST_CASE("a directory goes with everything in it") {
  const TempDir outer;
  const fs::path directory = outer / "directory";
  fs::create_directories(directory / "a" / "b" / "c");
  outer.write("directory/a/b/file", "x");
  REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
  SECTION("by its path") {
    CHECK(remove_tree(-1, directory.c_str()) == 0);
  }
  SECTION("by its descriptor") {
    const UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    CHECK(remove_tree(opened.get(), directory.c_str()) == 0);
  }
  CHECK_FALSE(fs::exists(directory));
}

TEST_CASE("more entries than one read of the directory returns go too") {
  const TempDir outer;
  const fs::path directory = outer / "directory";
  fs::create_directory(directory);
  for (int i = 0; i < 500; ++i) {
    outer.write("directory/file-with-a-long-name-" + std::to_string(i), "");
  }
  CHECK(remove_tree(-1, directory.c_str()) == 0);
  CHECK_FALSE(fs::exists(directory));
}

TEST_CASE("what a symbolic link points to stays") {
  const TempDir outer;
  outer.write("kept", "x");
  fs::create_directory(outer / "elsewhere");
  outer.write("elsewhere/kept", "x");
  const fs::path directory = outer / "directory";
  fs::create_directory(directory);
  fs::create_symlink(outer / "kept", directory / "to-file");
  fs::create_directory_symlink(outer / "elsewhere", directory / "to-directory");
  CHECK(remove_tree(-1, directory.c_str()) == 0);
  CHECK_FALSE(fs::exists(directory));
  CHECK(fs::exists(outer / "kept"));
  CHECK(fs::exists(outer / "elsewhere/kept"));
}

TEST_CASE("a directory that is gone counts as removed, a file does not") {
  const TempDir outer;
  CHECK(remove_tree(-1, (outer / "none").c_str()) == 0);
  CHECK(remove_tree(-1, outer.write("file", "x").c_str()) == ENOTDIR);
  CHECK(fs::exists(outer / "file"));
}

TEST_CASE("a descriptor that is no directory is refused") {
  const TempDir outer;
  const UniqueFd file(::open(outer.write("file", "x").c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(remove_tree(file.get(), (outer / "file").c_str()) == ENOTDIR);
}

TEST_CASE("a directory too deep for a small stack is refused, not followed") {
  const TempDir outer;
  fs::path deepest = outer / "directory";
  for (int level = 0; level < 40; ++level) {
    deepest /= "d";
  }
  fs::create_directories(deepest);
  CHECK(remove_tree(-1, (outer / "directory").c_str()) == ELOOP);
  CHECK(fs::exists(deepest));
}

}  // namespace
}  // namespace fogis::process
