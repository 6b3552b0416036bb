#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace fogis {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr auto kValues = make_values();

std::uint32_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

}  // namespace

void append_base64(std::string& target, std::string_view bytes) {
  target.reserve(target.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto left = bytes.size() - i;
    const auto group = (byte_at(bytes, i) << 16U) | (left > 1 ? byte_at(bytes, i + 1) << 8U : 0U) |
                       (left > 2 ? byte_at(bytes, i + 2) : 0U);
    target += kAlphabet[group >> 18U];
    target += kAlphabet[(group >> 12U) & 63U];
    target += left > 1 ? kAlphabet[(group >> 6U) & 63U] : '=';
    target += left > 2 ? kAlphabet[group & 63U] : '=';
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto value = kValues[byte_at(text, i)];
    if (value == kNoDigit) {
      return std::nullopt;
    }
    bits = (bits << 6U) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 0xFFU);
    }
  }
  // What is left over belongs to the padding: 2 bits for one sign, 4 for two.
  const bool complete = count == padding * 2 && (bits & ((1U << count) - 1U)) == 0;
  return complete ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace fogis
