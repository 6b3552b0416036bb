// JSON documents of the program, judged by their published schemas.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fogis::testing {

/// The text as one JSON document of this kind. Fails the test when it is none, when it does not
/// satisfy docs/schemas/<kind>.schema.json, or when it has a field that the schema does not
/// describe.
nlohmann::json require_document(const std::string& text, std::string_view kind);

}  // namespace fogis::testing
