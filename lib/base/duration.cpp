#include "base/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/number.hpp"

namespace fogis {
namespace {

using std::chrono::nanoseconds;

constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kLongestSeconds = 366.0 * 24 * 3600;

constexpr std::array<std::pair<std::string_view, double>, 6> kUnits{{
    // "ms" before "m" and "s": the longest suffix has to match first.
    {"ms", 1e-3},
    {"us", 1e-6},
    {"h", 3600},
    {"m", 60},
    {"s", 1},
    {"", 1},
}};

Error bad_duration(std::string_view text, std::string_view fault) {
  return make_error(ErrorKind::usage, Phase::usage,
                    fmt::format("\"{}\" is not a duration: {}", text, fault),
                    "write 500ms, 5s, 2m or a number of seconds");
}

bool is_plain_decimal(std::string_view text) {
  // from_chars would also take "inf", "nan" and exponents.
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

Result<nanoseconds> parse_duration(std::string_view text, ZeroDuration zero) {
  if (text.empty()) {
    return failure(bad_duration(text, "it is empty"));
  }
  if (text.front() == '-') {
    return failure(bad_duration(text, "it is negative"));
  }
  // The last unit is the empty one, which every text ends with.
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                 [&](const auto& known) { return text.ends_with(known.first); });
  const auto digits = text.substr(0, text.size() - unit->first.size());
  const auto number = is_plain_decimal(digits) ? parse_number<double>(digits) : std::nullopt;
  if (!number) {
    return failure(bad_duration(text, "expected a number and a unit (us, ms, s, m, h)"));
  }
  const double seconds = *number * unit->second;
  if (seconds > kLongestSeconds) {
    return failure(bad_duration(text, "it is longer than a year"));
  }
  const nanoseconds span(std::llround(seconds * kNanosecondsPerSecond));
  if (span == nanoseconds::zero() && zero == ZeroDuration::refused) {
    return failure(bad_duration(text, "it must be greater than zero"));
  }
  return span;
}

std::string format_duration(nanoseconds span) {
  const auto count = static_cast<double>(span.count());
  // The limits, here and below, are where a value would round up to one more digit or the next
  // unit.
  const auto three_digits = [](double value, std::string_view unit) {
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, decimals, unit);
  };
  if (count < 1000) {
    return fmt::format("{} ns", span.count());
  }
  if (count < 999.5e3) {
    return three_digits(count / 1e3, "us");
  }
  if (count < 999.5e6) {
    return three_digits(count / 1e6, "ms");
  }
  if (count < 119.5e9) {
    return three_digits(count / 1e9, "s");
  }
  const auto seconds = std::llround(count / kNanosecondsPerSecond);
  if (seconds < 7200) {
    return fmt::format("{} m {:02} s", seconds / 60, seconds % 60);
  }
  return fmt::format("{} h {:02} m", seconds / 3600, seconds / 60 % 60);
}

}  // namespace fogis
