#include "message/schema.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "message/builder.hpp"
#include "message/compiled_schema.hpp"
#include "message/patterns.hpp"
#include "message/quick_schema.hpp"
#include "message_fixtures.hpp"
#include "support/paths.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

/// Calls `use(schema)` for the schema and each one inside it.
template <typename Use>
void for_each_subschema(const json& schema, Use&& use) {
  use(schema);
  if (schema.contains("items")) {
    for_each_subschema(schema["items"], use);
  }
  if (schema.contains("properties")) {
    for (const auto& property : schema["properties"]) {
      for_each_subschema(property, use);
    }
  }
}

/// What valijson says by itself.
class Reference {
public:
  explicit Reference(const json& schema) {
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schema),
                                            schema_);
  }
  [[nodiscard]] bool accepts(const json& value) const {
    return valijson::Validator().validate(schema_, valijson::adapters::NlohmannJsonAdapter(value),
                                          nullptr);
  }

private:
  valijson::Schema schema_;
};

bool compiled_accepts(const CompiledSchema& schema, const json& value) {
  Judgement judgement;
  Collector findings(judgement, 100);
  const bool accepted = schema.check(value, findings);
  CHECK(accepted == judgement.findings.empty());
  return accepted;
}

std::vector<json> values_of_all_kinds() {
  return {nullptr,
          true,
          -1,
          0,
          1,
          1.5,
          "",
          "text",
          "1.0",
          "completed",
          "/Date(1)/",
          json::array(),
          json::array({nullptr}),
          json::array({"text"}),
          json::object(),
          json::object({{"name", "text"}})};
}

}  // namespace

TEST_CASE("the schemas are those of the folder, unchanged") {
  const auto folder = testing::source_dir() / "lib/message/schemas";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++files;
    auto name = entry.path().filename().string();
    name.resize(name.size() - std::string_view(".schema.json").size());
    CAPTURE(name);
    const auto* schema = find_schema(name);
    REQUIRE(schema != nullptr);
    CHECK(schema->text == test::read_file(entry.path()));
  }
  CHECK(schemas().size() == files);
  CHECK(std::ranges::is_sorted(schemas(), {}, &Schema::name));
  CHECK(find_schema("match_updates") == nullptr);
}

TEST_CASE("each schema says what it is and where it belongs") {
  std::set<std::string> ids;
  for (const auto& schema : schemas()) {
    CAPTURE(schema.name);
    const auto document = json::parse(schema.text);
    CHECK(document["$schema"] == "http://json-schema.org/draft-07/schema#");
    CHECK(document["$id"].get<std::string>().ends_with("/" + std::string(schema.name) +
                                                       ".schema.json"));
    CHECK(ids.insert(document["$id"]).second);
    CHECK_FALSE(document["title"].get<std::string>().empty());
    CHECK_FALSE(document["description"].get<std::string>().empty());
    CHECK(document["properties"]["type"]["const"] == std::string(name(schema.type)));
    CHECK(document["required"].size() >= 6);
  }
}

TEST_CASE("each shape has a schema of its type") {
  for (const auto shape : kShapes) {
    CHECK(schema_for(shape).type == type_of(shape));
  }
  CHECK(schema_for(Shape::production).name == schema_for(Shape::corrected).name);
}

TEST_CASE("the schemas keep to the keywords that are checked") {
  const std::set<std::string> known = {"$schema", "$id",     "title",     "description", "type",
                                       "const",   "enum",    "minimum",   "minLength",   "required",
                                       "items",   "pattern", "properties"};
  for (const auto& schema : schemas()) {
    CAPTURE(schema.name);
    for_each_subschema(json::parse(schema.text), [&](const json& subschema) {
      REQUIRE(subschema.is_object());
      for (const auto& [keyword, argument] : subschema.items()) {
        CAPTURE(keyword);
        CHECK(known.contains(keyword));
        if (keyword == "pattern") {
          CHECK(find_string_test(argument.get<std::string>()) != nullptr);
        }
        if (keyword == "items") {
          CHECK(argument.is_object());
        }
      }
    });
  }
}

TEST_CASE("a compiled schema says what valijson says of the whole document") {
  const auto shape = GENERATE(from_range(kShapes));
  CAPTURE(name(shape));
  const auto text = schema_for(shape).text;
  const CompiledSchema compiled(text);
  const Reference reference(json::parse(text));
  const auto message = json::parse(build_message(shape, {.matches = 1}));
  CHECK(compiled_accepts(compiled, message));
  CHECK(reference.accepts(message));

  std::size_t refused = 0;
  for (const auto& place : test::places_in(message)) {
    for (const auto& value : values_of_all_kinds()) {
      auto changed = message;
      changed[place] = value;
      const bool accepted = reference.accepts(changed);
      refused += accepted ? 0 : 1;
      if (compiled_accepts(compiled, changed) != accepted) {
        FAIL(place.to_string() << " as " << value);
      }
    }
  }
  CHECK(refused > 50);
}

TEST_CASE("the short way never accepts what it does not understand") {
  const auto accepts = [](const char* schema, const json& value) {
    return QuickSchema(json::parse(schema)).surely_accepts(value);
  };
  CHECK(accepts("{}", 7));
  CHECK_FALSE(accepts("true", 7));
  CHECK_FALSE(accepts(R"({"maxLength":100})", "text"));
  CHECK_FALSE(accepts(R"({"properties":{"a":{"format":"date"}}})", {{"a", "text"}}));
  CHECK(accepts(R"({"properties":{"a":{"format":"date"}}})", {{"b", "text"}}));
  CHECK_FALSE(accepts(R"({"type":"nonsense"})", 7));
  CHECK(accepts(R"({"type":"number"})", 7));
  CHECK(accepts(R"({"type":"number"})", 7.5));
  CHECK_FALSE(accepts(R"({"type":"integer"})", 7.5));
  CHECK_FALSE(accepts(R"({"minimum":7})", 6.5));
  CHECK(accepts(R"({"minimum":7})", "text"));
  CHECK(accepts(R"({"minLength":2})", "åå"));
  CHECK_FALSE(accepts(R"({"minLength":2})", "å"));
  CHECK(accepts(R"({"minLength":2})", 1));
  CHECK_FALSE(accepts(R"({"type":"string"})", json::binary({1})));
}

TEST_CASE("what the schema does not accept is explained") {
  const auto found = [](const char* schema, const json& value) {
    Judgement judgement;
    Collector findings(judgement, 10);
    CHECK_FALSE(CompiledSchema(schema).check(value, findings));
    REQUIRE(judgement.findings.size() == 1);
    return judgement.findings.front().pointer + ": " + judgement.findings.front().found;
  };
  CHECK(found(R"({"type":["integer","null"]})", "x") == ": \"x\", expected integer or null");
  CHECK(found(R"({"properties":{"a":{"const":"b"}}})", {{"a", "c"}}) ==
        "/a: \"c\", expected \"b\"");
  CHECK(found(R"({"enum":["a","b"]})", {{"a", 1}}) ==
        ": an object with 1 member, expected one of \"a\", \"b\"");
  CHECK(found(R"({"type":"integer","minimum":0})", -1) == ": -1, expected integer of at least 0");
  CHECK(found(R"({"type":"string","minLength":1})", "") ==
        ": \"\", expected string that is not empty");
  CHECK(found(R"({"items":{"items":{"type":"null"}}})", json::array({json::array({nullptr, 1})})) ==
        "/0/1: 1, expected null");
  CHECK(found(R"({"required":["it's"]})", json::object()) == "/it's: missing");
  CHECK(found(R"({"maxLength":1})", "ab").starts_with(": \"ab\", String should be no more than 1"));
  CHECK(found(R"({"pattern":"^/Date\\(-?[0-9]+\\)/$"})", "now") ==
        ": \"now\", expected the form ^/Date\\(-?[0-9]+\\)/$");
}

TEST_CASE("a schema may be used by many threads from its first use on") {
  const auto document = build_message(Shape::enhanced_v1_5, {.now = test::now()});
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::vector<std::size_t> accepted(4);
  for (auto& count : accepted) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        count += judge(document, test::options()).schema_valid ? 1U : 0U;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(std::ranges::all_of(accepted, [](std::size_t count) { return count == 50; }));
}

}  // namespace fogis::message
