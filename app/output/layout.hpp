// Text laid out in columns.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fogis::output {

/// `text` broken at spaces into lines of at most `width` columns; a longer word is broken anywhere.
/// Always at least one line. `text` must be valid UTF-8 in one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// `text` wrapped so that the first line follows what is already `indent` columns wide and further
/// lines begin below it. No line break at the end.
std::string wrap_indented(std::string_view text, std::size_t indent, std::size_t width);

/// `text` followed by spaces up to `columns`; longer text is left as it is.
std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);

/// A number, or `?` for one that is not known.
template <typename Number>
std::string known(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "?";
}

}  // namespace fogis::output
