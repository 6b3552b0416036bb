// The part of a URL after the question mark.
#pragma once

#include <string_view>

#include "config/redis_url.hpp"
#include "config/url_findings.hpp"

namespace fogis::config {

/// The code of a client name that is a URL with user information: its "@" is not that of the URL.
inline constexpr std::string_view kUrlAsClientName = "url-as-client-name";

/// Reads `query`, which begins with its question mark or is empty, into `url`, whose transport and
/// database from the path must be there already. Adds faults and warnings. Keys are quoted in
/// messages; values never are.
void parse_url_query(const UrlPiece& query, RedisUrl& url, UrlFindings& findings);

/// Whether `key`, as written, is one that we or redis-py read, and none that holds a secret.
bool is_known_query_key(std::string_view key);

}  // namespace fogis::config
