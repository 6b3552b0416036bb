// The scheme of a URL, and what was probably meant where it is none.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/connection_settings.hpp"

namespace fogis::config {

/// A scheme that we speak.
struct UrlScheme {
  std::string_view name;
  Transport transport;
};

/// The scheme called `name`, in whatever case; null when we do not speak it. Static storage.
const UrlScheme* find_scheme(std::string_view name);

/// The scheme whose name is nearest to a mistyped one; null when none is near. Static storage.
const UrlScheme* nearest_scheme(std::string_view name);

/// How a URL begins.
struct UrlStart {
  std::string_view word;    ///< what stands in the place of the scheme; may be empty
  bool has_colon = false;   ///< whether a colon follows it
  std::size_t slashes = 0;  ///< how many slashes follow then
  /// Bytes of word, colon and slashes (at most two of them).
  [[nodiscard]] std::size_t size() const;
};

/// Takes the beginning of `text` apart. The word is the longest run of letters, digits, "+", "-"
/// and "." (RFC 3986 section 3.1) that is followed by a colon or by two slashes; else it is empty.
UrlStart split_start(std::string_view text);

}  // namespace fogis::config
