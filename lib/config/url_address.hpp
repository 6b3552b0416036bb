// Host and port of a URL.
#pragma once

#include "config/redis_url.hpp"
#include "config/url_findings.hpp"

namespace fogis::config {

/// Reads `host[:port]`, `[ipv6]:port` or nothing at all into `url`. Neither is quoted in messages,
/// since a port that is none may be a password whose host was forgotten.
void parse_url_address(const UrlPiece& address, RedisUrl& url, UrlFindings& findings);

}  // namespace fogis::config
