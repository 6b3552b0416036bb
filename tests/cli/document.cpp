#include "cli/document.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_container_properties.hpp>
#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "support/paths.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

json load_schema(std::string_view kind) {
  const auto path = source_dir() / "docs/schemas" / (std::string(kind) + ".schema.json");
  auto schema = json::parse(read_file(path), nullptr, false);
  if (schema.is_discarded()) {
    FAIL("no schema in " << path);
  }
  return schema;
}

std::string faults_of(valijson::ValidationResults& results) {
  std::string text;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const auto& step : error.context) {
      text += step;
    }
    text += ": " + error.description + "\n";
  }
  return text;
}

const json& follow(const json& schema, const json& root) {
  const auto reference = schema.find("$ref");
  return reference == schema.end()
             ? schema
             : root.at(json::json_pointer(reference->get<std::string>().substr(1)));
}

/// Adds the places of fields that no schema describes. A schema that lists no properties describes
/// all of them.
void find_undescribed(const json& value, const json& schema_or_reference, const json& root,
                      const std::string& place, std::set<std::string>& found) {
  const auto& schema = follow(schema_or_reference, root);
  if (schema.contains("anyOf")) {
    if (!value.is_null()) {
      find_undescribed(value, schema.at("anyOf").back(), root, place, found);
    }
  } else if (value.is_array() && schema.contains("items")) {
    for (const auto& item : value) {
      find_undescribed(item, schema.at("items"), root, place + "[]", found);
    }
  } else if (value.is_object() && schema.contains("properties")) {
    for (const auto& [name, field] : value.items()) {
      const auto& known = schema.at("properties");
      if (known.contains(name)) {
        find_undescribed(field, known.at(name), root, place + "/" + name, found);
      } else {
        found.insert(place + "/" + name);
      }
    }
  }
}

}  // namespace

json require_document(const std::string& text, std::string_view kind) {
  INFO(text);
  auto document = json::parse(text, nullptr, false);
  REQUIRE_FALSE(document.is_discarded());
  const auto root = load_schema(kind);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(Adapter(root), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (!validator.validate(schema, Adapter(document), &results)) {
    FAIL(faults_of(results));
  }
  std::set<std::string> undescribed;
  find_undescribed(document, root, root, "", undescribed);
  CHECK_THAT(undescribed, Catch::Matchers::IsEmpty());
  return document;
}

}  // namespace fogis::testing
