#include "message/quick_schema.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/text.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

constexpr unsigned kNull = 1U << 0U;
constexpr unsigned kBoolean = 1U << 1U;
constexpr unsigned kInteger = 1U << 2U;
constexpr unsigned kFraction = 1U << 3U;
constexpr unsigned kString = 1U << 4U;
constexpr unsigned kArray = 1U << 5U;
constexpr unsigned kObject = 1U << 6U;

unsigned kind_of(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return kNull;
    case json::value_t::boolean:
      return kBoolean;
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return kInteger;
    case json::value_t::number_float:
      return kFraction;
    case json::value_t::string:
      return kString;
    case json::value_t::array:
      return kArray;
    case json::value_t::object:
      return kObject;
    default:
      return 0;
  }
}

unsigned kinds_named(std::string_view type) {
  struct Name {
    std::string_view text;
    unsigned kinds;
  };
  static constexpr Name kNames[] = {{"null", kNull},       {"boolean", kBoolean},
                                    {"integer", kInteger}, {"number", kInteger | kFraction},
                                    {"string", kString},   {"array", kArray},
                                    {"object", kObject}};
  for (const auto& name : kNames) {
    if (name.text == type) {
      return name.kinds;
    }
  }
  return 0;
}

}  // namespace

/// What is asked of one member.
struct QuickSchema::Property {
  std::string key;
  bool required = false;
  std::unique_ptr<QuickSchema> schema;  ///< null when anything will do
};

QuickSchema::QuickSchema(const json& schema) : is_understood_(schema.is_object()) {
  for (const auto& [keyword, argument] : schema.items()) {
    read_keyword(keyword, argument);
  }
}

QuickSchema::~QuickSchema() = default;
QuickSchema::QuickSchema(QuickSchema&&) noexcept = default;
QuickSchema& QuickSchema::operator=(QuickSchema&&) noexcept = default;

/// The property of that key, put in its place when it is new.
QuickSchema::Property& QuickSchema::property(std::string_view key) {
  auto place = std::ranges::lower_bound(properties_, key, {}, &Property::key);
  if (place == properties_.end() || place->key != key) {
    place = properties_.insert(place, Property{std::string(key), false, nullptr});
  }
  return *place;
}

void QuickSchema::read_keyword(const std::string& keyword, const json& argument) {
  if (keyword == "type") {
    types_ = 0;
    for (const auto& name : argument.is_array() ? argument : json::array({argument})) {
      types_ |= kinds_named(name.get<std::string>());
    }
  } else if (keyword == "const") {
    choices_ = {argument};
  } else if (keyword == "enum") {
    choices_ = argument.get<std::vector<json>>();
  } else if (keyword == "minimum") {
    minimum_ = argument.get<double>();
  } else if (keyword == "minLength") {
    min_length_ = argument.get<std::size_t>();
  } else if (keyword == "pattern") {
    test_ = find_string_test(argument.get<std::string>());
    is_understood_ = is_understood_ && test_ != nullptr;
  } else if (keyword == "required") {
    for (const auto& key : argument) {
      property(key.get<std::string>()).required = true;
    }
  } else if (keyword == "properties") {
    for (const auto& [key, schema] : argument.items()) {
      property(key).schema = std::make_unique<QuickSchema>(schema);
    }
  } else if (keyword == "items") {
    items_ = std::make_unique<QuickSchema>(argument);
  } else if (keyword != "$schema" && keyword != "$id" && keyword != "title" &&
             keyword != "description") {
    is_understood_ = false;
  }
}

bool QuickSchema::surely_accepts(const json& value) const {
  if (!is_understood_ || (kind_of(value) & types_) == 0 || !accepts_scalar(value)) {
    return false;
  }
  if (value.is_object()) {
    return accepts_members(value);
  }
  return items_ == nullptr || !value.is_array() ||
         std::ranges::all_of(value.get_ref<const json::array_t&>(),
                             [&](const json& item) { return items_->surely_accepts(item); });
}

bool QuickSchema::accepts_scalar(const json& value) const {
  if (!choices_.empty() && std::ranges::find(choices_, value) == choices_.end()) {
    return false;
  }
  if (minimum_ && value.is_number() && value.get<double>() < *minimum_) {
    return false;
  }
  if (!value.is_string()) {
    return true;
  }
  const auto& text = value.get_ref<const std::string&>();
  // A text of one byte or more has one character or more.
  const bool is_long_enough =
      min_length_ == 0 || (min_length_ == 1 ? !text.empty() : text_width(text) >= min_length_);
  return is_long_enough && (test_ == nullptr || test_(text));
}

bool QuickSchema::accepts_members(const json& value) const {
  const auto& members = value.get_ref<const json::object_t&>();
  auto member = members.begin();
  for (const auto& property : properties_) {
    int order = -1;  // of the member's key beside the property's
    while (member != members.end() && (order = member->first.compare(property.key)) < 0) {
      ++member;
    }
    if (member == members.end() || order != 0) {
      if (property.required) {
        return false;
      }
    } else if (property.schema != nullptr && !property.schema->surely_accepts(member->second)) {
      return false;
    }
  }
  return true;
}

}  // namespace fogis::message
