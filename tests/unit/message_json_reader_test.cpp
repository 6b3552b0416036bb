// Our reader beside nlohmann_json's parser: they accept the same and understand the same.
#include "message/json_reader.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "message/builder.hpp"
#include "message/scan.hpp"
#include "message_fixtures.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

constexpr Bounds kBounds{.size = 1'000'000, .depth = 64, .values = 100'000};

/// Equal, and each number kept in the same way.
bool same(const json& left, const json& right) {
  if (left.type() != right.type() || left != right) {
    return false;
  }
  return !left.is_structured() ||
         std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
}

bool read(std::string_view text, const Bounds& bounds, json& document) {
  Judgement judgement;
  Collector findings(judgement, 10);
  const bool whole = scan(text, bounds, document, findings);
  CHECK((whole || judgement.errors > 0));
  return whole;
}

/// What nlohmann_json makes of it: nothing where it is no JSON, or where a key stands twice.
json reference(const std::string& text) {
  return json::parse(text, nullptr, false);
}

/// Whether it was accepted; then as the reference has it.
bool accepts(const std::string& text) {
  json ours;
  if (!read(text, kBounds, ours)) {
    return false;
  }
  const auto expected = reference(text);
  CAPTURE(text);
  CHECK(same(ours, expected));
  return true;
}

}  // namespace

TEST_CASE("all good messages are read") {
  for (const auto& path : test::fixture_files("valid")) {
    CAPTURE(path);
    json ours;
    CHECK(read(test::read_file(path), kBounds, ours));
  }
  for (const auto shape : kShapes) {
    CHECK(accepts(build_message(shape)));
  }
}

TEST_CASE("values of every kind are read as the library reads them") {
  for (const char* text : {"null",
                           " true ",
                           "false",
                           "0",
                           "-0",
                           "7",
                           "-7",
                           "999999999999999999",
                           "-999999999999999999",
                           "18446744073709551615",
                           "18446744073709551616",
                           "-9223372036854775808",
                           "-9223372036854775809",
                           "0.5",
                           "-1.25e-3",

                           "\"\"",
                           R"("a\"\\\/\b\f\n\r\t")",
                           R"("\u0041\u00e5\u20AC\uffff\u0000")",
                           R"("\ud83d\ude00 \uDBFF\uDFFF")",
                           "\"å€😀\"",
                           "[]",
                           "[ ]",
                           "{}",
                           "{ }",
                           "[1,[2,{\"a\":[]}]]",
                           "\r\n\t{\"a\" : 1 , \"b\" : [ null ] }\n",
                           "\"\x7f\""}) {
    CAPTURE(text);
    CHECK(accepts(text));
  }
}

TEST_CASE("an integral number with a fraction or an exponent is an integer") {
  for (const char* text : {"1.0", "1e0", "1E+0", "10e-1"}) {
    json value;
    CHECK(read(text, kBounds, value));
    CHECK(value.is_number_integer());
    CHECK(value == 1);
  }
  json value;
  CHECK(read("1e300", kBounds, value));
  CHECK(value.is_number_float());
  CHECK(read("1e-400", kBounds, value));  // less than a double can be
  CHECK(value == 0);
}

TEST_CASE("what is no JSON is refused") {
  for (const char* text : {"",           " ",           "nul",
                           "nulll",      "tru",         "+1",
                           "01",         "-",           "-a",
                           "1.",         ".5",          "1.e1",
                           "1e",         "1e+",         "0x1",
                           "\"",         "\"a",         "\"\\",
                           R"("\u12")",  R"("\u12g4")", R"("\u-123")",
                           R"("\x")",    "\"\n\"",      "\"\x01\"",
                           "\"\xff\"",   "\"\xc3(\"",   "\"\xed\xa0\x80\"",
                           "[",          "[1",          "[1,",
                           "[1,]",       "[,1]",        "[1 2]",
                           "]",          "{",           "{\"a\"",
                           "{\"a\":",    "{\"a\":1",    "{\"a\":1,",
                           "{\"a\":1,}", "{a:1}",       "{\"a\" 1}",
                           "{1:1}",      "{\"a\":1]",   "[1}",
                           "1 1",        "{} {}",       "NaN",
                           "Infinity",   "'a'",         "\xEF\xBB\xBF{}",
                           "1e400",      "-1e400",      R"("\ud83d")",
                           R"("\udc00")"}) {
    CAPTURE(text);
    json value;
    CHECK_FALSE(read(text, kBounds, value));
  }
  json value;
  CHECK_FALSE(read(std::string_view("{}\0", 3), kBounds, value));
  CHECK(read(R"({"a":1,"a":2})", kBounds, value));
  CHECK(value["a"] == 2);
}

TEST_CASE("the bounds hold while reading") {
  json value;
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(read(nested(64), kBounds, value));
  CHECK_FALSE(read(nested(65), kBounds, value));
  const Bounds unbounded{.size = 1'000'000, .depth = 1'000'000, .values = 1'000'000};
  CHECK(read(nested(512), unbounded, value));
  CHECK_FALSE(read(nested(100'000), unbounded, value));
  const Bounds few{.size = 100, .depth = 10, .values = 3};
  CHECK(read("[1,2]", few, value));
  CHECK_FALSE(read("[1,2,3]", few, value));
}

TEST_CASE("a message with a byte changed is read as the library reads it, and refused when it is") {
  std::mt19937 random(20300601);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  constexpr std::string_view kBytes = "\"\\{}[]:,0123456789-+.eEunltrfas \n\t\xC3\xA5\xF0\x7f";
  std::size_t accepted = 0;
  for (const auto shape : {Shape::enhanced_v2, Shape::production, Shape::system_alert}) {
    const auto message = build_message(shape, {.matches = 1});
    for (int i = 0; i < 3000; ++i) {
      auto changed = message;
      changed[random() % changed.size()] = kBytes[random() % kBytes.size()];
      json ours;
      const auto expected = reference(changed);
      if (read(changed, kBounds, ours) == expected.is_discarded()) {
        FAIL(changed);
      }
      if (!expected.is_discarded()) {
        ++accepted;
        if (!same(ours, expected)) {
          // 1e5 instead of 105 is an integer here.
          CHECK(ours == expected);
        }
      }
    }
  }
  CHECK(accepted > 1000);
}

}  // namespace fogis::message
