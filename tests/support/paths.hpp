// Where the tree and the built program are.
#pragma once

#include <filesystem>

namespace fogis::testing {

/// The root of the source tree. Known to one file alone, so that the objects of all others are the
/// same in every clone and a compiler cache serves them.
const std::filesystem::path& source_dir();

/// The fogis-redis of this build.
const std::filesystem::path& binary();

/// The stand-ins of the FOGIS services of this build.
const std::filesystem::path& standin_binary();

}  // namespace fogis::testing
