// The figures of a sample of a server in words, a line a section.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "monitor/observation.hpp"

namespace fogis::output {

/// What stands behind the title of a section; empty when the server tells nothing of it.
struct SectionText {
  std::string_view title;  ///< `performance`, `pub/sub`, …; static
  std::string text;        ///< escaped, one line
};

/// All sections in the order in which they are shown.
std::vector<SectionText> section_texts(const monitor::Observation& seen);

}  // namespace fogis::output
