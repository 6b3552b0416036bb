#include "config/readable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/unique_fd.hpp"

namespace fogis::config {

namespace {

std::string hint_for(FileType type) {
  return type == FileType::file ? "name a PEM file that this user can read"
                                : "give a directory made by openssl rehash";
}

}  // namespace

Result<void> check_readable(const std::string& path, FileType type) {
  const auto system_fault = [&](int errno_value) {
    return failure(make_system_error(ErrorKind::configuration, Phase::config,
                                     fmt::format("cannot read \"{}\"", path), errno_value,
                                     hint_for(type)));
  };
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return system_fault(errno);
  }
  if (type == FileType::directory) {
    return S_ISDIR(status.st_mode) ? Result<void>() : system_fault(ENOTDIR);
  }
  if (S_ISDIR(status.st_mode)) {
    return system_fault(EISDIR);
  }
  if (!S_ISREG(status.st_mode)) {
    return failure(make_error(ErrorKind::configuration, Phase::config,
                              fmt::format("cannot use \"{}\": it is {}, not a file", path,
                                          S_ISFIFO(status.st_mode) ? "a pipe" : "a device"),
                              "copy it to a file: it is read for each connection"));
  }
  return {};
}

}  // namespace fogis::config
