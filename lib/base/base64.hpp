// Bytes as text (RFC 4648, section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fogis {

/// Appends `bytes` in base64, padded, without line breaks.
void append_base64(std::string& target, std::string_view bytes);

/// The bytes that padded base64 stands for; nothing when `text` is anything else, also when unused
/// bits are set, so that each text stands for bytes that encode to it again.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace fogis
