// Whether a file can be used, asked before a connection needs it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace fogis::config {

enum class FileType : std::uint8_t { file, directory };

/// Whether `path` is of this type and can be opened for reading. A pipe or a device is no file
/// here: OpenSSL would wait for its writer, deaf to signals, and read it anew for every connection.
/// Errors (configuration): what it is instead, or why it cannot be opened.
Result<void> check_readable(const std::string& path, FileType type);

}  // namespace fogis::config
