#include "message/compiled_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

namespace valijson {

/// Found by valijson's multipleOf before the one of libm, which it alone would load at every start
/// of the program (0.35 MB). None of our schemas has a multipleOf.
inline double remainder(double value, double divisor) {
  return value - divisor * std::round(value / divisor);
}

}  // namespace valijson

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "message/patterns.hpp"
#include "message/quick_schema.hpp"
#include "message/quote.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

using Keys = std::vector<std::string>;

const json* member(const json& value, std::string_view key) {
  if (!value.is_object()) {
    return nullptr;
  }
  const auto found = value.find(key);
  return found == value.end() ? nullptr : &*found;
}

/// What a subschema asks of a value, for people; empty when that cannot be said shortly.
std::string expectation(const json& schema) {
  if (const auto* constant = member(schema, "const")) {
    return constant->dump();
  }
  if (const auto* choices = member(schema, "enum")) {
    std::vector<std::string> texts;
    for (const auto& choice : *choices) {
      texts.push_back(choice.dump());
    }
    return fmt::format("one of {}", fmt::join(texts, ", "));
  }
  if (const auto* type = member(schema, "type")) {
    auto text = type->is_array() ? fmt::format("{}", fmt::join(type->get<Keys>(), " or "))
                                 : type->get<std::string>();
    if (const auto* minimum = member(schema, "minimum")) {
      text += " of at least " + minimum->dump();
    }
    return schema.contains("minLength") ? text + " that is not empty" : text;
  }
  return {};
}

/// The property that valijson's text says is missing, or nothing.
std::string_view missing_property(std::string_view description) {
  constexpr std::string_view kHead = "Missing required property '";
  if (!description.starts_with(kHead)) {
    return {};
  }
  description.remove_prefix(kHead.size());
  return description.substr(0, description.rfind('\''));
}

/// Whether an error only repeats that something inside the value is wrong.
bool is_repetition(std::string_view description) {
  return description.starts_with("Failed to validate against schema associated with property");
}

}  // namespace

/// A schema without the arrays' elements; those have a piece each.
class CompiledSchema::Piece {
public:
  explicit Piece(json schema) : schema_(std::move(schema)) {
    auto remaining = schema_;
    Keys keys;
    detach(remaining, keys);
    quick_.emplace(remaining);
    valijson::SchemaParser().populateSchema(Adapter(remaining), valijson_);
  }

  bool check(const json& value, const Path& path, Collector& findings) const {
    bool accepted = quick_->surely_accepts(value) || validate(value, path, findings);
    for (const auto& point : strings_) {
      accepted = descend(value, point.keys, 0, path,
                         [&](const json& text, const Path& at) {
                           return check_string(point, text, at, findings);
                         }) &&
                 accepted;
    }
    for (const auto& point : arrays_) {
      accepted = descend(value, point.keys, 0, path,
                         [&](const json& array, const Path& at) {
                           return check_elements(*point.element, array, at, findings);
                         }) &&
                 accepted;
    }
    return accepted;
  }

private:
  struct ArrayPoint {
    Keys keys;
    std::unique_ptr<Piece> element;
  };
  struct StringPoint {
    Keys keys;
    StringTest test;
    std::string pattern;
  };

  /// Moves what valijson shall not see from `schema`, which is at `keys`, into our own tables.
  void detach(json& schema, Keys& keys) {
    if (const auto items = schema.find("items"); items != schema.end()) {
      arrays_.push_back({keys, std::make_unique<Piece>(std::move(*items))});
      schema.erase(items);
    }
    if (const auto pattern = schema.find("pattern"); pattern != schema.end()) {
      auto text = pattern->get<std::string>();
      strings_.push_back({keys, find_string_test(text), std::move(text)});
      schema.erase(pattern);
    }
    if (const auto properties = schema.find("properties"); properties != schema.end()) {
      for (auto& [key, property] : properties->items()) {
        keys.push_back(key);
        detach(property, keys);
        keys.pop_back();
      }
    }
  }

  /// Calls `use` with the value behind the keys and its path. True where there is no such value.
  template <typename Use>
  static bool descend(const json& value, const Keys& keys, std::size_t level, const Path& path,
                      Use&& use) {
    if (level == keys.size()) {
      return use(value, path);
    }
    const auto* next = member(value, keys[level]);
    return next == nullptr || descend(*next, keys, level + 1, Path(path, keys[level]), use);
  }

  static bool check_elements(const Piece& element, const json& array, const Path& path,
                             Collector& findings) {
    if (!array.is_array()) {
      return true;  // that is the business of `type`
    }
    bool accepted = true;
    for (std::size_t i = 0; i < array.size(); ++i) {
      accepted = element.check(array[i], Path(path, i), findings) && accepted;
    }
    return accepted;
  }

  static bool check_string(const StringPoint& point, const json& text, const Path& path,
                           Collector& findings) {
    if (!text.is_string() || point.test(text.get_ref<const std::string&>())) {
      return true;
    }
    add(path, findings,
        [&] { return fmt::format("{}, expected the form {}", describe(text), point.pattern); });
    return false;
  }

  template <typename Found>
  static void add(const Path& path, Collector& findings, Found&& found) {
    if (!findings.has_error_at(path.pointer())) {
      findings.add("schema", path, found);
    }
  }

  [[nodiscard]] bool validate(const json& value, const Path& path, Collector& findings) const {
    valijson::ValidationResults results;
    const bool accepted = valijson::Validator().validate(valijson_, Adapter(value), &results);
    for (const auto& error : results) {
      if (!is_repetition(error.description)) {
        locate(error, 1, value, schema_, path, findings);
      }
    }
    return accepted;
  }

  /// Follows the error's context, `<root>`, `[key]`, `[key]`, …, and adds the finding at its end.
  static void locate(const valijson::ValidationResults::Error& error, std::size_t level,
                     const json& value, const json& schema, const Path& path, Collector& findings) {
    if (level < error.context.size()) {
      const auto& step = error.context[level];
      const std::string_view key(step.data() + 1, step.size() - 2);
      const auto* inner = member(value, key);
      const auto* properties = member(schema, "properties");
      const auto* inner_schema = properties == nullptr ? nullptr : member(*properties, key);
      if (inner != nullptr && inner_schema != nullptr) {
        locate(error, level + 1, *inner, *inner_schema, Path(path, key), findings);
        return;
      }
    }
    if (const auto property = missing_property(error.description); !property.empty()) {
      add(Path(path, property), findings, [] { return std::string("missing"); });
      return;
    }
    add(path, findings, [&] {
      const auto expected = expectation(schema);
      return fmt::format("{}, {}", describe(value),
                         expected.empty() ? error.description : "expected " + expected);
    });
  }

  json schema_;
  std::optional<QuickSchema> quick_;
  valijson::Schema valijson_;
  std::vector<ArrayPoint> arrays_;
  std::vector<StringPoint> strings_;
};

CompiledSchema::CompiledSchema(std::string_view text)
    : root_(std::make_unique<Piece>(json::parse(text))) {}

CompiledSchema::~CompiledSchema() = default;

bool CompiledSchema::check(const json& document, Collector& findings) const {
  return root_->check(document, Path(), findings);
}

}  // namespace fogis::message
