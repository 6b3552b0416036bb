// JSON written without a document in memory: for streams of many small documents.
#pragma once

#include <string>
#include <string_view>

namespace fogis {

/// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8; control characters
/// and DEL are escaped.
void append_json_string(std::string& target, std::string_view text);

}  // namespace fogis
