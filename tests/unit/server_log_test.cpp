#include "process/server_log.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/temp_dir.hpp"

namespace fogis::process {
namespace {

using testing::TempDir;

std::string last_words_of(const std::string& log) {
  const TempDir directory;
  return last_words(directory.write("log", log));
}

TEST_CASE("a server's last words are its last three lines, in order") {
  CHECK(last_words_of("one\ntwo\nthree\nfour\n") == "two; three; four");
  CHECK(last_words_of("one\n\n\ntwo") == "one; two");
  CHECK(last_words_of("one") == "one");
}

TEST_CASE("what Redis puts before each line is left out") {
  CHECK(last_words_of("12:C 23 Nov 2026 03:38:40.311 # Fatal: a - b\n"
                      "12:M 23 Nov 2026 03:38:40.311 * Ready\n") == "Fatal: a - b; Ready");
  CHECK(last_words_of("12:30 is no prefix\n: nor this # one\n") ==
        "12:30 is no prefix; : nor this # one");
}

TEST_CASE("no log, no words") {
  CHECK(last_words("/nonexistent/log").empty());
  CHECK(last_words_of("").empty());
  CHECK(last_words_of("\n\n").empty());
}

TEST_CASE("only the end of a long log is read") {
  const auto words = last_words_of(std::string(1 << 20, 'x') + "\nthe end\n");
  CHECK(words.ends_with("; the end"));
  CHECK(words.size() < 2100);
}

}  // namespace
}  // namespace fogis::process
