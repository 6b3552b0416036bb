// Text that came from elsewhere, made safe to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fogis {

/// The length in bytes (1 to 4) of the well-formed UTF-8 sequence (RFC 3629) that `text` begins
/// with, or 0 when it begins with none. `text` must not be empty.
std::size_t utf8_sequence_length(std::string_view text);

/// Whether all of `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

/// `text` with everything that could act on a terminal made visible: C0 and C1 controls, DEL,
/// bidirectional and zero-width format characters, and bytes that are not UTF-8, as `\n`, `\t`,
/// `\r`, `\xHH` or `\u{HEX}`; backslashes are doubled so that the result is unambiguous. One line.
std::string escape_for_terminal(std::string_view text);

/// At most `columns` characters (code points) of `text`, which must be valid UTF-8; when something
/// is cut the last one is an ellipsis ("…", or "..." when `ascii`).
std::string truncate_text(std::string_view text, std::size_t columns, bool ascii = false);

/// Number of code points of valid UTF-8: the columns it takes for the scripts we print.
std::size_t text_width(std::string_view text);

/// `count` and a noun: "1 message", "2 messages". `plural` is the whole word; by default + "s".
std::string count_of(std::size_t count, std::string_view singular, std::string_view plural = {});

}  // namespace fogis
