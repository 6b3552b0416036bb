#include "output/report_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <iterator>

#include "support/results.hpp"
#include "support/temp_dir.hpp"

using fogis::ErrorKind;
using fogis::output::ReportFile;
using fogis::testing::read_file;
using fogis::testing::require_error;
using fogis::testing::require_ok;
using fogis::testing::TempDir;

namespace fs = std::filesystem;

TEST_CASE("a file is made only when it is written") {
  const TempDir folder;
  const auto path = folder / "report.xml";
  const auto file = require_ok(ReportFile::prepare(path));
  CHECK(fs::is_empty(folder.path()));
  require_ok(file.write("content"));
  CHECK(read_file(path) == "content");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("the file that a link leads to is replaced, the link stays") {
  const TempDir folder;
  const auto target = folder.write("target", "old");
  fs::create_symlink(target, folder / "link");
  require_ok(require_ok(ReportFile::prepare(folder / "link")).write("new"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_file(target) == "new");
}

TEST_CASE("a device keeps being a device") {
  require_ok(require_ok(ReportFile::prepare("/dev/null")).write("content"));
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("what cannot hold a report is refused beforehand") {
  const TempDir folder;
  require_error(ReportFile::prepare(""), ErrorKind::usage);
  require_error(ReportFile::prepare(folder.path()), ErrorKind::usage);
  require_error(ReportFile::prepare(folder / "no/such/folder/x"), ErrorKind::usage);
  require_error(ReportFile::prepare(folder.write("file", "") + "/x"), ErrorKind::usage);
}

TEST_CASE("a folder that vanishes in between is an error of the output, and leaves nothing") {
  const TempDir folder;
  fs::create_directory(folder / "sub");
  const auto file = require_ok(ReportFile::prepare(folder / "sub/report.xml"));
  fs::remove(folder / "sub");
  const auto error = require_error(file.write("x"), ErrorKind::output);
  CHECK_THAT(error.message, Catch::Matchers::ContainsSubstring("report.xml"));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a full device is an error of the output") {
  const auto file = require_ok(ReportFile::prepare("/dev/full"));
  require_error(file.write("x"), ErrorKind::output);
}

TEST_CASE("a name without a folder is a file here") {
  CHECK(fs::path(require_ok(ReportFile::prepare("report.xml")).path()).filename() == "report.xml");
}
