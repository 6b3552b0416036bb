#include "base/timestamp.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

using namespace std::chrono_literals;
using fogis::format_timestamp;
using std::chrono::sys_days;
using std::chrono::system_clock;

TEST_CASE("a moment is shown in UTC with milliseconds") {
  CHECK(format_timestamp(system_clock::time_point{}) == "1970-01-01T00:00:00.000Z");
  CHECK(format_timestamp(sys_days(2024y / 5 / 1) + 12h + 3min + 4s + 56ms + 999us) ==
        "2024-05-01T12:03:04.056Z");
  CHECK(format_timestamp(sys_days(2024y / 2 / 29) + 24h - 1ms) == "2024-02-29T23:59:59.999Z");
}

TEST_CASE("moments before 1970 round down as well") {
  CHECK(format_timestamp(system_clock::time_point{} - 1us) == "1969-12-31T23:59:59.999Z");
}
