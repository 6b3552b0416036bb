#include "monitor/unit.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string_view>
#include <vector>

#include "support/results.hpp"

namespace fogis::monitor {
namespace {

using testing::require_error;
using testing::require_ok;

TEST_CASE("limits are read in the unit of their metric") {
  CHECK(require_ok(parse_value(Unit::bytes, "200MB")) == 200.0 * 1024 * 1024);
  CHECK(require_ok(parse_value(Unit::bytes, "1.5gib")) == 1.5 * 1024 * 1024 * 1024);
  CHECK(require_ok(parse_value(Unit::bytes, "64k")) == 65536);
  CHECK(require_ok(parse_value(Unit::bytes, "12")) == 12);
  CHECK(require_ok(parse_value(Unit::milliseconds, "10ms")) == 10);
  CHECK(require_ok(parse_value(Unit::milliseconds, "1h")) == 3'600'000);
  CHECK(require_ok(parse_value(Unit::percent, "78%")) == 78);
  CHECK(require_ok(parse_value(Unit::percent, "78.5")) == 78.5);
  CHECK(require_ok(parse_value(Unit::per_second, "500/s")) == 500);
  CHECK(require_ok(parse_value(Unit::bytes_per_second, "2MB/s")) == 2.0 * 1024 * 1024);
  CHECK(require_ok(parse_value(Unit::flag, "yes")) == 1);
  CHECK(require_ok(parse_value(Unit::flag, "0")) == 0);
  CHECK(require_ok(parse_value(Unit::count, "20")) == 20);
}

TEST_CASE("a limit of another unit is refused") {
  for (const auto& [unit, text] :
       std::vector<std::pair<Unit, std::string_view>>{{Unit::count, "20MB"},
                                                      {Unit::count, "-1"},
                                                      {Unit::count, "1e3"},
                                                      {Unit::count, ""},
                                                      {Unit::count, "nan"},
                                                      {Unit::percent, "200MB"},
                                                      {Unit::percent, "%"},
                                                      {Unit::bytes, "MB"},
                                                      {Unit::bytes, "10%"},
                                                      {Unit::bytes, "10 MB"},
                                                      {Unit::milliseconds, "10%"},
                                                      {Unit::milliseconds, "-1s"},
                                                      {Unit::flag, "maybe"},
                                                      {Unit::per_second, "5/m"},
                                                      {Unit::ratio, "99999999999999999999"}}) {
    INFO(text);
    const auto error = require_error(parse_value(unit, text), ErrorKind::usage);
    CHECK_FALSE(error.hint.empty());
  }
}

TEST_CASE("values are shown short and with their unit") {
  CHECK(format_value(Unit::bytes, 0) == "0 B");
  CHECK(format_value(Unit::bytes, 1023) == "1023 B");
  CHECK(format_value(Unit::bytes, 1536) == "1.50 KB");
  CHECK(format_value(Unit::bytes, 256.0 * 1024 * 1024) == "256 MB");
  CHECK(format_value(Unit::bytes_per_second, 2048) == "2 KB/s");
  CHECK(format_value(Unit::percent, 78.125) == "78.1 %");
  CHECK(format_value(Unit::percent, 99.96) == "100 %");
  CHECK(format_value(Unit::count, 12345) == "12345");
  CHECK(format_value(Unit::count, 1234567) == "1.23M");
  CHECK(format_value(Unit::per_second, 0.5) == "0.50/s");
  CHECK(format_value(Unit::milliseconds, 0.5) == "500 us");
  CHECK(format_value(Unit::flag, 1) == "yes");
  CHECK(format_value(Unit::moment, 1'700'000'000) == "2023-11-14T22:13:20.000Z");
}

}  // namespace
}  // namespace fogis::monitor
