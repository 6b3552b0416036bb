#include "process/find_program.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>

#include "support/temp_dir.hpp"

namespace fogis::process {
namespace {

using testing::TempDir;

TEST_CASE("the first executable file of the path is found") {
  const TempDir first;
  const TempDir second;
  const std::string both = first.path().string() + ":" + second.path().string();
  CHECK_FALSE(find_program("tool", both));
  second.write_program("tool", "");
  CHECK(find_program("tool", both) == second / "tool");
  SECTION("a file that is not executable is passed over") {
    std::filesystem::permissions(first.write("tool", ""), std::filesystem::perms::owner_read);
    CHECK(find_program("tool", both) == second / "tool");
  }
  SECTION("a directory is passed over") {
    std::filesystem::create_directory(first / "tool");
    CHECK(find_program("tool", both) == second / "tool");
  }
  SECTION("an earlier one wins") {
    first.write_program("tool", "");
    CHECK(find_program("tool", both) == first / "tool");
  }
}

TEST_CASE("the current directory is never searched") {
  const TempDir directory;
  directory.write_program("tool", "");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  for (const auto* path : {"", ":", ".", "::.:", "../"}) {
    CHECK_FALSE(find_program("tool", path));
  }
  CHECK(find_program("tool", ":" + directory.path().string() + ":").has_value());
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace fogis::process
