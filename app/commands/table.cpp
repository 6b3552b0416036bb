#include <array>

#include "commands/commands.hpp"

namespace fogis::commands {

std::span<const cli::Command> all() {
  static const std::array kAll{kPing,      kValidateUrl, kConfig,    kTestSuite,       kIntegration,
                               kMonitor,   kPublish,     kSubscribe, kValidateMessage, kHelp,
                               kCompletion};
  return kAll;
}

}  // namespace fogis::commands
