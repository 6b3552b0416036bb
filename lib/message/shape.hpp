// The message types of the FOGIS contract and the shapes in which they are seen.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fogis::message {

/// The `type` of the envelope.
enum class Type : std::uint8_t { match_updates, processing_status, system_alert };

inline constexpr std::array kTypes = {Type::match_updates, Type::processing_status,
                                      Type::system_alert};

/// How a payload is laid out. A match_updates message has one of five.
enum class Shape : std::uint8_t {
  production,         ///< raw FOGIS matches, `schema_version` inside the payload (what is deployed)
  enhanced_v2,        ///< `schema_version` "2.0" at the top, matches with teams, venue, referees
  enhanced_v1_5,      ///< "1.5" at the top: as v2, without contacts and logo ids
  corrected,          ///< raw FOGIS matches, `schema_version` "2.0" at the top
  legacy_v1,          ///< no version or "1.0" at the top: teams, venue and referees as strings
  processing_status,  ///< the one shape of that type
  system_alert,       ///< the one shape of that type
};

inline constexpr std::array kShapes = {
    Shape::production, Shape::enhanced_v2,       Shape::enhanced_v1_5, Shape::corrected,
    Shape::legacy_v1,  Shape::processing_status, Shape::system_alert};

/// The name as it stands in a message, for example `match_updates`.
std::string_view name(Type type);

/// A stable kebab-case name for people: `production`, `enhanced-v2`, `enhanced-v1.5`, `corrected`,
/// `legacy-v1`, `processing-status`, `system-alert`.
std::string_view name(Shape shape);

/// The type with exactly that name, or nothing.
std::optional<Type> parse_type(std::string_view text);

/// The type whose messages have this shape.
Type type_of(Shape shape);

}  // namespace fogis::message
