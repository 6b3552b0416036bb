#include "process/find_program.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace fogis::process {
namespace {

bool is_executable(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::optional<std::string> find_program(std::string_view name, std::string_view search_path) {
  while (!search_path.empty()) {
    const auto directory = search_path.substr(0, search_path.find(':'));
    search_path.remove_prefix(directory.size() < search_path.size() ? directory.size() + 1
                                                                    : directory.size());
    if (!directory.starts_with('/')) {
      continue;
    }
    auto path = std::string(directory) + '/' + std::string(name);
    if (is_executable(path)) {
      return path;
    }
  }
  return std::nullopt;
}

}  // namespace fogis::process
