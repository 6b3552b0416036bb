#include "base/timestamp.hpp"

#include <fmt/format.h>

namespace fogis {

std::string format_timestamp(std::chrono::system_clock::time_point moment) {
  using namespace std::chrono;
  const auto instant = floor<milliseconds>(moment);
  const auto day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss time(instant - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

}  // namespace fogis
