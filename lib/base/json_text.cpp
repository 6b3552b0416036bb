#include "base/json_text.hpp"

#include <array>

namespace fogis {
namespace {

constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special{};
  for (std::size_t code = 0; code < 0x20; ++code) {
    special[code] = true;
  }
  special['"'] = true;
  special['\\'] = true;
  special[0x7F] = true;
  return special;
}

constexpr auto kSpecial = make_special();

void append_escaped(std::string& target, unsigned char code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (code) {
    case '"':
      target += "\\\"";
      return;
    case '\\':
      target += "\\\\";
      return;
    case '\n':
      target += "\\n";
      return;
    case '\r':
      target += "\\r";
      return;
    case '\t':
      target += "\\t";
      return;
    default:
      target += "\\u00";
      target += kHex[code >> 4U];
      target += kHex[code & 15U];
  }
}

}  // namespace

void append_json_string(std::string& target, std::string_view text) {
  target += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = static_cast<unsigned char>(text[i]);
    if (kSpecial[code]) {
      target.append(text, plain, i - plain);
      append_escaped(target, code);
      plain = i + 1;
    }
  }
  target.append(text, plain);
  target += '"';
}

}  // namespace fogis
