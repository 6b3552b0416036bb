// fogis-redis: diagnoses the Redis pub/sub wiring of the FOGIS services.
#include <malloc.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/program.hpp"
#include "commands/commands.hpp"

namespace {

/// Trades speed that a diagnostic does not need for memory: one heap for all threads, and large
/// blocks go back to the system as soon as they are free, also after the first of them (by default
/// the C library then begins to keep them). Refusals are of no consequence.
void keep_memory_small() {
  constexpr int kLargeBlock = 128 * 1024;
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, kLargeBlock);
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory_small();
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
