#include "config/password_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"

namespace fogis::config {
namespace {

constexpr std::size_t kLargestFile = 64UL * 1024;

Error bad_file(const std::string& path, std::string_view fault, std::string hint) {
  return make_error(ErrorKind::configuration, Phase::config,
                    fmt::format("password file {} {}", path, fault), std::move(hint));
}

Error system_error(const std::string& path, int errno_value) {
  return make_system_error(ErrorKind::configuration, Phase::config,
                           "cannot read password file " + path, errno_value,
                           "name a file that this user can read");
}

/// The whole content, up to a byte more than is allowed.
Result<std::string> read_all(int descriptor, const std::string& path, const Deadline& deadline) {
  std::string content;
  std::array<char, 4096> buffer{};
  while (content.size() <= kLargestFile) {
    const auto count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      content.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      break;
    } else if (errno == EAGAIN) {
      if (deadline.wait(descriptor, POLLIN) != WaitOutcome::ready) {
        return failure(bad_file(path, "is a pipe that no process writes to",
                                "close its writer, or give a file"));
      }
    } else if (errno != EINTR) {
      return failure(system_error(path, errno));
    }
  }
  return content;
}

}  // namespace

Result<PasswordFile> read_password_file(const std::string& path,
                                        std::chrono::nanoseconds patience) {
  // Not blocking: opening or reading a pipe without a writer would wait for ever.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return failure(system_error(path, errno));
  }
  TRY_ASSIGN(auto content, read_all(file.get(), path, Deadline::after(patience, nullptr)));
  if (content.size() > kLargestFile) {
    return failure(bad_file(path, "is larger than 64 KiB", "it must contain only the password"));
  }
  if (constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
      content.starts_with(kByteOrderMark)) {
    content.erase(0, kByteOrderMark.size());  // editors of Windows write it, no password begins so
  }
  if (content.starts_with("\xFF\xFE") || content.starts_with("\xFE\xFF")) {
    return failure(bad_file(path, "is UTF-16", "save it as UTF-8 or ASCII"));
  }
  if (content.ends_with('\n')) {
    content.pop_back();
    if (content.ends_with('\r')) {
      content.pop_back();
    }
  }
  if (content.empty()) {
    return failure(bad_file(path, "is empty", "write the password into its first line"));
  }
  if (content.find('\n') != std::string::npos) {
    return failure(bad_file(path, "has more than one line", "it must contain only the password"));
  }
  return PasswordFile{Secret(std::move(content)),
                      S_ISREG(status.st_mode) && (status.st_mode & S_IROTH) != 0};
}

}  // namespace fogis::config
