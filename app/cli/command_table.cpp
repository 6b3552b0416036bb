#include <array>

#include "cli/command.hpp"
#include "commands/commands.hpp"

namespace fogis::cli {

std::span<const Command> commands() {
  static const std::array kCommands{commands::kPing, commands::kValidateUrl, commands::kConfig,
                                    commands::kTestSuite};
  return kCommands;
}

}  // namespace fogis::cli
