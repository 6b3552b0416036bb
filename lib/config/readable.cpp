#include "config/readable.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/unique_fd.hpp"

namespace fogis::config {

int check_readable(const std::string& path, FileType type) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return errno;
  }
  const bool is_folder = S_ISDIR(status.st_mode);
  if (is_folder == (type == FileType::folder)) {
    return 0;
  }
  return is_folder ? EISDIR : ENOTDIR;
}

}  // namespace fogis::config
