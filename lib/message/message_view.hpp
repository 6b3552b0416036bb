// A document looked at as a message: what the rules ask for, found once.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "message/contract.hpp"
#include "message/shape.hpp"

namespace fogis::message {

/// Pointers into a document that outlives the view; null where something is missing or of another
/// kind than the comment says.
struct MessageView {
  const nlohmann::json* root = nullptr;            ///< the document; an object
  const nlohmann::json* payload = nullptr;         ///< an object
  const nlohmann::json* metadata = nullptr;        ///< an object
  const nlohmann::json* matches = nullptr;         ///< an array
  const nlohmann::json* changes = nullptr;         ///< `detailed_changes`, an array
  const nlohmann::json* schema_version = nullptr;  ///< at the top; of any kind
  const nlohmann::json* inner_version = nullptr;   ///< in the payload; of any kind
  std::optional<Type> type;                        ///< as judged; see JudgeOptions::as
  std::optional<Shape> shape;
};

/// The member of an object, or null; null as well when `value` is no object.
const nlohmann::json* find_member(const nlohmann::json& value, std::string_view key);

/// The text of a string, or null.
const std::string* as_text(const nlohmann::json* value);

/// Looks at `document`, which must be an object, as a message of type `as`, or else of the type
/// that it names itself.
MessageView view_message(const nlohmann::json& document, std::optional<Type> as);

/// Whether a match is a raw FOGIS object: it has one of the keys that only those have.
bool is_raw_match(const nlohmann::json& match);

}  // namespace fogis::message
