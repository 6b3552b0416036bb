#include "base/text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <iterator>

namespace fogis {
namespace {

unsigned char char_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// The length of the ASCII text that `text` begins with, as far as it can be told in whole words.
std::size_t ascii_prefix(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t length = 0;
  std::uint64_t word = 0;
  while (text.size() - length >= sizeof(word)) {
    std::memcpy(&word, text.data() + length, sizeof(word));
    if ((word & kHighBits) != 0) {
      return length;
    }
    length += sizeof(word);
  }
  return length;
}

char32_t decode(std::string_view sequence) {
  const auto first = char_at(sequence, 0);
  if (sequence.size() == 1) {
    return first;
  }
  char32_t code = first & (0x7FU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) {
    code = (code << 6U) | (char_at(sequence, i) & 0x3FU);
  }
  return code;
}

/// Characters that move the cursor, reorder or hide text.
bool acts_on_terminal(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F)  // C0, DEL, C1
         || code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x2069) ||
         code == 0xFEFF || (code >= 0xE0000 && code <= 0xE007F);
}

void append_escaped(std::string& result, char32_t code) {
  switch (code) {
    case '\n':
      result += "\\n";
      return;
    case '\r':
      result += "\\r";
      return;
    case '\t':
      result += "\\t";
      return;
    default:
      break;
  }
  const auto value = static_cast<std::uint32_t>(code);
  fmt::format_to(std::back_inserter(result),
                 fmt::runtime(code < 0x80 ? "\\x{:02x}" : "\\u{{{:x}}}"), value);
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
  const auto first = char_at(text, 0);
  if (first < 0x80) {
    return 1;
  }
  // RFC 3629 section 4: the second byte's range excludes overlong forms, surrogates and > U+10FFFF.
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    low = first == 0xE0 ? 0xA0 : low;
    high = first == 0xED ? 0x9F : high;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    low = first == 0xF0 ? 0x90 : low;
    high = first == 0xF4 ? 0x8F : high;
  } else {
    return 0;
  }
  if (text.size() < length || char_at(text, 1) < low || char_at(text, 1) > high) {
    return 0;
  }
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_continuation(char_at(text, i))) {
      return 0;
    }
  }
  return length;
}

bool is_utf8(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) {
      return true;
    }
    const auto length = utf8_sequence_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
}

std::string escape_for_terminal(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_sequence_length(text);
    if (length == 0) {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", char_at(text, 0));
      text.remove_prefix(1);
      continue;
    }
    const auto sequence = text.substr(0, length);
    const auto code = decode(sequence);
    if (code == '\\') {
      result += "\\\\";
    } else if (acts_on_terminal(code)) {
      append_escaped(result, code);
    } else {
      result += sequence;
    }
    text.remove_prefix(length);
  }
  return result;
}

std::size_t text_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    width += is_continuation(char_at(text, i)) ? 0 : 1;
  }
  return width;
}

std::string truncate_text(std::string_view text, std::size_t columns, bool ascii) {
  if (text_width(text) <= columns) {
    return std::string(text);
  }
  const std::string_view ellipsis = ascii ? "..." : "…";
  const auto ellipsis_width = text_width(ellipsis);
  if (columns < ellipsis_width) {
    return std::string(columns, '.');  // of "…" nothing is left then
  }
  const auto kept = columns - ellipsis_width;
  std::size_t end = 0;
  for (std::size_t width = 0; end < text.size(); ++end) {
    width += is_continuation(char_at(text, end)) ? 0 : 1;
    if (width > kept) {
      break;
    }
  }
  return std::string(text.substr(0, end)) + std::string(ellipsis);
}

std::string count_of(std::size_t count, std::string_view singular, std::string_view plural) {
  if (count == 1) {
    return fmt::format("1 {}", singular);
  }
  return plural.empty() ? fmt::format("{} {}s", count, singular)
                        : fmt::format("{} {}", count, plural);
}

}  // namespace fogis
