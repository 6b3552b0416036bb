#include "output/layout.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace fogis::output {
namespace {

/// The bytes that the first `columns` characters of `text` take.
std::size_t bytes_of_columns(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (; columns > 0 && bytes < text.size(); --columns) {
    bytes += std::max<std::size_t>(utf8_sequence_length(text.substr(bytes)), 1);
  }
  return std::min(bytes, text.size());
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string> lines;
  while (text_width(text) > width) {
    const auto limit = bytes_of_columns(text, width);
    // A space right behind the last column ends the line as well.
    const auto space = text.rfind(' ', limit);
    const auto end = space == std::string_view::npos || space == 0 ? limit : space;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (!text.empty() || lines.empty()) {
    lines.emplace_back(text);
  }
  return lines;
}

std::string wrap_indented(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result;
  for (const auto& line : wrap(text, width > indent ? width - indent : 1)) {
    if (!result.empty()) {
      result += '\n';
      result.append(indent, ' ');
    }
    result += line;
  }
  return result;
}

std::string pad_right(std::string_view text, std::size_t columns) {
  std::string result(text);
  const auto width = text_width(text);
  result.append(columns > width ? columns - width : 0, ' ');
  return result;
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const auto width = text_width(text);
  std::string result(columns > width ? columns - width : 0, ' ');
  result += text;
  return result;
}

}  // namespace fogis::output
