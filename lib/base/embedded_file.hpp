// Files that the build put into the program (see cmake/Embed.cmake).
#pragma once

#include <string_view>

namespace fogis {

struct EmbeddedFile {
  std::string_view name;  ///< without directories
  std::string_view text;
};

}  // namespace fogis
