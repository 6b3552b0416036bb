#include "config/url_findings.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace fogis::config {

std::string percent_decode(const UrlPiece& piece, const std::string& part, UrlFindings& findings) {
  std::string decoded;
  const auto text = piece.text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) {
      findings.fault(piece.sub(i, 3), part, "bad-percent",
                     "\"%\" is not followed by two hexadecimal digits",
                     "write a percent sign itself as %25");
      decoded += text[i];
      continue;
    }
    if (byte == 0) {
      findings.fault(piece.sub(i, 3), part, "encoded-nul", "%00 stands for a NUL byte",
                     "no part of a Redis URL can hold a NUL byte");
    }
    decoded += static_cast<char>(byte);
    i += 2;
  }
  const auto is_ascii = [](char byte) { return static_cast<unsigned char>(byte) < 0x80; };
  if (!std::all_of(text.begin(), text.end(), is_ascii)) {
    findings.warn(piece, part, "not-ascii", "a URL holds ASCII characters only (RFC 3986)",
                  "write other bytes as %XX");
  }
  return decoded;
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace fogis::config
