#include "message/patterns.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "base/timestamp.hpp"

namespace fogis::message {
namespace {

std::string read(std::string_view text) {
  const auto timestamp = parse_timestamp(text);
  return timestamp ? format_timestamp(timestamp->moment) : "none";
}

}  // namespace

TEST_CASE("a version 4 UUID is told from other identifiers") {
  CHECK(is_uuid4("01234567-89ab-4def-8123-456789abcdef"));
  CHECK(is_uuid4("01234567-89AB-4DEF-B123-456789ABCDEF"));
  CHECK_FALSE(is_uuid4("01234567-89ab-1def-8123-456789abcdef"));  // version 1
  CHECK_FALSE(is_uuid4("01234567-89ab-4def-c123-456789abcdef"));  // variant
  CHECK_FALSE(is_uuid4("0123456789ab4def8123456789abcdef"));
  CHECK_FALSE(is_uuid4("{01234567-89ab-4def-8123-456789abcdef}"));
  CHECK_FALSE(is_uuid4("01234567-89ab-4def-8123-456789abcdeg"));
  CHECK_FALSE(is_uuid4("01234567-89ab-4def-8123-456789abcdef\n"));
  CHECK_FALSE(is_uuid4(""));
}

TEST_CASE("the form of a UTC timestamp") {
  CHECK(is_utc_timestamp("2030-06-01T12:00:00Z"));
  CHECK(is_utc_timestamp("2030-06-01T12:00:00.123456Z"));
  CHECK(is_utc_timestamp("2030-13-41T25:00:00Z"));  // only the form
  for (const auto* text :
       {"", "Z", "2030-06-01T12:00:00", "2030-06-01T12:00:00.Z", "2030-06-01T12:00:00,1Z",
        "2030-06-01 12:00:00Z", "2030-06-01T12:00Z", "2030-06-01T12:00:00z",
        "2030-06-01T12:00:00+00:00", "2030-06-01T12:00:00ZZ", " 2030-06-01T12:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(is_utc_timestamp(text));
  }
}

TEST_CASE("the form of a .NET date") {
  CHECK(is_dotnet_date("/Date(1906549200000)/"));
  CHECK(is_dotnet_date("/Date(-1)/"));
  for (const auto* text : {"", "/Date()/", "/Date(-)/", "/Date(1)", "Date(1)/", "/Date(1.5)/",
                           "/Date(1+0200)/", "/date(1)/", "/Date(--1)/", "\\/Date(1)\\/"}) {
    CAPTURE(text);
    CHECK_FALSE(is_dotnet_date(text));
  }
}

TEST_CASE("timestamps are read with their zone") {
  CHECK(read("2030-06-01T12:00:00Z") == "2030-06-01T12:00:00.000Z");
  CHECK(read("2030-06-01T12:00:00.5Z") == "2030-06-01T12:00:00.500Z");
  CHECK(read("2030-06-01T12:00:00.123999Z") == "2030-06-01T12:00:00.123Z");
  CHECK(read("2030-06-01T12:00:00.25") == "2030-06-01T12:00:00.250Z");
  CHECK(read("2030-06-01T12:00:00+02:00") == "2030-06-01T10:00:00.000Z");
  CHECK(read("2030-06-01T12:00:00.1-05:30") == "2030-06-01T17:30:00.100Z");
  CHECK(read("2028-02-29T23:59:59Z") == "2028-02-29T23:59:59.000Z");
  CHECK(parse_timestamp("2030-06-01T12:00:00Z")->zone == Zone::utc);
  CHECK(parse_timestamp("2030-06-01T12:00:00+00:00")->zone == Zone::offset);
  CHECK(parse_timestamp("2030-06-01T12:00:00")->zone == Zone::none);
}

TEST_CASE("what is no timestamp is not read") {
  for (const auto* text :
       {"", "now", "2030-06-01", "2030-06-01T12:00", "2030-02-29T12:00:00Z", "2030-00-01T12:00:00Z",
        "2030-13-01T12:00:00Z", "2030-06-31T12:00:00Z", "2030-06-01T24:00:00Z",
        "2030-06-01T12:60:00Z", "2030-06-01T12:00:60Z", "2030-06-01T12:00:00 Z",
        "2030-06-01T12:00:00*02:00", "2030-06-01T12:00:00+0200", "2030-06-01T12:00:00+24:00",
        "2030-06-01T12:00:00+02:60", "2030-06-01T12:00:00.+02:00", "x030-06-01T12:00:00Z"}) {
    CAPTURE(text);
    CHECK(read(text) == "none");
  }
}

TEST_CASE("a pattern that no schema has is not known") {
  CHECK(find_string_test("^a+$") == nullptr);
}

}  // namespace fogis::message
