#include "base/random.hpp"

#include <catch2/catch_test_macros.hpp>
#include <regex>
#include <set>
#include <string>

TEST_CASE("random values differ from each other") {
  std::set<std::uint64_t> numbers;
  std::set<std::string> uuids;
  for (int i = 0; i < 1000; ++i) {
    numbers.insert(fogis::random_bits());
    uuids.insert(fogis::random_uuid());
  }
  CHECK(numbers.size() == 1000);
  CHECK(uuids.size() == 1000);
}

TEST_CASE("hexadecimal names have the length that was asked for") {
  for (const std::size_t digits : {0U, 1U, 15U, 16U, 17U, 40U}) {
    const auto text = fogis::random_hex(digits);
    CHECK(text.size() == digits);
    CHECK(text.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
}

TEST_CASE("a UUID has version 4 and the variant of RFC 9562") {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 200; ++i) {
    const auto uuid = fogis::random_uuid();
    CAPTURE(uuid);
    CHECK(std::regex_match(uuid, form));
  }
}
