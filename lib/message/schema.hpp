// The JSON Schemas of the contract: what others may use, and how we check against them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "message/collector.hpp"
#include "message/shape.hpp"

namespace fogis::message {

/// A JSON Schema (draft 7) of one message type and version. All texts are static.
struct Schema {
  std::string_view name;  ///< `match_updates-2.0`, …
  Type type = Type::match_updates;
  std::string_view text;  ///< the whole document, ending with a line feed
};

/// All schemas, in alphabetical order.
std::span<const Schema> schemas();

/// The schema of that name, or null.
const Schema* find_schema(std::string_view name);

/// The schema that messages of this shape must keep.
const Schema& schema_for(Shape shape);

/// Checks a message against the schema of the shape and adds a finding for each value that it does
/// not accept, but for those where `findings` has an error already: a rule says more. Returns
/// whether the schema accepts it. The document's depth must be bounded. Thread-safe; a schema is
/// compiled when it is first used, and kept.
bool check_schema(const nlohmann::json& message, Shape shape, Collector& findings);

}  // namespace fogis::message
