// Numbers from text, without locale and without leftovers.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace fogis {

/// Whether it is one of the ten ASCII digits, whatever the locale.
constexpr bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

/// The number that is the whole of `text`, in decimal; nothing when anything else stands there or
/// it does not fit into T. A leading plus sign and white space are refused.
template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stopped_at, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc() || stopped_at != end) {
    return std::nullopt;
  }
  return value;
}

/// The same for fractions. Nothing for infinity and "nan" either.
template <>
std::optional<double> parse_number<double>(std::string_view text);

}  // namespace fogis
