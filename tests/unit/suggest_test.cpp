#include "base/suggest.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>

using fogis::edit_distance;
using fogis::nearest;

TEST_CASE("each kind of slip counts as one edit") {
  CHECK(edit_distance("ping", "ping", 3) == 0U);
  CHECK(edit_distance("pin", "ping", 3) == 1U);
  CHECK(edit_distance("pings", "ping", 3) == 1U);
  CHECK(edit_distance("pong", "ping", 3) == 1U);
  CHECK(edit_distance("pign", "ping", 3) == 1U);
  CHECK(edit_distance("PING", "ping", 3) == 0U);
  CHECK(edit_distance("", "", 0) == 0U);
  CHECK(edit_distance("", "abc", 3) == 3U);
  CHECK(edit_distance("abc", "", 3) == 3U);
}

TEST_CASE("several edits add up, and a letter is not edited twice") {
  CHECK(edit_distance("timeuot", "timeout", 3) == 1U);
  CHECK(edit_distance("kitten", "sitting", 3) == 3U);
  // Optimal string alignment: "ca" to "abc" needs three, as a swapped pair is left alone.
  CHECK(edit_distance("ca", "abc", 3) == 3U);
}

TEST_CASE("a distance over the limit is not told") {
  CHECK_FALSE(edit_distance("kitten", "sitting", 2));
  CHECK_FALSE(edit_distance("a", "abcdef", 3));
  CHECK_FALSE(edit_distance("ping", "pong", 0));
}

TEST_CASE("nearest finds the word that was meant") {
  constexpr std::array<std::string_view, 4> kCommands{"ping", "config", "validate-url",
                                                      "test-suite"};
  CHECK(nearest("pnig", kCommands) == "ping");
  CHECK(nearest("confg", kCommands) == "config");
  CHECK(nearest("validateurl", kCommands) == "validate-url");
  CHECK(nearest("testsuit", kCommands) == "test-suite");
  CHECK(nearest("config", kCommands) == "config");
}

TEST_CASE("nearest stays silent where nothing is near") {
  constexpr std::array<std::string_view, 3> kCommands{"ping", "config", "db"};
  CHECK_FALSE(nearest("subscribe", kCommands));
  CHECK_FALSE(nearest("", kCommands));
  CHECK_FALSE(nearest("xy", kCommands));
  CHECK_FALSE(nearest("ping", {}));
  CHECK_FALSE(nearest(std::string(65, 'p'), kCommands));
}

TEST_CASE("of equally near words the first is suggested, and a nearer one later wins") {
  constexpr std::array<std::string_view, 2> kTied{"cat", "car"};
  CHECK(nearest("caz", kTied) == "cat");
  constexpr std::array<std::string_view, 2> kLater{"redis", "rediss"};
  CHECK(nearest("rediss", kLater) == "rediss");
  CHECK(nearest("redsis", kLater) == "redis");
}
