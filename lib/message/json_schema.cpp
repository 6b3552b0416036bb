#include "message/json_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "message/message_view.hpp"
#include "message/quote.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

constexpr unsigned kInteger = 1U << static_cast<unsigned>(json::value_t::number_integer);
constexpr unsigned kFraction = 1U << static_cast<unsigned>(json::value_t::number_float);

/// A bit for the kind of the value.
unsigned kind_of(const json& value) {
  return value.is_number_integer() ? kInteger : 1U << static_cast<unsigned>(value.type());
}

/// The bits of a `type`; none when there is no such type.
unsigned kinds_named(std::string_view type) {
  using ValueKind = json::value_t;
  constexpr std::pair<std::string_view, ValueKind> kNames[] = {
      {"null", ValueKind::null},
      {"boolean", ValueKind::boolean},
      {"string", ValueKind::string},
      {"array", ValueKind::array},
      {"integer", ValueKind::number_integer},
      {"object", ValueKind::object},
      {"number", ValueKind::binary},  // stands for both kinds of numbers
  };
  for (const auto& [name, kind] : kNames) {
    if (name == type) {
      return kind == ValueKind::binary ? kInteger | kFraction : 1U << static_cast<unsigned>(kind);
    }
  }
  return 0;
}

Error unusable(std::string_view fault) {
  return make_error(ErrorKind::internal, Phase::schema, fmt::format("invalid schema: {}", fault));
}

/// What a schema asks of a value itself, for people.
std::string expectation(const json& schema) {
  if (const auto* constant = find_member(schema, "const")) {
    return constant->dump();
  }
  std::vector<std::string> texts;
  if (const auto* choices = find_member(schema, "enum")) {
    std::ranges::transform(*choices, std::back_inserter(texts),
                           [](const json& choice) { return choice.dump(); });
    return fmt::format("one of {}", fmt::join(texts, ", "));
  }
  const auto* const type = find_member(schema, "type");
  auto text = type == nullptr ? "value"
              : type->is_array()
                  ? fmt::format("{}", fmt::join(type->get<std::vector<std::string>>(), " or "))
                  : type->get<std::string>();
  if (const auto* minimum = find_member(schema, "minimum")) {
    text += " of at least " + minimum->dump();
  }
  return schema.contains("minLength") ? text + " that is not empty" : text;
}

/// Whether the calendar as deployed never reads that place, so that nothing it finds there keeps an
/// entry from being written. Of a place that is not listed nobody knows.
bool is_unread_by_calendar(std::string_view pointer) {
  static constexpr auto kFields = std::to_array<std::string_view>(
      {"/message_id", "/timestamp", "/source", "/version", "/schema_version", "/schema_type",
       "/backward_compatible", "/new_fields", "/payload/schema_version", "/payload/high_priority"});
  static constexpr std::string_view kMetadata = "/payload/metadata/";
  return std::ranges::find(kFields, pointer) != kFields.end() ||
         pointer.starts_with("/new_fields/") ||
         (pointer.starts_with(kMetadata) && pointer != "/payload/metadata/has_changes");
}

template <typename Found>
void add(const Path& path, Collector& findings, Found&& found) {
  const auto pointer = path.pointer();
  if (findings.is_reported(pointer)) {
    return;
  }
  if (is_unread_by_calendar(pointer)) {
    findings.add("schema", path, found);
  } else {
    findings.add_for_all("schema", path, found);
  }
}

}  // namespace

Result<JsonSchema> JsonSchema::compile(std::string_view text) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& fault) {
    return failure(unusable(fault.what()));
  }
}

Result<JsonSchema> JsonSchema::read(const json& schema) {
  if (!schema.is_object()) {
    return failure(unusable("it is not an object: " + describe(schema)));
  }
  JsonSchema result;
  for (const auto& [keyword, argument] : schema.items()) {
    TRY(result.read_keyword(keyword, argument));
  }
  result.expected_ = expectation(schema);
  return result;
}

Result<void> JsonSchema::read_keyword(const std::string& keyword, const json& argument) {
  if (keyword == "type") {
    return read_type(argument);
  }
  if (keyword == "const") {
    choices_ = {argument};
  } else if (keyword == "enum") {
    choices_ = argument.get<std::vector<json>>();
  } else if (keyword == "minimum") {
    minimum_ = argument.get<double>();
  } else if (keyword == "minLength") {
    min_length_ = argument.get<std::size_t>();
  } else if (keyword == "pattern") {
    pattern_ = argument.get<std::string>();
    test_ = find_string_test(pattern_);
    return test_ != nullptr ? Result<void>() : failure(unusable("unsupported pattern " + pattern_));
  } else if (keyword == "required") {
    for (const auto& key : argument) {
      property(key.get<std::string>()).required = true;
    }
  } else if (keyword == "properties") {
    for (const auto& [key, schema] : argument.items()) {
      TRY_ASSIGN(auto inner, read(schema));
      property(key).schema = std::make_unique<JsonSchema>(std::move(inner));
    }
  } else if (keyword == "items") {
    TRY_ASSIGN(auto inner, read(argument));
    items_ = std::make_unique<JsonSchema>(std::move(inner));
  } else if (keyword != "$schema" && keyword != "$id" && keyword != "title" &&
             keyword != "description") {
    return failure(unusable("unknown keyword " + keyword));
  }
  return {};
}

Result<void> JsonSchema::read_type(const json& argument) {
  types_ = 0;
  for (const auto& name : argument.is_array() ? argument : json::array({argument})) {
    const auto kinds = kinds_named(name.get<std::string>());
    if (kinds == 0) {
      return failure(unusable("unknown type " + name.dump()));
    }
    types_ |= kinds;
  }
  return {};
}

/// The property of that key, put in its place when it is new.
JsonSchema::Property& JsonSchema::property(std::string_view key) {
  auto place = std::ranges::lower_bound(properties_, key, {}, &Property::key);
  if (place == properties_.end() || place->key != key) {
    place = properties_.insert(place, Property{std::string(key), false, nullptr});
  }
  return *place;
}

bool JsonSchema::has_type(const json& value) const {
  return (kind_of(value) & types_) != 0;
}

bool JsonSchema::is_chosen(const json& value) const {
  return choices_.empty() || std::ranges::find(choices_, value) != choices_.end();
}

bool JsonSchema::is_large_enough(const json& value) const {
  return !minimum_ || !value.is_number() || value.get<double>() >= *minimum_;
}

bool JsonSchema::is_long_enough(const json& value) const {
  if (min_length_ == 0 || !value.is_string()) {
    return true;
  }
  const auto& text = value.get_ref<const std::string&>();
  // A text of one byte or more has one character or more.
  return min_length_ == 1 ? !text.empty() : text_width(text) >= min_length_;
}

bool JsonSchema::has_form(const json& value) const {
  return test_ == nullptr || !value.is_string() || test_(value.get_ref<const std::string&>());
}

bool JsonSchema::accepts(const json& value) const {
  if (!has_type(value) || !is_chosen(value) || !is_large_enough(value) || !is_long_enough(value) ||
      !has_form(value)) {
    return false;
  }
  if (value.is_object()) {
    return accepts_members(value);
  }
  return items_ == nullptr || !value.is_array() ||
         std::ranges::all_of(value.get_ref<const json::array_t&>(),
                             [&](const json& item) { return items_->accepts(item); });
}

/// Walks along both in their common order: a look-up for each property would take longer.
bool JsonSchema::accepts_members(const json& value) const {
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
    } else if (property.schema != nullptr && !property.schema->accepts(member->second)) {
      return false;
    }
  }
  return true;
}

bool JsonSchema::check(const json& value, Collector& findings) const {
  const bool accepted = accepts(value);
  if (!accepted) {
    report(value, Path(), findings);
  }
  return accepted;
}

void JsonSchema::report(const json& value, const Path& path, Collector& findings) const {
  for (const auto stage : {Pass::values, Pass::forms, Pass::elements}) {
    report(stage, value, path, findings);
  }
}

void JsonSchema::report(Pass stage, const json& value, const Path& path,
                        Collector& findings) const {
  if (stage == Pass::values) {
    report_value(value, path, findings);
  } else if (stage == Pass::forms && !has_form(value)) {
    add(path, findings,
        [&] { return fmt::format("{}, expected the form {}", describe(value), pattern_); });
  } else if (stage == Pass::elements && items_ != nullptr && value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!items_->accepts(value[i])) {
        items_->report(value[i], Path(path, i), findings);
      }
    }
  }
  for (const auto& property : properties_) {
    const auto* const member = find_member(value, property.key);
    if (member != nullptr && property.schema != nullptr) {
      property.schema->report(stage, *member, Path(path, property.key), findings);
    }
  }
  for (const auto& property : properties_) {
    if (stage == Pass::values && property.required && value.is_object() &&
        !value.contains(property.key)) {
      add(Path(path, property.key), findings, [] { return std::string("missing"); });
    }
  }
}

/// A finding for each keyword that the value itself breaks.
void JsonSchema::report_value(const json& value, const Path& path, Collector& findings) const {
  for (const bool kept :
       {is_chosen(value), is_large_enough(value), is_long_enough(value), has_type(value)}) {
    if (!kept) {
      add(path, findings,
          [&] { return fmt::format("{}, expected {}", describe(value), expected_); });
    }
  }
}

}  // namespace fogis::message
