#include "support/run_binary.hpp"

#include <utility>

namespace fogis::testing {

Outcome run_binary(ProgramOptions options, Process::Clock::duration patience) {
  return Process(std::move(options)).wait(patience);
}

Outcome run_binary(std::vector<std::string> arguments, const Environment& environment) {
  ProgramOptions options;
  options.arguments = std::move(arguments);
  for (const auto& [name, value] : environment) {
    options.environment[name] = value;
  }
  return run_binary(std::move(options));
}

}  // namespace fogis::testing
