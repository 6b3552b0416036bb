#include "base/duration.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <random>
#include <string>

using namespace std::chrono_literals;
using fogis::ErrorKind;
using fogis::format_duration;
using fogis::parse_duration;
using fogis::ZeroDuration;

namespace {

std::chrono::nanoseconds parsed(std::string_view text) {
  const auto span = parse_duration(text, ZeroDuration::refused);
  CAPTURE(text);
  REQUIRE(span);
  return *span;
}

}  // namespace

TEST_CASE("durations are read in every unit, with decimals") {
  CHECK(parsed("500ms") == 500ms);
  CHECK(parsed("5s") == 5s);
  CHECK(parsed("2m") == 2min);
  CHECK(parsed("1h") == 1h);
  CHECK(parsed("250us") == 250us);
  CHECK(parsed("5") == 5s);
  CHECK(parsed("0.5") == 500ms);
  CHECK(parsed("1.5s") == 1500ms);
  CHECK(parsed(".5s") == 500ms);
  CHECK(parsed("007") == 7s);
  CHECK(parsed("8784h") == 8784h);
}

TEST_CASE("zero is a duration only where it is allowed") {
  for (const auto* text : {"0", "0s", "0.0ms", "0.0000000001s"}) {
    CAPTURE(text);
    CHECK(parse_duration(text, ZeroDuration::allowed) == 0ns);
    const auto refused = parse_duration(text, ZeroDuration::refused);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("greater than zero") != std::string::npos);
  }
}

TEST_CASE("what is no duration is refused, quoted, with an example") {
  const auto* const text =
      GENERATE("", "-5s", "-0", "+5", " 5", "5 ", "5 s", "s", "ms", ".", "1.2.3", "1e3", "inf",
               "nan", "0x10", "5d", "5S", "5sec", "5,5", "8785h", "99999999999999999999");
  CAPTURE(text);
  const auto refused = parse_duration(text, ZeroDuration::allowed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::usage);
  CHECK(refused.error().message.starts_with("\"" + std::string(text) + "\" is not a duration"));
  CHECK(refused.error().hint.find("500ms") != std::string::npos);
}

TEST_CASE("a number too long for any clock is refused") {
  CHECK_FALSE(parse_duration(std::string(1000, '9'), ZeroDuration::allowed));
}

TEST_CASE("any bytes are read as a duration or refused, never more than a year") {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  const std::string alphabet = "0123456789.msuh-+e ";
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 8, ' ');
    for (auto& letter : text) {
      letter = random() % 20 == 0 ? static_cast<char>(random() % 256)
                                  : alphabet[random() % alphabet.size()];
    }
    const auto span = parse_duration(text, ZeroDuration::refused);
    if (span) {
      CAPTURE(text);
      REQUIRE(*span > 0ns);
      REQUIRE(*span <= 8784h);
    }
  }
}

TEST_CASE("durations are shown with three digits in the unit that reads best") {
  CHECK(format_duration(0ns) == "0 ns");
  CHECK(format_duration(850ns) == "850 ns");
  CHECK(format_duration(1us) == "1.00 us");
  CHECK(format_duration(12345ns) == "12.3 us");
  CHECK(format_duration(4560us) == "4.56 ms");
  CHECK(format_duration(456ms) == "456 ms");
  CHECK(format_duration(1200ms) == "1.20 s");
  CHECK(format_duration(119s) == "119 s");
  CHECK(format_duration(125s) == "2 m 05 s");
  CHECK(format_duration(7199s) == "119 m 59 s");
  CHECK(format_duration(2h + 5min) == "2 h 05 m");
}

TEST_CASE("rounding up does not add a digit") {
  CHECK(format_duration(9996ns) == "10.0 us");
  CHECK(format_duration(99960ns) == "100 us");
  CHECK(format_duration(999600ns) == "1.00 ms");
  CHECK(format_duration(999600us) == "1.00 s");
  CHECK(format_duration(9996ms) == "10.0 s");
  CHECK(format_duration(119600ms) == "2 m 00 s");
  CHECK(format_duration(7199600ms) == "2 h 00 m");
}

TEST_CASE("milliseconds keep their fraction") {
  CHECK(fogis::to_milliseconds(1500us) == 1.5);
  CHECK(fogis::to_milliseconds(2s) == 2000.0);
}
