#include "message/peek.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <string>

using fogis::message::peek;
using namespace std::chrono_literals;

TEST_CASE("the number of a message is found where it stands") {
  const auto [payload, number] = GENERATE(table<std::string, std::uint64_t>({
      {R"({"sequence": 7})", 7},
      {R"({"a":{"sequence":1},"b":[{"seq":2}],"seq":9,"c":0})", 9},
      {R"({"seq":1,"sequence":2})", 2},
      {R"({"sequence":2,"seq":1})", 2},
      {" {\n\"text\":\"{\\\"seq\\\":5\", \"seq\"\t:\n6}", 6},
      {"42", 42},
      {"  000123 and more", 123},
      {"5:x", 5},
  }));
  CAPTURE(payload);
  CHECK(peek(payload).sequence == number);
}

TEST_CASE("who numbered a message is found at the top") {
  CHECK(peek(R"({"a":{"source":"no"},"source":"processor","seq":1})").source == "processor");
  CHECK(peek(R"({"seq":1,"source":5})").source.empty());
  CHECK(peek("5 source").source.empty());
}

TEST_CASE("what only looks like a number of a series is none") {
  const auto* const payload =
      GENERATE("", " ", "text 5", "5x", "-5", "5.5", "[5]", "\"5\"", R"({"sequence":"5"})",
               R"({"sequence":-5})", R"({"sequence":5.5})", R"({"sequence":1e3})",
               R"({"a":{"sequence":5}})", R"({"a":"\"sequence\":5"})", R"({"sequence")",
               R"({"sequence":)", R"({"sequence":99999999999999999999999})", "}{", R"({"x":"seq)",
               R"(["sequence",5])", "99999999999999999999999");
  CAPTURE(payload);
  CHECK_FALSE(peek(payload).sequence);
}

TEST_CASE("the time at which a message was made is found where it names its zone") {
  const auto found = peek(R"({"message_id":"x","timestamp":"2024-05-01T12:00:00.250Z"})").timestamp;
  REQUIRE(found);
  CHECK(*found == std::chrono::sys_days(std::chrono::year(2024) / 5 / 1) + 12h + 250ms);
  CHECK_FALSE(peek(R"({"timestamp":"2024-05-01T12:00:00"})").timestamp);
  CHECK_FALSE(peek(R"({"payload":{"timestamp":"2024-05-01T12:00:00Z"}})").timestamp);
  CHECK_FALSE(peek(R"({"timestamp":12})").timestamp);
  CHECK_FALSE(peek(R"({"timestamp":")").timestamp);
}
