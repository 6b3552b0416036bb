// The file of --channels.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace fogis::commands {

/// Channel names, one a line; blanks around them, empty lines and lines that begin with # do not
/// count. At most 10,000 names of 512 bytes each.
/// Errors (configuration): a file that cannot be read, or exceeds that.
Result<std::vector<std::string>> read_channels_file(const std::string& path);

}  // namespace fogis::commands
