// The schemas, as the build put them into the library.
#pragma once

#include <span>

#include "base/embedded_file.hpp"

namespace fogis::message {

/// The files of lib/message/schemas, ordered by name.
std::span<const EmbeddedFile> schema_files();

}  // namespace fogis::message
