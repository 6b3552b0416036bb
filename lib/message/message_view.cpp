#include "message/message_view.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace fogis::message {
namespace {

using nlohmann::json;

const json* of_kind(const json* value, json::value_t kind) {
  return value != nullptr && value->type() == kind ? value : nullptr;
}

const json* find_in(const json* value, std::string_view key) {
  return value == nullptr ? nullptr : find_member(*value, key);
}

const json* first_match(const MessageView& view) {
  return view.matches == nullptr || view.matches->empty() ? nullptr : &view.matches->front();
}

/// Without a match to look at, the fields around them tell.
bool has_raw_matches(const MessageView& view) {
  if (const auto* match = first_match(view)) {
    return is_raw_match(*match);
  }
  const auto* version = as_text(view.schema_version);
  return view.inner_version != nullptr || (version != nullptr && *version == "2.0" &&
                                           find_member(*view.root, "schema_type") == nullptr);
}

Shape match_updates_shape(const MessageView& view) {
  if (has_raw_matches(view)) {
    return view.schema_version == nullptr && view.inner_version != nullptr ? Shape::production
                                                                           : Shape::corrected;
  }
  const auto* given = view.schema_version != nullptr ? view.schema_version : view.inner_version;
  if (given == nullptr) {
    return Shape::legacy_v1;
  }
  const auto* version = as_text(given);
  if (version != nullptr && *version == "1.0") {
    return Shape::legacy_v1;
  }
  if (version != nullptr && *version == "1.5") {
    return Shape::enhanced_v1_5;
  }
  // 2.0, or a version that nobody knows: the matches tell.
  const auto* match = first_match(view);
  const auto* teams = match == nullptr ? nullptr : find_member(*match, "teams");
  return as_text(teams) != nullptr && (version == nullptr || *version != "2.0")
             ? Shape::legacy_v1
             : Shape::enhanced_v2;
}

Shape shape_of(const MessageView& view, Type type) {
  switch (type) {
    case Type::processing_status:
      return Shape::processing_status;
    case Type::system_alert:
      return Shape::system_alert;
    case Type::match_updates:
      break;
  }
  return match_updates_shape(view);
}

}  // namespace

const json* find_member(const json& value, std::string_view key) {
  if (!value.is_object()) {
    return nullptr;
  }
  const auto& members = value.get_ref<const json::object_t&>();
  const auto found = members.find(key);
  return found == members.end() ? nullptr : &found->second;
}

const std::string* as_text(const json* value) {
  return value == nullptr ? nullptr : value->get_ptr<const std::string*>();
}

MessageView view_message(const json& document, std::optional<Type> as) {
  MessageView view;
  view.root = &document;
  view.payload = of_kind(find_member(document, "payload"), json::value_t::object);
  view.metadata = of_kind(find_in(view.payload, "metadata"), json::value_t::object);
  view.matches = of_kind(find_in(view.payload, "matches"), json::value_t::array);
  view.changes = of_kind(find_in(view.payload, "detailed_changes"), json::value_t::array);
  view.schema_version = find_member(document, "schema_version");
  view.inner_version = find_in(view.payload, "schema_version");
  view.type = as;
  if (const auto* type = as_text(find_member(document, "type")); type != nullptr && !as) {
    view.type = parse_type(*type);
  }
  if (view.type) {
    view.shape = shape_of(view, *view.type);
  }
  return view;
}

bool is_raw_match(const json& match) {
  static constexpr auto kRawKeys = std::to_array<std::string_view>(
      {"matchid", "matchnr", "lag1namn", "lag2namn", "anlaggningnamn", "tavlingnamn", "tid",
       "domaruppdraglista"});
  return std::ranges::any_of(
      kRawKeys, [&](std::string_view key) { return find_member(match, key) != nullptr; });
}

}  // namespace fogis::message
