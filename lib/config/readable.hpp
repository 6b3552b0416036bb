// Whether a file can be used, asked before a connection needs it.
#pragma once

#include <cstdint>
#include <string>

namespace fogis::config {

enum class FileType : std::uint8_t { file, folder };

/// 0 when `path` is of this type and can be opened for reading, else the errno that says why not
/// (EISDIR for a folder where a file is wanted, ENOTDIR for the reverse).
int check_readable(const std::string& path, FileType type);

}  // namespace fogis::config
