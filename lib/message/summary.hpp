// A message in a few words, for somebody who watches the traffic.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace fogis::message {

struct Summary {
  /// The type that the message names; else `json`, `text`, `binary` or `empty`.
  std::string type;
  std::string text;         ///< one line; may be empty
  bool names_type = false;  ///< `type` is from the message
};

/// What `payload`, which may be any bytes, is about. Both texts are escaped and may be printed;
/// they are at most about 200 characters long. Thread-safe.
Summary summarize(std::string_view payload);

/// The same for a payload that was read already: `document` is what it holds, or null when it could
/// not be read.
Summary summarize(std::string_view payload, const nlohmann::json* document);

}  // namespace fogis::message
