// Files that the build put into the library (see cmake/Embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace fogis::message {

struct EmbeddedFile {
  std::string_view name;  ///< without folders
  std::string_view text;
};

/// The files of lib/message/schemas, ordered by name.
std::span<const EmbeddedFile> schema_files();

}  // namespace fogis::message
