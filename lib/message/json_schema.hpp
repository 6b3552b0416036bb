// A JSON Schema made ready to judge many values.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "message/collector.hpp"
#include "message/patterns.hpp"

namespace fogis::message {

/// The part of draft 7 that our schemas use: `type`, `const`, `enum`, `minimum`, `minLength`,
/// `pattern` (those that find_string_test() knows), `required`, `properties` and `items` (one
/// schema for all). Immutable, so any number of threads may use it at once.
class JsonSchema {
public:
  /// Reads a schema.
  /// Errors (kind internal, phase schema): it is no JSON, or has a keyword or an argument that is
  /// not known here, which is never passed over in silence.
  static Result<JsonSchema> compile(std::string_view text);

  /// Whether the schema accepts the value. The value's depth must be bounded. Most messages are
  /// good, so this takes no note of places.
  [[nodiscard]] bool accepts(const nlohmann::json& value) const;

  /// The same, and adds a finding for each value inside that the schema does not accept, but for
  /// those where `findings` has an error already. The order: what the properties are, at any depth,
  /// then the forms of strings, then the elements of arrays, each in that order again.
  [[nodiscard]] bool check(const nlohmann::json& value, Collector& findings) const;

private:
  struct Property {
    std::string key;
    bool required = false;
    std::unique_ptr<JsonSchema> schema;  ///< null when anything will do
  };
  enum class Pass : std::uint8_t { values, forms, elements };

  JsonSchema() = default;
  static Result<JsonSchema> read(const nlohmann::json& schema);
  Result<void> read_keyword(const std::string& keyword, const nlohmann::json& argument);
  Result<void> read_type(const nlohmann::json& argument);
  Property& property(std::string_view key);

  [[nodiscard]] bool has_type(const nlohmann::json& value) const;
  [[nodiscard]] bool is_chosen(const nlohmann::json& value) const;
  [[nodiscard]] bool is_large_enough(const nlohmann::json& value) const;
  [[nodiscard]] bool is_long_enough(const nlohmann::json& value) const;
  [[nodiscard]] bool has_form(const nlohmann::json& value) const;
  [[nodiscard]] bool accepts_members(const nlohmann::json& value) const;

  void report(const nlohmann::json& value, const Path& path, Collector& findings) const;
  void report(Pass stage, const nlohmann::json& value, const Path& path, Collector& findings) const;
  void report_value(const nlohmann::json& value, const Path& path, Collector& findings) const;

  unsigned types_ = ~0U;  ///< a bit for each kind of value
  std::vector<nlohmann::json> choices_;
  std::optional<double> minimum_;
  std::size_t min_length_ = 0;  ///< code points
  StringTest test_ = nullptr;
  std::string pattern_;   ///< of test_
  std::string expected_;  ///< what is asked of a value, for people
  std::unique_ptr<JsonSchema> items_;
  std::vector<Property> properties_;  ///< in the order of an object's members
};

}  // namespace fogis::message
