#include "output/layout.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using fogis::output::pad_left;
using fogis::output::pad_right;
using fogis::output::wrap;
using fogis::output::wrap_indented;
using Lines = std::vector<std::string>;

TEST_CASE("text is broken at the last space that fits") {
  CHECK(wrap("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrap("one two three", 8) == Lines{"one two", "three"});
  CHECK(wrap("one two", 80) == Lines{"one two"});
}

TEST_CASE("a word longer than the line is broken anywhere, whole characters only") {
  CHECK(wrap("abcdefgh", 3) == Lines{"abc", "def", "gh"});
  CHECK(wrap("åäöåäö", 4) == Lines{"åäöå", "äö"});
}

TEST_CASE("there is always a line, however little there is to show or room for it") {
  CHECK(wrap("", 10) == Lines{""});
  CHECK(wrap("ab", 0) == Lines{"a", "b"});
  CHECK(wrap("ab   ", 2) == Lines{"ab"});
}

TEST_CASE("further lines begin below the first one") {
  CHECK(wrap_indented("one two three", 4, 11) == "one two\n    three");
  CHECK(wrap_indented("ab", 9, 5) == "a\n         b");
}

TEST_CASE("columns are counted in characters, and nothing is cut") {
  CHECK(pad_right("åb", 4) == "åb  ");
  CHECK(pad_left("åb", 4) == "  åb");
  CHECK(pad_right("abcdef", 4) == "abcdef");
  CHECK(pad_left("abcdef", 4) == "abcdef");
}
