// Where in the text of a document its findings are.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "message/finding.hpp"

namespace fogis::message {

/// The line of each finding, counted from 1, in the document that was judged. For something missing
/// it is the line of what ought to contain it; where a key is written with escapes, or a pointer
/// was cut, the line of the nearest container that can be told. One pass over `text`, which may be
/// anything; a text of one line is not looked at. Thread-safe.
std::vector<std::size_t> find_lines(std::string_view text, std::span<const Finding> findings);

}  // namespace fogis::message
