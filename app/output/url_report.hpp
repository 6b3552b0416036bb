// What `validate-url` found, as text and as JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/redis_url.hpp"
#include "output/style.hpp"

namespace fogis::output {

/// Whether a connection to a URL was made, where that was asked for.
struct ConnectOutcome {
  std::string endpoint;  ///< redacted
  std::string server;    ///< `redis 7.0.15`; empty when unknown or not reached
  std::optional<Error> error;
};

struct CheckedUrl {
  std::string written;  ///< with its secrets: only for finding places, never shown
  config::UrlReport report;
  std::optional<std::size_t> line;  ///< of the input it came from, from 1; none for an argument
  std::optional<ConnectOutcome> connect;
};

/// A part of a text, in bytes.
struct Span {
  std::size_t position = 0;
  std::size_t length = 0;
};

/// Where a part of `written` is in `redacted`, which differs from it only where secrets are hidden.
/// What lies in or between hidden parts becomes all that is hidden.
Span map_to_redacted(std::string_view written, std::string_view redacted, Span part);

/// The URL, its parts, and each finding with a caret line under the place it is about.
std::string url_text(const CheckedUrl& url, const Style& style);

/// The document `fogis-redis/validate-url`.
std::string urls_json(const std::vector<CheckedUrl>& urls);

}  // namespace fogis::output
