#include "output/url_report.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

using fogis::output::map_to_redacted;
using fogis::output::Span;

namespace {

std::string mapped(std::string_view written, std::string_view redacted, Span part) {
  const auto place = map_to_redacted(written, redacted, part);
  return std::string(redacted.substr(place.position, place.length));
}

constexpr std::string_view kWritten = "redis://u:secret@host:99999/0";
constexpr std::string_view kRedacted = "redis://u:***@host:99999/0";

}  // namespace

TEST_CASE("a place before or behind a hidden part keeps its text") {
  CHECK(mapped(kWritten, kRedacted, {0, 5}) == "redis");
  CHECK(mapped(kWritten, kRedacted, {kWritten.find("99999"), 5}) == "99999");
  CHECK(mapped(kWritten, kRedacted, {kWritten.find("host"), 4}) == "host");
}

TEST_CASE("a place in a hidden part becomes all of it, and shows nothing of its length") {
  CHECK(mapped(kWritten, kRedacted, {10, 6}) == "***");
  CHECK(mapped(kWritten, kRedacted, {12, 1}) == "***");
  CHECK(map_to_redacted(kWritten, kRedacted, {12, 0}).length == 0);
}

TEST_CASE("a hidden part shorter than its stars is mapped too") {
  CHECK(mapped("redis://:a@h:x", "redis://:***@h:x", {13, 1}) == "x");
  CHECK(mapped("redis://:a@h:x", "redis://:***@h:x", {9, 1}) == "***");
}

TEST_CASE("places beyond the end are at the end") {
  const auto place = map_to_redacted(kWritten, kRedacted, {1000, 5});
  CHECK(place.position == kRedacted.size());
  CHECK(place.length == 0);
  CHECK(map_to_redacted("", "", {0, 0}).position == 0);
}

TEST_CASE("a part between two hidden ones is found at its own place") {
  const std::string_view written = "redis://:one@h:two?x";
  const std::string_view redacted = "redis://***@h:***?x";
  CHECK(mapped(written, redacted, {15, 3}) == "***");
  CHECK(mapped(written, redacted, {18, 2}) == "?x");
}
