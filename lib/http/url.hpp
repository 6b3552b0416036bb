// Addresses of the services' HTTP interfaces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fogis::http {

/// An http or https URL without credentials, query and fragment.
struct Url {
  bool tls = false;
  std::string host;         ///< name or numeric address, without brackets
  std::uint16_t port = 80;  ///< the scheme's own where none was written
  std::string path;         ///< what stands before a request's own path: "" or "/base"

  /// `http://host:port/base`.
  [[nodiscard]] std::string text() const;
  /// `host:port`, with brackets around an IPv6 address.
  [[nodiscard]] std::string authority() const;
};

/// Reads `http://host[:port][/base]`, IPv6 in brackets. The services take no credentials, so user
/// information is refused, and never quoted.
/// Errors (kind usage, phase usage): anything else; the message says what is wrong. Pure.
Result<Url> parse_url(std::string_view text);

/// Where a `Location` header leads, seen from a request for `target` (an absolute path) at `from`.
struct RedirectTarget {
  Url url;             ///< its path is empty
  std::string target;  ///< absolute path with the query
};

/// Absolute URLs, `//host/…`, absolute paths and relative ones.
/// Errors (kind protocol, phase http): no http or https URL.
Result<RedirectTarget> follow_location(const Url& from, std::string_view target,
                                       std::string_view location);

}  // namespace fogis::http
