// The effective configuration, as text and as JSON.
#pragma once

#include <string>

#include "config/config.hpp"
#include "output/style.hpp"

namespace fogis::output {

/// A table of settings with where each came from, then warnings and errors with their hints.
/// `warnings` are left out when it is false.
std::string config_text(const config::Resolution& resolution, const Style& style, bool warnings);

/// The document `fogis-redis/config`.
std::string config_json(const config::Resolution& resolution);

}  // namespace fogis::output
