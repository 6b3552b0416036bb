#include "support/unprivileged.hpp"

#include <unistd.h>

#include <filesystem>

namespace fogis::testing {

ProgramOptions without_privileges(ProgramOptions program, const TempDir& directory) {
  if (::geteuid() != 0) {
    return program;
  }
  namespace fs = std::filesystem;
  const auto copy = directory / "fogis-redis";
  fs::copy_file(binary(), copy);
  fs::permissions(directory.path(), fs::perms(0755));
  program.program = "setpriv";
  program.arguments = {"--reuid", "65534", "--regid", "65534", "--clear-groups", copy};
  return program;
}

}  // namespace fogis::testing
