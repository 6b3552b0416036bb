// The fields of an INFO reply.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fogis::redis {

/// Fields by name. Servers differ in what they tell, so every field may be absent. Unknown fields,
/// section headers and lines without a colon do no harm.
class Info {
public:
  Info() = default;
  /// \param reply the text of an INFO reply; lines end in CRLF or LF.
  explicit Info(std::string_view reply);

  [[nodiscard]] bool empty() const { return fields_.empty(); }
  /// All of them, by name.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& fields() const {
    return fields_;
  }
  [[nodiscard]] std::optional<std::string> text(std::string_view field) const;
  /// Nothing also when the value is not a whole number.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view field) const;
  /// Nothing also when the value is not a number.
  [[nodiscard]] std::optional<double> number(std::string_view field) const;

private:
  std::map<std::string, std::string, std::less<>> fields_;
};

}  // namespace fogis::redis
