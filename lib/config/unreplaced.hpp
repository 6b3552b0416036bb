// Variables of templates that nothing replaced.
#pragma once

#include <cstddef>
#include <string_view>

namespace fogis::config {

/// The length in bytes of a template's variable with which `text` begins: `$(X)`, `${X}`, `{{x}}`
/// or
/// `%X%`, as shells, compose files, pipelines and Windows write them; 0 when there is none. Two
/// hexadecimal digits between percent signs are taken for an encoded byte.
std::size_t unreplaced_variable(std::string_view text);

/// Whether one stands anywhere in `text`.
bool has_unreplaced_variable(std::string_view text);

}  // namespace fogis::config
