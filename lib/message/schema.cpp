#include "message/schema.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "message/json_schema.hpp"
#include "message/schema_files.hpp"

namespace fogis::message {
namespace {

constexpr std::string_view kExtension = ".schema.json";

std::vector<Schema> list_schemas() {
  std::vector<Schema> list;
  for (const auto& file : schema_files()) {
    const auto name = file.name.substr(0, file.name.size() - kExtension.size());
    const auto type = parse_type(name.substr(0, name.find('-')));
    if (type) {
      list.push_back({name, *type, file.text});
    }
  }
  std::ranges::sort(list, {}, &Schema::name);
  return list;
}

std::string_view schema_name(Shape shape) {
  switch (shape) {
    case Shape::production:
    case Shape::corrected:
      return "match_updates-2.0-raw";
    case Shape::enhanced_v2:
      return "match_updates-2.0";
    case Shape::enhanced_v1_5:
      return "match_updates-1.5";
    case Shape::legacy_v1:
      return "match_updates-1.0";
    case Shape::processing_status:
      return "processing_status-1.0";
    case Shape::system_alert:
      return "system_alert-1.0";
  }
  return {};
}

const Result<JsonSchema>& compiled(Shape shape) {
  struct Slot {
    std::once_flag once;
    std::optional<Result<JsonSchema>> schema;
  };
  static std::array<Slot, kShapes.size()> slots;
  auto& slot = slots[static_cast<std::size_t>(shape)];
  std::call_once(slot.once, [&] { slot.schema = JsonSchema::compile(schema_for(shape).text); });
  return *slot.schema;
}

}  // namespace

std::span<const Schema> schemas() {
  static const auto kSchemas = list_schemas();
  return kSchemas;
}

const Schema* find_schema(std::string_view name) {
  for (const auto& schema : schemas()) {
    if (schema.name == name) {
      return &schema;
    }
  }
  return nullptr;
}

const Schema& schema_for(Shape shape) {
  return *find_schema(schema_name(shape));
}

bool check_schema(const nlohmann::json& message, Shape shape, Collector& findings) {
  const auto& schema = compiled(shape);
  if (!schema) {
    findings.add("not-judged", Path(), [&] { return schema.error().message; });
    return false;
  }
  return schema->check(message, findings);
}

}  // namespace fogis::message
