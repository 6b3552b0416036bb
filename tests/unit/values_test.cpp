#include "cli/values.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>

#include "support/results.hpp"

using fogis::ErrorKind;
using fogis::ZeroDuration;
using fogis::cli::decimal;
using fogis::cli::duration;
using fogis::cli::whole_number;
using fogis::testing::require_error;
using fogis::testing::require_ok;

TEST_CASE("a whole number is within its bounds") {
  CHECK(require_ok(whole_number("--n", "1", 1, 10)) == 1);
  CHECK(require_ok(whole_number("--n", "10", 1, 10)) == 10);
  for (const auto* const text : {"0", "11", "", "x", "+5", " 5", "5 ", "0x5", "5.0", "-1"}) {
    CAPTURE(text);
    const auto error = require_error(whole_number("--n", text, 1, 10), ErrorKind::usage);
    CHECK_THAT(error.message, Catch::Matchers::StartsWith("--n: \""));
    CHECK(error.hint == "--n takes a whole number from 1 to 10");
  }
}

TEST_CASE("a decimal is finite and within its bounds") {
  CHECK(require_ok(decimal("--d", "99.5", 100)) == 99.5);
  CHECK(require_ok(decimal("--d", "0", 100)) == 0.0);
  for (const auto* const text : {"100.1", "-0.1", "nan", "inf", "", "5%", "1,5"}) {
    CAPTURE(text);
    require_error(decimal("--d", text, 100), ErrorKind::usage);
  }
}

TEST_CASE("a bad duration names its option") {
  CHECK(require_ok(duration("--wait", "5s", ZeroDuration::refused)) == std::chrono::seconds(5));
  CHECK(require_ok(duration("--wait", "0", ZeroDuration::allowed)) == std::chrono::seconds(0));
  const auto error =
      require_error(duration("--wait", "0", ZeroDuration::refused), ErrorKind::usage);
  CHECK_THAT(error.message, Catch::Matchers::StartsWith("--wait: \"0\" is not a duration"));
}
