#include "message/patterns.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/number.hpp"

namespace fogis::message {
namespace {

bool is_hex_digit(char character) {
  return is_digit(character) || (character >= 'a' && character <= 'f') ||
         (character >= 'A' && character <= 'F');
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// Whether `text` looks like `form`, in which 9 stands for any decimal digit, f for any hexadecimal
/// one, and everything else for itself.
bool has_form(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) {
    return false;
  }
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool fits = form[i] == '9'   ? is_digit(text[i])
                      : form[i] == 'f' ? is_hex_digit(text[i])
                                       : text[i] == form[i];
    if (!fits) {
      return false;
    }
  }
  return true;
}

constexpr std::string_view kDateTime = "9999-99-99T99:99:99";

/// Takes the date, the time and a fraction off the front of `text`. Returns whether they were
/// there.
bool skip_date_time(std::string_view& text) {
  if (!has_form(text.substr(0, kDateTime.size()), kDateTime)) {
    return false;
  }
  text.remove_prefix(kDateTime.size());
  if (text.starts_with('.')) {
    const auto end = std::ranges::find_if_not(text.substr(1), is_digit) - text.begin();
    if (end == 1) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end));
  }
  return true;
}

int number_at(std::string_view text, std::size_t offset, std::size_t digits) {
  return parse_number<int>(text.substr(offset, digits)).value_or(-1);
}

std::chrono::milliseconds fraction_of(std::string_view text) {
  int value = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto at = kDateTime.size() + 1 + i;
    value = value * 10 + (at < text.size() && is_digit(text[at]) ? text[at] - '0' : 0);
  }
  return std::chrono::milliseconds(text.substr(kDateTime.size()).starts_with('.') ? value : 0);
}

struct ZoneText {
  Zone zone = Zone::none;
  std::chrono::minutes offset{0};
};

std::optional<ZoneText> parse_zone(std::string_view text) {
  if (text.empty()) {
    return ZoneText{};
  }
  if (text == "Z") {
    return ZoneText{Zone::utc, {}};
  }
  if (!has_form(text.substr(1), "99:99") || (text[0] != '+' && text[0] != '-')) {
    return std::nullopt;
  }
  const auto hours = number_at(text, 1, 2);
  const auto minutes = number_at(text, 4, 2);
  if (hours > 23 || minutes > 59) {
    return std::nullopt;
  }
  const std::chrono::minutes offset(hours * 60 + minutes);
  return ZoneText{Zone::offset, text[0] == '-' ? -offset : offset};
}

struct NamedTest {
  std::string_view pattern;
  StringTest test;
};

// Kept literally as the schemas have them; a test compares.
constexpr auto kTests = std::to_array<NamedTest>({
    {"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
     is_uuid4},
    {"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$", is_utc_timestamp},
    {"^/Date\\(-?[0-9]+\\)/$", is_dotnet_date},
});

}  // namespace

bool is_uuid4(std::string_view text) {
  return has_form(text, "ffffffff-ffff-4fff-ffff-ffffffffffff") &&
         std::string_view("89abAB").find(text[19]) != std::string_view::npos;
}

bool is_utc_timestamp(std::string_view text) {
  return skip_date_time(text) && text == "Z";
}

bool is_dotnet_date(std::string_view text) {
  constexpr std::string_view kHead = "/Date(";
  constexpr std::string_view kTail = ")/";
  if (!text.starts_with(kHead) || !text.ends_with(kTail)) {
    return false;
  }
  text.remove_prefix(kHead.size());
  text.remove_suffix(kTail.size());
  text.remove_prefix(text.starts_with('-') ? 1 : 0);
  return all_digits(text);
}

bool is_readable_dotnet_date(std::string_view text) {
  constexpr std::int64_t kFirst = -62'135'596'800'000;  // 0001-01-01T00:00:00Z
  constexpr std::int64_t kLast = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z
  const auto begin = std::min(text.find('(') + 1, text.size());
  const auto milliseconds = parse_number<std::int64_t>(text.substr(begin, text.find(')') - begin));
  return milliseconds && *milliseconds >= kFirst && *milliseconds <= kLast;
}

StringTest find_string_test(std::string_view pattern) {
  for (const auto& row : kTests) {
    if (row.pattern == pattern) {
      return row.test;
    }
  }
  return nullptr;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  auto rest = text;
  if (!skip_date_time(rest)) {
    return std::nullopt;
  }
  const auto zone = parse_zone(rest);
  const year_month_day date(year(number_at(text, 0, 4)),
                            month(static_cast<unsigned>(number_at(text, 5, 2))),
                            day(static_cast<unsigned>(number_at(text, 8, 2))));
  const hours hour(number_at(text, 11, 2));
  const minutes minute(number_at(text, 14, 2));
  const seconds second(number_at(text, 17, 2));
  if (!zone || !date.ok() || hour > 23h || minute > 59min || second > 59s) {
    return std::nullopt;
  }
  return Timestamp{sys_days(date) + hour + minute + second + fraction_of(text) - zone->offset,
                   zone->zone};
}

}  // namespace fogis::message
