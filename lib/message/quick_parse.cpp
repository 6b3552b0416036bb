#include "message/quick_parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/number.hpp"
#include "base/text.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

/// Levels are levels of recursion.
constexpr std::size_t kMostLevels = 512;

/// Any number of so many digits fits 64 bits.
constexpr std::ptrdiff_t kMostDigits = 18;

/// Whether a byte stands for itself in a string; what is above ASCII needs a look at its sequence.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) {
    plain[byte] = byte != '"' && byte != '\\';
  }
  return plain;
}();

bool is_decimal(char letter) {
  return letter >= '0' && letter <= '9';
}

void append_utf8(unsigned code, std::string& text) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0U | (code >> 6U));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    text += static_cast<char>(0xE0U | (code >> 12U));
    text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

class QuickParser {
public:
  QuickParser(std::string_view text, const Bounds& bounds)
      : at_(text.data()),
        end_(text.data() + text.size()),
        levels_(std::min(bounds.depth, kMostLevels)),
        values_(bounds.values) {}

  bool document(json& target) {
    skip_blanks();
    if (!value(target, 0)) {
      return false;
    }
    skip_blanks();
    return at_ == end_;
  }

private:
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
      ++at_;
    }
  }

  /// Takes blanks and then `wanted`.
  bool take(char wanted) {
    skip_blanks();
    if (at_ == end_ || *at_ != wanted) {
      return false;
    }
    ++at_;
    return true;
  }

  bool value(json& target, std::size_t level) {
    if (at_ == end_ || values_ == 0) {
      return false;
    }
    --values_;
    switch (*at_) {
      case '"': {
        ++at_;
        target = json::value_t::string;
        return string(target.get_ref<std::string&>());
      }
      case '{':
        return level < levels_ && object(target, level + 1);
      case '[':
        return level < levels_ && array(target, level + 1);
      case 't':
        return word("true", true, target);
      case 'f':
        return word("false", false, target);
      case 'n':
        return word("null", nullptr, target);
      default:
        return number(target);
    }
  }

  bool object(json& target, std::size_t level) {
    ++at_;
    target = json::value_t::object;
    auto& members = target.get_ref<json::object_t&>();
    if (take('}')) {
      return true;
    }
    do {
      std::string key;
      if (!take('"') || !string(key) || !take(':')) {
        return false;
      }
      const auto [member, is_new] = members.try_emplace(std::move(key));
      skip_blanks();
      if (!is_new || !value(member->second, level)) {
        return false;
      }
    } while (take(','));
    return take('}');
  }

  bool array(json& target, std::size_t level) {
    ++at_;
    target = json::value_t::array;
    auto& items = target.get_ref<json::array_t&>();
    if (take(']')) {
      return true;
    }
    do {
      skip_blanks();
      if (!value(items.emplace_back(), level)) {
        return false;
      }
    } while (take(','));
    return take(']');
  }

  template <typename Value>
  bool word(std::string_view text, Value meaning, json& target) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text)) {
      return false;
    }
    at_ += text.size();
    target = meaning;
    return true;
  }

  /// Takes the rest of a string whose first quote was taken.
  bool string(std::string& text) {
    auto run = at_;
    while (true) {
      while (at_ != end_ && kPlain[static_cast<unsigned char>(*at_)]) {
        ++at_;
      }
      if (at_ == end_) {
        return false;
      }
      if (*at_ == '"') {
        text.append(run, at_++);
        return true;
      }
      if (*at_ == '\\') {
        text.append(run, at_);
        if (!escape(text)) {
          return false;
        }
        run = at_;
      } else if (const auto length = utf8_sequence_length({at_, end_}); length > 1) {
        at_ += length;
      } else {
        return false;  // a control character, or no UTF-8
      }
    }
  }

  bool escape(std::string& text) {
    constexpr std::string_view kLetters = R"("\/bfnrt)";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (end_ - at_ < 2) {
      return false;
    }
    const char letter = at_[1];
    at_ += 2;
    if (letter == 'u') {
      return code_unit(text);
    }
    const auto index = kLetters.find(letter);
    if (index == std::string_view::npos) {
      return false;
    }
    text += kMeanings[index];
    return true;
  }

  bool code_unit(std::string& text) {
    constexpr std::ptrdiff_t kDigits = 4;
    unsigned code = 0;
    if (end_ - at_ < kDigits ||
        std::from_chars(at_, at_ + kDigits, code, 16).ptr != at_ + kDigits ||
        (code >= 0xD800 && code <= 0xDFFF)) {
      return false;
    }
    append_utf8(code, text);
    at_ += kDigits;
    return true;
  }

  const char* skip_digits(const char* from) const {
    return std::find_if_not(from, end_, is_decimal);
  }

  bool number(json& target) {
    const auto* const begin = at_;
    const auto* const digits = *begin == '-' ? begin + 1 : begin;
    const auto* end = skip_digits(digits);
    const auto count = end - digits;
    if (count == 0 || (count > 1 && *digits == '0')) {
      return false;
    }
    if (end != end_ && (*end == '.' || *end == 'e' || *end == 'E')) {
      return fraction(begin, end, target);
    }
    if (count > kMostDigits) {
      return false;
    }
    std::int64_t value = 0;
    std::from_chars(begin, end, value);
    at_ = end;
    if (digits == begin) {
      target = static_cast<std::uint64_t>(value);
    } else {
      target = value;
    }
    return true;
  }

  /// A number whose integral part ends at `end`.
  bool fraction(const char* begin, const char* end, json& target) {
    if (*end == '.') {
      const auto* const digits = end + 1;
      end = skip_digits(digits);
      if (end == digits) {
        return false;
      }
    }
    if (end != end_ && (*end == 'e' || *end == 'E')) {
      const auto* digits = end + 1;
      digits += digits != end_ && (*digits == '+' || *digits == '-') ? 1 : 0;
      end = skip_digits(digits);
      if (end == digits) {
        return false;
      }
    }
    const auto value = parse_number<double>({begin, end});
    if (!value) {
      return false;
    }
    at_ = end;
    target = number_of(*value);
    return true;
  }

  const char* at_;
  const char* end_;
  std::size_t levels_;
  std::size_t values_;  ///< that may still come
};

}  // namespace

bool quick_parse(std::string_view text, const Bounds& bounds, json& document) {
  return QuickParser(text, bounds).document(document);
}

}  // namespace fogis::message
