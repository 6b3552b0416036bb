#include "message/locate.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "message/contract.hpp"

namespace fogis::message {
namespace {

constexpr std::string_view kDocument = R"({
  "a": {
    "b": [1,
      {"c": "}]\"", "d":
        null}, [2, [
          3]]]
  },
  "x/y": 1, "t~": 2,
  "a2": {"b":
    true}
})";

/// The line of a finding at that pointer.
std::size_t line_of(std::string_view text, std::string pointer) {
  Finding finding;
  finding.pointer = std::move(pointer);
  const auto lines = find_lines(text, std::vector{finding});
  REQUIRE(lines.size() == 1);
  return lines.front();
}

}  // namespace

TEST_CASE("a value is found by its pointer") {
  CHECK(line_of(kDocument, "") == 1);
  CHECK(line_of(kDocument, "/a") == 2);
  CHECK(line_of(kDocument, "/a/b") == 3);
  CHECK(line_of(kDocument, "/a/b/0") == 3);
  CHECK(line_of(kDocument, "/a/b/1") == 4);
  CHECK(line_of(kDocument, "/a/b/1/c") == 4);
  CHECK(line_of(kDocument, "/a/b/2") == 5);
  CHECK(line_of(kDocument, "/a/b/2/1/0") == 6);
  CHECK(line_of(kDocument, "/x~1y") == 8);
  CHECK(line_of(kDocument, "/t~0") == 8);
  CHECK(line_of(kDocument, "/a2/b") == 9);
}

TEST_CASE("for something missing it is the line of what ought to contain it") {
  CHECK(line_of(kDocument, "/a/b/7") == 3);
  CHECK(line_of(kDocument, "/a/b/2/none") == 5);
  CHECK(line_of(kDocument, "/a2/none/deeper") == 9);
  CHECK(line_of("\n\n{\n\"a\":1}", "/none") == 3);
}

TEST_CASE("of a key that stands twice the last one counts") {
  CHECK(line_of("{\"a\":\n1,\n\"a\":2}", "/a") == 3);
}

TEST_CASE("many findings are placed in the order in which they are given") {
  std::vector<Finding> findings(4);
  findings[0].pointer = "/a2/b";
  findings[1].pointer = "/a";
  findings[2].pointer = "/a/b/2/1/0";
  findings[3].pointer = "/a/b/1/d";
  CHECK(find_lines(kDocument, findings) == std::vector<std::size_t>{9, 2, 6, 4});
}

TEST_CASE("an escaped key is found as the finding shows it") {
  const std::string key = "b\xE2\x80\x8B";
  REQUIRE(escape_for_terminal(key) != key);
  CHECK(line_of("{\"a\":1,\n\"" + key + "\":2}", "/" + escape_for_terminal(key)) == 2);
}

TEST_CASE("text that is no JSON ends the search, not the program") {
  for (const std::string_view text : {"", "\n", "{\n", "{\n\"a", "[\n[", "{\n\"a\"\n:", "[\n}\n]",
                                      "{\n]", "[1\n2", "\n\"\\", "{\"a\"\n:{\"b\\"}) {
    CAPTURE(text);
    for (const char* pointer : {"", "/a", "/a/b", "/0", "/0/0", "/1"}) {
      CHECK(line_of(text, pointer) <= 4);
    }
  }
  // Cut anywhere.
  for (std::size_t size = 0; size < kDocument.size(); ++size) {
    CHECK(line_of(kDocument.substr(0, size), "/a2/b") <= 10);
  }
}

TEST_CASE("depth and length of what is passed by do not matter") {
  const std::string deep(100'000, '[');
  CHECK(line_of("{\"deep\":" + deep + std::string(100'000, ']') + ",\n\"a\":1}", "/a") == 2);
  CHECK(line_of(deep + "\n", "/0/0/0") == 1);
}

TEST_CASE("a fault of the syntax has the line where reading ended") {
  const auto judgement = judge("{\n  \"a\": 1,\n  \"b\": nonsense\n}");
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings.front().rule == "not-json");
  CHECK(find_lines("{\n  \"a\": 1,\n  \"b\": nonsense\n}", judgement.findings) ==
        std::vector<std::size_t>{3});
}

}  // namespace fogis::message
