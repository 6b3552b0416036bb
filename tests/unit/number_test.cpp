#include "base/number.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

using fogis::parse_number;

TEST_CASE("the whole text must be a number") {
  CHECK(parse_number<int>("42") == 42);
  CHECK(parse_number<int>("-42") == -42);
  CHECK(parse_number<double>("1.5") == 1.5);
  for (const auto* text : {"", " 1", "1 ", "+1", "1x", "x", "0x1", "1,5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number<int>(text));
    CHECK_FALSE(parse_number<double>(text));
  }
}

TEST_CASE("a number that does not fit is refused") {
  CHECK(parse_number<std::uint16_t>("65535") == 65535);
  CHECK_FALSE(parse_number<std::uint16_t>("65536"));
  CHECK_FALSE(parse_number<std::uint16_t>("-1"));
  CHECK_FALSE(parse_number<double>("1e999"));
  for (const auto* text :
       {"inf", "nan", "-inf", "INFINITY", "0x1p3", ".", "-", "e5", "1e", "\t1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number<double>(text));
  }
  CHECK(parse_number<double>("-2.5e3") == -2500);
}
