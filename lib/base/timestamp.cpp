#include "base/timestamp.hpp"

#include <fmt/format.h>

namespace fogis {

namespace {

/// Date and time to the second: `2024-05-01T12:00:00`.
std::string format_second(std::chrono::system_clock::time_point moment) {
  using namespace std::chrono;
  const auto day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss time(floor<seconds>(moment) - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

/// What of `moment` is beyond its second, in whole units of `Unit`.
template <typename Unit>
auto fraction_of(std::chrono::system_clock::time_point moment) {
  using namespace std::chrono;
  return floor<Unit>(moment - floor<seconds>(moment)).count();
}

}  // namespace

std::string format_timestamp(std::chrono::system_clock::time_point moment) {
  return fmt::format("{}.{:03}Z", format_second(moment),
                     fraction_of<std::chrono::milliseconds>(moment));
}

std::string format_timestamp_us(std::chrono::system_clock::time_point moment) {
  return fmt::format("{}.{:06}Z", format_second(moment),
                     fraction_of<std::chrono::microseconds>(moment));
}

}  // namespace fogis
