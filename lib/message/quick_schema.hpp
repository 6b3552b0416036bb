// The short way through a JSON Schema: yes, or ask a validator.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/patterns.hpp"

namespace fogis::message {

/// Tells quickly that a schema accepts a value. A validator takes some twenty times as long, for it
/// notes where it is at each step, and nearly all messages are good. It knows the keywords `type`,
/// `const`, `enum`, `minimum`, `minLength`, `required`, `properties`, `items` (one schema for all)
/// and the patterns of find_string_test(); a schema with anything else is never said to accept.
/// Immutable, so any number of threads may use it at once.
class QuickSchema {
public:
  explicit QuickSchema(const nlohmann::json& schema);
  ~QuickSchema();
  QuickSchema(QuickSchema&&) noexcept;
  QuickSchema& operator=(QuickSchema&&) noexcept;

  /// True when the schema accepts the value; false when it may not, or when this class cannot tell.
  [[nodiscard]] bool surely_accepts(const nlohmann::json& value) const;

private:
  struct Property;

  void read_keyword(const std::string& keyword, const nlohmann::json& argument);
  Property& property(std::string_view key);
  [[nodiscard]] bool accepts_scalar(const nlohmann::json& value) const;
  [[nodiscard]] bool accepts_members(const nlohmann::json& value) const;

  bool is_understood_ = true;
  unsigned types_ = ~0U;  ///< a bit for each kind of value
  std::vector<nlohmann::json> choices_;
  std::optional<double> minimum_;
  std::size_t min_length_ = 0;
  StringTest test_ = nullptr;
  std::unique_ptr<QuickSchema> items_;
  std::vector<Property> properties_;  ///< in the order of an object's members
};

}  // namespace fogis::message
