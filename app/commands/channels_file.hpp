// The file of --channels.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/stop_event.hpp"

namespace fogis::commands {

/// Channel names, one a line; blanks around them, empty lines and lines that begin with # do not
/// count. At most 10,000 names of 512 bytes each. `-` is stdin.
/// A pipe may be silent for `patience` before its first byte.
/// Errors: configuration for a file that cannot be read, or exceeds that; interrupted.
Result<std::vector<std::string>> read_channels_file(const std::string& path, const StopEvent& stop,
                                                    std::chrono::nanoseconds patience);

}  // namespace fogis::commands
