// A program that runs without the rights of root.
#pragma once

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing {

/// fogis-redis as a user who owns nothing here. Root may do everything, so for root it is a copy in
/// `directory`, which is opened for everybody, that runs as another user; for everybody else the
/// program is returned as it is: a file without permissions keeps its owner out as well.
ProgramOptions without_privileges(ProgramOptions program, const TempDir& directory);

}  // namespace fogis::testing
