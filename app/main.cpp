// fogis-redis: diagnoses the Redis pub/sub wiring of the FOGIS services.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/program.hpp"
#include "commands/commands.hpp"

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return fogis::cli::run_program(arguments, fogis::commands::all());
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "error: internal error: %s\n", fault.what());
  } catch (...) {
    std::fputs("error: internal error\n", stderr);
  }
  return fogis::cli::exit_code::kInternal;
}
