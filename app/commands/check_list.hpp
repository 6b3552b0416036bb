// What --list shows: the checks of a command, and what each one proves.
#pragma once

#include <span>
#include <string_view>

#include "cli/command.hpp"

namespace fogis::commands {

/// A check of a table.
struct CheckLine {
  std::string_view id;
  std::string_view title;
  std::string_view purpose;
};

/// Writes them as text or JSON; other formats are a usage error. Returns the exit code.
int show_check_list(cli::Session& session, std::span<const CheckLine> checks);

}  // namespace fogis::commands
