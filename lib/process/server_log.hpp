// What a server said before it died.
#pragma once

#include <string>

namespace fogis::process {

/// The last three lines of a log file in one line, joined by "; ", each without the
/// "1234:M 01 Jan 2024 12:00:00.000 # " that Redis begins its lines with. Empty when there are
/// none. The text is the server's: escape it before it is shown.
std::string last_words(const std::string& path);

}  // namespace fogis::process
