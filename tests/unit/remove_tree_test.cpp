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

TEST_CASE("a folder goes with everything in it") {
  const TempDir outer;
  const fs::path folder = outer / "folder";
  fs::create_directories(folder / "a" / "b" / "c");
  outer.write("folder/a/b/file", "x");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  SECTION("by its path") {
    CHECK(remove_tree(-1, folder.c_str()) == 0);
  }
  SECTION("by its descriptor") {
    const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    CHECK(remove_tree(opened.get(), folder.c_str()) == 0);
  }
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE("more entries than one read of the folder returns go too") {
  const TempDir outer;
  const fs::path folder = outer / "folder";
  fs::create_directory(folder);
  for (int i = 0; i < 500; ++i) {
    outer.write("folder/file-with-a-long-name-" + std::to_string(i), "");
  }
  CHECK(remove_tree(-1, folder.c_str()) == 0);
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE("what a symbolic link points to stays") {
  const TempDir outer;
  outer.write("kept", "x");
  fs::create_directory(outer / "elsewhere");
  outer.write("elsewhere/kept", "x");
  const fs::path folder = outer / "folder";
  fs::create_directory(folder);
  fs::create_symlink(outer / "kept", folder / "to-file");
  fs::create_directory_symlink(outer / "elsewhere", folder / "to-folder");
  CHECK(remove_tree(-1, folder.c_str()) == 0);
  CHECK_FALSE(fs::exists(folder));
  CHECK(fs::exists(outer / "kept"));
  CHECK(fs::exists(outer / "elsewhere/kept"));
}

TEST_CASE("a folder that is gone counts as removed, a file does not") {
  const TempDir outer;
  CHECK(remove_tree(-1, (outer / "none").c_str()) == 0);
  CHECK(remove_tree(-1, outer.write("file", "x").c_str()) == ENOTDIR);
  CHECK(fs::exists(outer / "file"));
}

TEST_CASE("a descriptor that is no folder is refused") {
  const TempDir outer;
  const UniqueFd file(::open(outer.write("file", "x").c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(remove_tree(file.get(), (outer / "file").c_str()) == ENOTDIR);
}

TEST_CASE("a folder too deep for a small stack is refused, not followed") {
  const TempDir outer;
  fs::path deepest = outer / "folder";
  for (int level = 0; level < 40; ++level) {
    deepest /= "d";
  }
  fs::create_directories(deepest);
  CHECK(remove_tree(-1, (outer / "folder").c_str()) == ELOOP);
  CHECK(fs::exists(deepest));
}

}  // namespace
}  // namespace fogis::process
