#include "message/shape.hpp"

namespace fogis::message {

std::string_view name(Type type) {
  switch (type) {
    case Type::match_updates:
      return "match_updates";
    case Type::processing_status:
      return "processing_status";
    case Type::system_alert:
      return "system_alert";
  }
  return {};
}

std::string_view name(Shape shape) {
  switch (shape) {
    case Shape::production:
      return "production";
    case Shape::enhanced_v2:
      return "enhanced-v2";
    case Shape::enhanced_v1_5:
      return "enhanced-v1.5";
    case Shape::corrected:
      return "corrected";
    case Shape::legacy_v1:
      return "legacy-v1";
    case Shape::processing_status:
      return "processing-status";
    case Shape::system_alert:
      return "system-alert";
  }
  return {};
}

std::optional<Type> parse_type(std::string_view text) {
  for (const auto type : kTypes) {
    if (text == name(type)) {
      return type;
    }
  }
  return std::nullopt;
}

Type type_of(Shape shape) {
  switch (shape) {
    case Shape::processing_status:
      return Type::processing_status;
    case Shape::system_alert:
      return Type::system_alert;
    default:
      return Type::match_updates;
  }
}

}  // namespace fogis::message
