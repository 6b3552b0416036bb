// A URL that can be shown: whatever may be a password in it is replaced.
#pragma once

#include <string>
#include <string_view>

namespace fogis::config {

/// `text`, a URL without faults, with the password replaced by ***. User information without a
/// colon is replaced whole, since redis-cli takes it for the password.
std::string redact_valid_url(std::string_view text);

/// `text`, which need not be a URL at all, with everything replaced by *** that is not certainly a
/// scheme, a host, a port, a database, the path of a socket, or a known query key with a number or
/// a word of its own. Rather hides too much than too little.
std::string redact_any_url(std::string_view text);

}  // namespace fogis::config
