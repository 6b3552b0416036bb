#include "support/paths.hpp"

namespace fogis::testing {

const std::filesystem::path& source_dir() {
  static const std::filesystem::path path(FOGIS_SOURCE_DIR);
  return path;
}

const std::filesystem::path& binary() {
  static const std::filesystem::path path(FOGIS_REDIS_BINARY);
  return path;
}

const std::filesystem::path& standin_binary() {
  static const std::filesystem::path path(FOGIS_STANDIN_BINARY);
  return path;
}

}  // namespace fogis::testing
