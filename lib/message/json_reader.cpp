#include "message/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/number.hpp"
#include "base/text.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;
using Kind = JsonFault::Kind;

/// Whether a byte stands for itself in a string; what is above ASCII needs a look at its sequence.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) {
    plain[byte] = byte != '"' && byte != '\\';
  }
  return plain;
}();

constexpr std::string_view kLetters = R"("\/bfnrt)";
constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";

void append_utf8(unsigned code, std::string& text) {
  const auto append = [&](unsigned byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    append(code);
    return;
  }
  if (code < 0x800) {
    append(0xC0U | (code >> 6U));
  } else {
    if (code < 0x10000) {
      append(0xE0U | (code >> 12U));
    } else {
      append(0xF0U | (code >> 18U));
      append(0x80U | ((code >> 12U) & 0x3FU));
    }
    append(0x80U | ((code >> 6U) & 0x3FU));
  }
  append(0x80U | (code & 0x3FU));
}

bool is_high_surrogate(unsigned code) {
  return code >= 0xD800 && code <= 0xDBFF;
}

bool is_low_surrogate(unsigned code) {
  return code >= 0xDC00 && code <= 0xDFFF;
}

/// "U+0009 (HT) must be escaped to \u0009 or \t"
std::string must_be_escaped(unsigned char code) {
  static constexpr std::array<std::string_view, 32> kNames = {
      "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS",  "HT",  "LF",
      "VT",  "FF",  "CR",  "SO",  "SI",  "DLE", "DC1", "DC2", "DC3", "DC4", "NAK",
      "SYN", "ETB", "CAN", "EM",  "SUB", "ESC", "FS",  "GS",  "RS",  "US"};
  const auto letter = kMeanings.find(static_cast<char>(code));
  return fmt::format(
      "invalid string: control character U+{0:04X} ({1}) must be escaped to \\u{0:04X}{2}", code,
      kNames[code],
      letter == std::string_view::npos ? std::string() : fmt::format(" or \\{}", kLetters[letter]));
}

/// Whether the text ends within a UTF-8 sequence that is good so far.
bool is_cut_sequence(std::string_view rest) {
  if (rest.size() == 1) {
    const auto first = static_cast<unsigned char>(rest.front());
    return first >= 0xC2 && first <= 0xF4;
  }
  const auto start = std::string(rest.substr(0, 4));
  return rest.size() < 4 && (utf8_sequence_length(start + "\x80") > rest.size() ||
                             utf8_sequence_length(start + "\x80\x80") > rest.size());
}

json number_of(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(value) == value && std::abs(value) <= kExact) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

}  // namespace

void JsonString::decode_to(std::string& target) const {
  target.clear();
  const auto code_at = [&](std::size_t at) {
    unsigned code = 0;
    std::from_chars(raw.data() + at, raw.data() + at + 4, code, 16);
    return code;
  };
  for (std::size_t i = 0; i < raw.size();) {
    const auto end = std::min(raw.find('\\', i), raw.size());
    target.append(raw, i, end - i);
    i = end + 2;
    if (end == raw.size()) {
      return;
    }
    if (raw[end + 1] != 'u') {
      target += kMeanings[kLetters.find(raw[end + 1])];
      continue;
    }
    auto code = code_at(i);
    i += 4;
    if (is_high_surrogate(code)) {
      code = 0x10000U + ((code - 0xD800U) << 10U) + (code_at(i + 2) - 0xDC00U);
      i += 6;
    }
    append_utf8(code, target);
  }
}

/// Notes why reading ends. Returns false.
bool JsonReader::fail(Kind kind, std::size_t offset, std::string reason) {
  return fail_from(offset, kind, offset, std::move(reason));
}

bool JsonReader::fail_from(std::size_t begin, Kind kind, std::size_t offset, std::string reason) {
  fault_ = {kind, offset, std::move(reason), begin};
  return false;
}

/// Says of the token that stands here that it is not what was expected, or what is wrong within it.
bool JsonReader::unexpected(std::string_view expected) {
  std::string found;
  JsonString ignored;
  const auto begin = at_;
  const char first = peek();
  if (first == '\0') {
    found = "end of input";
  } else if (std::string_view("[]{}:,").find(first) != std::string_view::npos) {
    found = fmt::format("'{}'", first);
    ++at_;
  } else if (first == '"') {
    if (!string(ignored)) {
      return false;
    }
    found = "string literal";
  } else if (first == '-' || is_digit(first)) {
    if (!number(nullptr)) {
      return false;
    }
    found = "number literal";
  } else {
    const std::string_view literal = first == 't' ? "true" : first == 'f' ? "false" : "null";
    if (!word(literal)) {
      return false;
    }
    found = fmt::format("{} literal", literal);
  }
  return fail_from(begin, Kind::syntax, first == '\0' ? at_ : at_ - 1,
                   fmt::format("unexpected {}; expected {}", found, expected));
}

/// Takes a string whose first quote stands here.
bool JsonReader::string(JsonString& string) {
  const auto begin = ++at_;
  while (true) {
    const auto* const bytes = text_.data();
    auto at = at_;
    while (at < end_ && kPlain[static_cast<unsigned char>(bytes[at])]) {
      ++at;
    }
    at_ = at;
    if (at_ == end_) {
      return fail(Kind::syntax, at_, "invalid string: missing closing quote");
    }
    if (text_[at_] == '"') {
      string.raw = text_.substr(begin, at_ - begin);
      ++at_;
      return true;
    }
    if (text_[at_] == '\\') {
      string.has_escapes = true;
      if (!escape()) {
        return false;
      }
      continue;
    }
    const auto rest = text_.substr(at_, end_ - at_);
    const auto code = static_cast<unsigned char>(rest.front());
    if (code < 0x20) {
      return fail(Kind::syntax, at_, must_be_escaped(code));
    }
    const auto length = utf8_sequence_length(rest);
    if (length == 0) {
      return fail(Kind::syntax, is_cut_sequence(rest) ? end_ : at_,
                  "invalid string: ill-formed UTF-8 byte");
    }
    at_ += length;
  }
}

/// Takes an escape whose backslash stands here.
bool JsonReader::escape() {
  const auto begin = at_++;
  if (peek() != 'u') {
    if (peek() == '\0' || kLetters.find(peek()) == std::string_view::npos) {
      return fail_from(begin, Kind::syntax, at_,
                       "invalid string: forbidden character after backslash");
    }
    ++at_;
    return true;
  }
  unsigned code = 0;
  if (!code_unit(code)) {
    return false;
  }
  if (is_low_surrogate(code)) {
    return fail_from(begin, Kind::surrogate, at_ - 1, "a low surrogate must follow a high one");
  }
  if (!is_high_surrogate(code)) {
    return true;
  }
  constexpr std::string_view kLone = "a high surrogate must be followed by a low one";
  if (peek() != '\\') {
    return fail_from(begin, Kind::surrogate, at_, std::string(kLone));
  }
  ++at_;
  if (peek() != 'u') {
    return fail_from(begin, Kind::surrogate, at_, std::string(kLone));
  }
  if (!code_unit(code)) {
    return false;
  }
  return is_low_surrogate(code) || fail_from(begin, Kind::surrogate, at_ - 1, std::string(kLone));
}

/// Takes the letter u and the four digits behind it.
bool JsonReader::code_unit(unsigned& code) {
  const auto begin = at_++ - 1;  // the backslash
  code = 0;
  for (const auto end = at_ + 4; at_ < end; ++at_) {
    constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    const auto digit = peek() == '\0' ? std::string_view::npos : kDigits.find(peek());
    if (digit == std::string_view::npos) {
      return fail_from(begin, Kind::syntax, at_,
                       "invalid string: '\\u' must be followed by 4 hex digits");
    }
    code = code * 16 + static_cast<unsigned>(digit < 16 ? digit : digit - 6);
  }
  return true;
}

bool JsonReader::scalar(json& value) {
  switch (const char first = peek()) {
    case 't':
    case 'f':
      value = first == 't';
      return word(first == 't' ? "true" : "false");
    case 'n':
      return word("null");
    case '\0':
    case ']':
    case '}':
    case ':':
    case ',':
      return unexpected("'[', '{', or a literal");
    case 'N':
    case 'I':
    case '-':
      for (const std::string_view name : {"NaN", "Infinity", "-Infinity"}) {
        if (text_.substr(at_).starts_with(name)) {
          return fail(Kind::not_finite, at_, std::string(name));
        }
      }
      [[fallthrough]];
    default:
      return number(&value);
  }
}

bool JsonReader::word(std::string_view word) {
  const auto begin = at_;
  for (const char letter : word) {
    if (peek() != letter) {
      return fail_from(begin, Kind::syntax, at_, "invalid literal");
    }
    ++at_;
  }
  return true;
}

/// Takes digits, of which there must be one `behind` what was taken of the number at `begin`.
bool JsonReader::digits(std::size_t begin, std::string_view behind) {
  if (!is_digit(peek())) {
    return fail_from(begin, Kind::syntax, at_, fmt::format("invalid number; expected {}", behind));
  }
  while (is_digit(peek())) {
    ++at_;
  }
  return true;
}

/// Takes a number. `value` may be null.
bool JsonReader::number(json* value) {
  const auto begin = at_;
  const bool is_negative = peek() == '-';
  if (!is_negative && !is_digit(peek())) {
    return fail(Kind::syntax, at_, "invalid literal");
  }
  at_ += is_negative ? 1 : 0;
  if (peek() == '0') {
    ++at_;
  } else if (!digits(begin, "digit after '-'")) {
    return false;
  }
  bool is_whole = true;
  if (peek() == '.') {
    is_whole = false;
    ++at_;
    if (!digits(begin, "digit after '.'")) {
      return false;
    }
  }
  if (peek() == 'e' || peek() == 'E') {
    is_whole = false;
    ++at_;
    const bool is_signed = peek() == '+' || peek() == '-';
    at_ += is_signed ? 1 : 0;
    if (!digits(begin,
                is_signed ? "digit after exponent sign" : "'+', '-', or digit after exponent")) {
      return false;
    }
  }
  if (value == nullptr) {
    return true;
  }
  const auto raw = text_.substr(begin, at_ - begin);
  if (is_whole && is_negative) {
    if (const auto number = parse_number<std::int64_t>(raw)) {
      *value = *number;
      return true;
    }
  } else if (is_whole) {
    if (const auto number = parse_number<std::uint64_t>(raw)) {
      *value = *number;
      return true;
    }
  }
  // Not parse_number: what is too small for a double is 0.
  const double number = std::strtod(std::string(raw).c_str(), nullptr);
  *value = number_of(number);
  return std::isfinite(number) || fail_from(begin, Kind::out_of_range, at_ - 1, "number overflow");
}

}  // namespace fogis::message
