// Durations as people write and read them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fogis {

/// Whether zero is an acceptable value: a delay may be zero, a timeout may not.
enum class ZeroDuration : bool { refused, allowed };

/// Reads `500ms`, `5s`, `2m`, `1h`, `250us`, or a bare number of seconds; decimals are allowed
/// (`1.5s`, `0.5`). No white space, no sign.
/// Errors (kind usage, phase usage): empty, not a number, unknown unit, negative, zero unless
/// allowed, longer than a year. The message quotes the text and says what would be right.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text, ZeroDuration zero);

/// Three significant digits in the unit that reads best: `850 ns`, `12.3 us`, `4.56 ms`, `1.20 s`,
/// `2 m 05 s`.
std::string format_duration(std::chrono::nanoseconds span);

/// A duration in milliseconds, for the `_ms` fields of JSON.
inline double to_milliseconds(std::chrono::nanoseconds span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

}  // namespace fogis
