#include "message/schema.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "message/builder.hpp"
#include "message/json_schema.hpp"
#include "message_fixtures.hpp"
#include "support/paths.hpp"
#include "support/results.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

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

JsonSchema compile(std::string_view text) {
  return testing::require_ok(JsonSchema::compile(text));
}

/// Whether the schema accepts the value, and explains it if and only if it does not.
bool accepts(const JsonSchema& schema, const json& value) {
  Judgement judgement;
  Collector findings(judgement, 100);
  const bool accepted = schema.check(value, findings);
  CHECK(accepted == judgement.findings.empty());
  return accepted;
}

/// Asks all schemas, also those of other messages.
void check_agreement(const json& document, std::size_t& refused) {
  struct Pair {
    explicit Pair(std::string_view text) : ours(compile(text)), reference(json::parse(text)) {}
    JsonSchema ours;
    Reference reference;
  };
  static const auto kPairs = [] {
    std::deque<Pair> pairs;
    for (const auto& schema : schemas()) {
      pairs.emplace_back(schema.text);
    }
    return pairs;
  }();
  for (const auto& [ours, reference] : kPairs) {
    const bool accepted = reference.accepts(document);
    refused += accepted ? 0 : 1;
    if (accepts(ours, document) != accepted) {
      FAIL(document);
    }
  }
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

TEST_CASE("the schemas are those of the directory, unchanged") {
  const auto directory = testing::source_dir() / "lib/message/schemas";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
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

TEST_CASE("all schemas can be used") {
  for (const auto& schema : schemas()) {
    CAPTURE(schema.name);
    CHECK(JsonSchema::compile(schema.text));
  }
}

TEST_CASE("a schema with anything that is not known is an internal error") {
  const auto* const schema =
      GENERATE("{", "true", R"({"maxLength":100})", R"({"type":"nonsense"})", R"({"type":7})",
               R"({"pattern":"^a$"})", R"({"items":[{}]})", R"({"items":{"not":{}}})",
               R"({"properties":{"a":{"format":"date"}}})", R"({"minLength":"1"})");
  CAPTURE(schema);
  const auto error = testing::require_error(JsonSchema::compile(schema), ErrorKind::internal);
  CHECK(error.message.starts_with("invalid schema: "));
}

TEST_CASE("a schema says what valijson says of a document with any value in any place") {
  const auto shape = GENERATE(from_range(kShapes));
  CAPTURE(name(shape));
  const auto text = schema_for(shape).text;
  const auto compiled = compile(text);
  const Reference reference(json::parse(text));
  const auto message = json::parse(build_message(shape, {.matches = 1}));
  CHECK(accepts(compiled, message));
  CHECK(reference.accepts(message));

  std::size_t refused = 0;
  for (const auto& place : test::places_in(message)) {
    for (const auto& value : values_of_all_kinds()) {
      auto changed = message;
      changed[place] = value;
      const bool accepted = reference.accepts(changed);
      refused += accepted ? 0 : 1;
      if (accepts(compiled, changed) != accepted) {
        FAIL(place.to_string() << " as " << value);
      }
    }
  }
  CHECK(refused > 50);
}

TEST_CASE("every schema says what valijson says of the fixtures, and of them with much changed") {
  std::mt19937 random(20300601);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  std::size_t refused = 0;
  std::size_t documents = 0;
  for (const auto* const directory : {"valid", "invalid"}) {
    for (const auto& path : test::fixture_files(directory)) {
      CAPTURE(path);
      const auto message = json::parse(test::read_file(path), nullptr, false);
      if (!message.is_object()) {
        continue;
      }
      check_agreement(message, refused);
      const auto places = test::places_in(message);
      const auto values = values_of_all_kinds();
      for (int i = 0; i < 50; ++i, ++documents) {
        auto changed = message;
        for (int changes = 0; changes < 3; ++changes) {
          const auto& place = places[random() % places.size()];
          if (!changed.contains(place)) {
            continue;  // what was around it is gone
          }
          auto& parent = changed[place.parent_pointer()];
          if (random() % 4 == 0 && parent.is_object()) {
            parent.erase(place.back());
          } else {
            changed[place] = values[random() % values.size()];
          }
        }
        check_agreement(changed, refused);
      }
    }
  }
  CHECK(documents > 1000);
  CHECK(refused > documents);
}

TEST_CASE("each keyword concerns the values of its kind") {
  const auto says = [](const char* schema, const json& value) {
    return accepts(compile(schema), value);
  };
  CHECK(says("{}", 7));
  CHECK(says(R"({"type":"number"})", 7));
  CHECK(says(R"({"type":"number"})", 7.5));
  CHECK_FALSE(says(R"({"type":"integer"})", 7.5));
  CHECK_FALSE(says(R"({"minimum":7})", 6.5));
  CHECK(says(R"({"minimum":7})", "text"));
  CHECK(says(R"({"minLength":2})", "åå"));
  CHECK_FALSE(says(R"({"minLength":2})", "å"));
  CHECK(says(R"({"minLength":2})", 1));
  CHECK_FALSE(says(R"({"type":"string"})", json::binary({1})));
}

TEST_CASE("what the schema does not accept is explained") {
  const auto found = [](const char* schema, const json& value) {
    Judgement judgement;
    Collector findings(judgement, 10);
    CHECK_FALSE(compile(schema).check(value, findings));
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
  CHECK(found(R"({"minimum":1})", 0) == ": 0, expected value of at least 1");
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
