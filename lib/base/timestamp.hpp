// Points in civil time, as reports carry them.
#pragma once

#include <chrono>
#include <string>

namespace fogis {

/// ISO 8601 in UTC with milliseconds and `Z`: `2024-05-01T12:00:00.000Z`. Years 0 to 9999.
std::string format_timestamp(std::chrono::system_clock::time_point moment);

/// The same with microseconds: `2024-05-01T12:00:00.000000Z`.
std::string format_timestamp_us(std::chrono::system_clock::time_point moment);

}  // namespace fogis
