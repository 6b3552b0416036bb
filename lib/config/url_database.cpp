#include "config/url_database.hpp"

#include "base/number.hpp"

namespace fogis::config {

std::optional<std::uint32_t> parse_url_database(std::string_view text, const UrlPiece& where,
                                                const std::string& part, UrlFindings& findings) {
  if (!is_digits(text)) {
    findings.fault(where, part, "bad-database", "the database is not a number of 0 or more",
                   "redis-cli and redis-py silently use database 0 or a part of the number");
    return std::nullopt;
  }
  const auto number = parse_number<std::uint32_t>(text);
  if (!number || *number > kMaxDatabase) {
    findings.fault(where, part, "database-too-large", "the database number is too high",
                   "a server has 16 databases, 0 to 15, by default");
    return std::nullopt;
  }
  return number;
}

}  // namespace fogis::config
