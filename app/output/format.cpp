#include "output/format.hpp"

namespace fogis::output {

std::optional<Format> parse_format(std::string_view text) {
  for (const auto& row : kFormats) {
    if (row.name == text) {
      return row.format;
    }
  }
  return std::nullopt;
}

std::string list_of(std::span<const Format> formats) {
  std::string list;
  for (std::size_t i = 0; i < formats.size(); ++i) {
    if (i > 0) {
      list += i + 1 == formats.size() ? " or " : ", ";
    }
    list += name(formats[i]);
  }
  return list;
}

}  // namespace fogis::output
