#include "base/ranges.hpp"

#include <catch2/catch_test_macros.hpp>

using fogis::describe;
using fogis::Ranges;

TEST_CASE("numbers that follow each other are one range") {
  Ranges ranges;
  CHECK(ranges.empty());
  ranges.add(3);
  ranges.add(4);
  ranges.add(5, 9);
  ranges.add(11);
  CHECK(ranges.count() == 8);
  REQUIRE(ranges.list().size() == 2);
  CHECK(ranges.list()[0].first == 3);
  CHECK(ranges.list()[0].last == 9);
  CHECK(describe(ranges) == "3-9, 11");
}

TEST_CASE("of many ranges the first are shown and the rest is counted") {
  Ranges ranges;
  for (std::uint64_t number = 0; number < 100; number += 10) {
    ranges.add(number, number + 1);
  }
  CHECK(describe(ranges, 2) == "0-1, 10-11 and 16 more");
  CHECK(describe(Ranges()).empty());
}
