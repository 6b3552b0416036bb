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

QuickSchema::QuickSchema(const json& schema) : is_understood_(schema.is_object()) {
  for (const auto& [keyword, argument] : schema.items()) {
    read_keyword(keyword, argument);
  }
}

QuickSchema::~QuickSchema() = default;
QuickSchema::QuickSchema(QuickSchema&&) noexcept = default;
QuickSchema& QuickSchema::operator=(QuickSchema&&) noexcept = default;

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
  } else if (keyword == "required") {
    required_ = argument.get<std::vector<std::string>>();
  } else if (keyword == "properties") {
    for (const auto& [key, property] : argument.items()) {
      properties_.emplace_back(key, QuickSchema(property));
    }
  } else if (keyword != "$schema" && keyword != "$id" && keyword != "title" &&
             keyword != "description") {
    is_understood_ = false;
  }
}

bool QuickSchema::surely_accepts(const json& value) const {
  return is_understood_ && (kind_of(value) & types_) != 0 && accepts_scalar(value) &&
         (!value.is_object() || accepts_members(value));
}

bool QuickSchema::accepts_scalar(const json& value) const {
  if (!choices_.empty() && std::ranges::find(choices_, value) == choices_.end()) {
    return false;
  }
  if (minimum_ && value.is_number() && value.get<double>() < *minimum_) {
    return false;
  }
  return min_length_ == 0 || !value.is_string() ||
         text_width(value.get_ref<const std::string&>()) >= min_length_;
}

bool QuickSchema::accepts_members(const json& value) const {
  const auto& members = value.get_ref<const json::object_t&>();
  for (const auto& key : required_) {
    if (!members.contains(key)) {
      return false;
    }
  }
  for (const auto& [key, schema] : properties_) {
    const auto member = members.find(key);
    if (member != members.end() && !schema.surely_accepts(member->second)) {
      return false;
    }
  }
  return true;
}

}  // namespace fogis::message
