#include "commands/message_input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace fogis::commands {
namespace {

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) {
    return "a folder";
  }
  return S_ISSOCK(mode) ? "a socket" : "a device";
}

std::string_view hint_for(mode_t mode) {
  return S_ISDIR(mode) ? "name the files in it" : "read it as stdin: validate-message - < NAME";
}

/// What to do about a file that cannot be opened or read.
std::string_view hint_for_errno(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return "check the name and the working directory";
    case EACCES:
      return "name a file that this user can read";
    default:
      return {};
  }
}

Error system_error(const std::string& name, int errno_value) {
  return make_system_error(ErrorKind::usage, Phase::usage, fmt::format("cannot read {}", name),
                           errno_value, std::string(hint_for_errno(errno_value)));
}

}  // namespace

Result<MessageInput> MessageInput::open(const std::string& name) {
  if (name == "-") {
    return MessageInput("stdin", UniqueFd());
  }
  // Not blocking: opening a pipe that nobody writes to would wait for ever. Reading it waits too,
  // but that wait watches for signals.
  UniqueFd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status {};
  // A socket cannot be opened at all, and its error says little.
  const bool is_known =
      file ? ::fstat(file.get(), &status) == 0
           : errno == ENXIO && ::stat(name.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  if (!is_known) {
    return failure(system_error(name.empty() ? "\"\"" : name, errno));
  }
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
    return failure(make_error(
        ErrorKind::usage, Phase::usage,
        fmt::format("cannot read {}: it is {}, not a file", name, kind_of(status.st_mode)),
        std::string(hint_for(status.st_mode))));
  }
  return MessageInput(name, std::move(file));
}

int MessageInput::descriptor() const {
  return file_ ? file_.get() : STDIN_FILENO;
}

Error MessageInput::explain(Error error) const {
  return error.system_errno == 0 ? std::move(error) : system_error(name_, error.system_errno);
}

}  // namespace fogis::commands
