// Looks for a program as a shell does.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fogis::process {

/// The path of the first executable regular file `name` in the directories of `search_path`, which
/// is colon-separated as PATH is. Relative and empty elements are skipped: a program must not
/// depend on the directory in which we happen to run.
std::optional<std::string> find_program(std::string_view name, std::string_view search_path);

}  // namespace fogis::process
