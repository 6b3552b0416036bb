// Pieces of a message, made short and harmless for a finding.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace fogis::message {

/// The beginning of `text` (which may be any bytes), at most `max` bytes before escaping, with
/// everything escaped that could act on a terminal; "…" shows a cut.
std::string excerpt(std::string_view text, std::size_t max = 60);

/// A value as a finding shows it: `"text"`, `12`, `null`, `an object with 3 members`.
std::string describe(const nlohmann::json& value);

}  // namespace fogis::message
