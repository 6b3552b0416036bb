// A database number in a URL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/url_findings.hpp"

namespace fogis::config {

/// The largest index that SELECT can take: Redis holds it in an int.
inline constexpr std::uint32_t kMaxDatabase = 2147483647;

/// The database that `text` names. Nothing, and a fault at `where`, when it is none: `bad-database`
/// for anything but digits, `database-too-large` above kMaxDatabase. The text is not quoted.
std::optional<std::uint32_t> parse_url_database(std::string_view text, const UrlPiece& where,
                                                const std::string& part, UrlFindings& findings);

}  // namespace fogis::config
