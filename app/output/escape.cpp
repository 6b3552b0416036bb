#include "output/escape.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace fogis::output {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_forbidden(std::string_view sequence) {
  // XML 1.0, section 2.2: no controls but tab and line ends, and neither U+FFFE nor U+FFFF. (UTF-8
  // holds no surrogates.)
  const auto first = static_cast<unsigned char>(sequence.front());
  return (first < 0x20 && first != '\t' && first != '\n' && first != '\r') ||
         sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF";
}

void append_xml(std::string& xml, std::string_view sequence) {
  switch (sequence.front()) {
    case '&':
      xml += "&amp;";
      return;
    case '<':
      xml += "&lt;";
      return;
    case '>':
      xml += "&gt;";
      return;
    case '"':
      xml += "&quot;";
      return;
    case '\t':
    case '\n':
    case '\r':
      // As references they survive in attributes, where a reader makes spaces of them.
      xml += fmt::format("&#{};", static_cast<int>(sequence.front()));
      return;
    default:
      xml += sequence;
  }
}

}  // namespace

std::string escape_command(std::string_view text, bool property) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '%' || letter == '\r' || letter == '\n' ||
        (property && (letter == ':' || letter == ','))) {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

std::string escape_xml(std::string_view text) {
  std::string xml;
  while (!text.empty()) {
    const auto length = utf8_sequence_length(text);
    const auto sequence = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_forbidden(sequence)) {
      xml += kReplacement;
    } else {
      append_xml(xml, sequence);
    }
    text.remove_prefix(sequence.size());
  }
  return xml;
}

std::string escape_markdown(std::string_view text) {
  return escape_table_cell(escape_for_terminal(text));
}

std::string escape_table_cell(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '|':
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
        escaped += '\\';
        [[fallthrough]];
      default:
        escaped += letter;
    }
  }
  return escaped;
}

}  // namespace fogis::output
