#include "message/peek.hpp"

#include <algorithm>

#include "base/number.hpp"
#include "message/patterns.hpp"

namespace fogis::message {
namespace {

constexpr std::size_t kPeekedBytes = std::size_t{1} << 20U;
constexpr std::string_view kSpaces = " \t\r\n";

std::string_view digits_at(std::string_view text) {
  return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

/// The number that a line begins with.
std::optional<std::uint64_t> leading_number(std::string_view text) {
  constexpr std::string_view kSeparators = " \t\r\n:,;";
  const auto digits = digits_at(text);
  if (digits.empty() || (digits.size() < text.size() &&
                         kSeparators.find(text[digits.size()]) == std::string_view::npos)) {
    return std::nullopt;
  }
  return parse_number<std::uint64_t>(digits);
}

/// The end of the string that begins at `begin` with a quotation mark: behind its closing one.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  for (auto i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

void look_at_member(std::string_view key, std::string_view value, Peeked& found) {
  if (key == "\"sequence\"" || key == "\"seq\"") {
    const auto digits = digits_at(value);
    const bool is_whole =
        digits.size() == value.size() ||
        std::string_view(",} \t\r\n").find(value[digits.size()]) != std::string_view::npos;
    // `sequence` is the clearer name: where both stand it counts.
    if (is_whole && (key == "\"sequence\"" || !found.sequence)) {
      found.sequence = parse_number<std::uint64_t>(digits);
    }
  } else if (key == "\"timestamp\"" && value.starts_with('"')) {
    const auto text = value.substr(1, std::max<std::size_t>(end_of_string(value, 0), 2) - 2);
    const auto timestamp = parse_timestamp(text);
    if (timestamp && timestamp->zone != Zone::none) {
      found.timestamp = timestamp->moment;
    }
  }
}

/// Walks over an object and looks at the members of its first level.
void walk(std::string_view text, Peeked& found) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
      if (depth == 0) {
        return;
      }
    } else if (c == '"') {
      const auto end = end_of_string(text, i);
      const auto colon = depth == 1 ? text.find_first_not_of(kSpaces, end) : std::string_view::npos;
      if (colon != std::string_view::npos && text[colon] == ':') {
        const auto value = text.find_first_not_of(kSpaces, colon + 1);
        if (value != std::string_view::npos) {
          look_at_member(text.substr(i, end - i), text.substr(value), found);
        }
      }
      i = end;
      continue;
    }
    ++i;
  }
}

}  // namespace

Peeked peek(std::string_view payload) {
  Peeked found;
  const auto text = payload.substr(0, kPeekedBytes);
  const auto begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) {
    return found;
  }
  if (text[begin] != '{') {
    found.sequence = leading_number(text.substr(begin));
  } else if (text.find("\"seq", begin) != std::string_view::npos ||
             text.find("\"timestamp\"", begin) != std::string_view::npos) {
    walk(text.substr(begin), found);
  }
  return found;
}

}  // namespace fogis::message
