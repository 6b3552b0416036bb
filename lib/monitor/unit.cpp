#include "monitor/unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "base/duration.hpp"
#include "base/number.hpp"
#include "base/timestamp.hpp"

namespace fogis::monitor {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;
constexpr double kLargestNumber = 1e15;

struct UnitText {
  Unit unit;
  std::string_view suffix;
  std::string_view description;
  std::string_view example;
};

constexpr std::array<UnitText, 9> kTexts{{
    {Unit::count, "", "a number such as 20", "20"},
    {Unit::bytes, "_bytes", "a size such as 200MB", "200MB"},
    {Unit::milliseconds, "_ms", "a duration such as 10ms", "10ms"},
    {Unit::percent, "_percent", "a percentage such as 78%", "78%"},
    {Unit::per_second, "_per_second", "a number per second such as 500", "500"},
    {Unit::bytes_per_second, "_bytes_per_second", "a size per second such as 2MB", "2MB"},
    {Unit::ratio, "", "a number such as 1.5", "1.5"},
    {Unit::flag, "", "yes or no", "yes"},
    {Unit::moment, "", "a number of Unix seconds", "1700000000"},
}};

const UnitText& text_of(Unit unit) {
  return *std::find_if(kTexts.begin(), kTexts.end(),
                       [unit](const auto& text) { return text.unit == unit; });
}

/// Three significant digits; whole numbers below a thousand without decimals.
std::string short_number(double value) {
  const double size = std::abs(value);
  // The limits are where a value would round up to one more digit.
  const int decimals = size >= 99.95 || value == std::round(value) ? 0 : size >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}", value, decimals);
}

std::string format_scaled(double value, double step, std::array<std::string_view, 5> names) {
  std::size_t index = 0;
  while (std::abs(value) >= 0.9995 * step && index + 1 < names.size()) {
    value /= step;
    ++index;
  }
  return short_number(value) + std::string(names[index]);
}

std::string format_bytes(double value) {
  return format_scaled(value, 1024, {" B", " KB", " MB", " GB", " TB"});
}

std::string format_count(double value) {
  constexpr double kExact = 100'000;
  return std::abs(value) < kExact && value == std::round(value)
             ? fmt::format("{:.0f}", value)
             : format_scaled(value, 1000, {"", "k", "M", "G", "T"});
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

/// A decimal number of at least 0, without exponent.
std::optional<double> plain_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto number = parse_number<double>(text);
  return number && *number <= kLargestNumber ? number : std::nullopt;
}

std::string_view without(std::string_view text, std::string_view ending) {
  return text.ends_with(ending) ? text.substr(0, text.size() - ending.size()) : text;
}

std::optional<double> parse_bytes(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 12> kSizes{{
      {"kib", 0x1p10},
      {"mib", 0x1p20},
      {"gib", 0x1p30},
      {"tib", 0x1p40},
      {"kb", 0x1p10},
      {"mb", 0x1p20},
      {"gb", 0x1p30},
      {"tb", 0x1p40},
      {"k", 0x1p10},
      {"m", 0x1p20},
      {"g", 0x1p30},
      {"b", 1},
  }};
  const auto small = lower(text);
  for (const auto& [ending, factor] : kSizes) {
    if (small.ends_with(ending)) {
      const auto number = plain_number(without(small, ending));
      return number ? std::optional(*number * factor) : std::nullopt;
    }
  }
  return plain_number(text);
}

std::optional<double> parse_flag(std::string_view text) {
  if (text == "yes" || text == "1" || text == "true") {
    return 1;
  }
  return text == "no" || text == "0" || text == "false" ? std::optional(0.0) : std::nullopt;
}

std::optional<double> parse_span(std::string_view text) {
  const auto span = parse_duration(text, ZeroDuration::allowed);
  return span ? std::optional(to_milliseconds(*span)) : std::nullopt;
}

std::optional<double> parse(Unit unit, std::string_view text) {
  switch (unit) {
    case Unit::bytes:
      return parse_bytes(text);
    case Unit::bytes_per_second:
      return parse_bytes(without(text, "/s"));
    case Unit::milliseconds:
      return parse_span(text);
    case Unit::percent:
      return plain_number(without(text, "%"));
    case Unit::per_second:
      return plain_number(without(text, "/s"));
    case Unit::flag:
      return parse_flag(text);
    case Unit::count:
    case Unit::ratio:
    case Unit::moment:
      break;
  }
  return plain_number(text);
}

}  // namespace

std::string_view suffix(Unit unit) {
  return text_of(unit).suffix;
}

std::string_view description(Unit unit) {
  return text_of(unit).description;
}

std::string_view example(Unit unit) {
  return text_of(unit).example;
}

std::string format_value(Unit unit, double value) {
  switch (unit) {
    case Unit::bytes:
      return format_bytes(value);
    case Unit::bytes_per_second:
      return format_bytes(value) + "/s";
    case Unit::milliseconds:
      if (value == 0) {
        return "0 s";
      }
      return format_duration(
          std::chrono::nanoseconds(std::llround(value * kNanosecondsPerMillisecond)));
    case Unit::percent:
      return short_number(value) + " %";
    case Unit::per_second:
      return format_count(value) + "/s";
    case Unit::flag:
      return value != 0 ? "yes" : "no";
    case Unit::count:
      return format_count(value);
    case Unit::moment:
      return format_timestamp(std::chrono::system_clock::time_point(
          std::chrono::seconds(static_cast<std::int64_t>(value))));
    case Unit::ratio:
      break;
  }
  return short_number(value);
}

Result<double> parse_value(Unit unit, std::string_view text) {
  const auto value = parse(unit, text);
  if (!value) {
    return failure(make_error(ErrorKind::usage, Phase::usage,
                              fmt::format("\"{}\" is not {}", text, description(unit)),
                              fmt::format("write {}", example(unit))));
  }
  return *value;
}

}  // namespace fogis::monitor
