#include "output/report_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "output/writer.hpp"

namespace fogis::output {
namespace {

constexpr mode_t kMode = 0666;  // less the umask, as for any new file

Error unusable(const std::string& path, std::string_view why, std::string hint) {
  return make_error(ErrorKind::usage, Phase::usage,
                    fmt::format("cannot write \"{}\": {}", path, why), std::move(hint));
}

Error write_error(const std::string& path, int errno_value) {
  return make_system_error(ErrorKind::output, Phase::output,
                           fmt::format("cannot write \"{}\"", path), errno_value,
                           errno_value == ENOSPC ? "free some space and run it again" : "");
}

Error nobody_reads(const std::string& path) {
  return make_error(ErrorKind::output, Phase::output,
                    fmt::format("cannot write \"{}\": no process reads it", path),
                    "start its reader first, or name a file");
}

/// 0, or the errno of what failed. Closing can be what fails.
int write_new_file(const std::string& path, std::string_view content) {
  UniqueFd file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kMode));
  if (!file) {
    return errno;
  }
  Writer writer(file.get(), nullptr);
  writer.write(content);
  if (const auto finished = writer.finish(); !finished) {
    return finished.error().system_errno;
  }
  return ::close(file.release()) == 0 ? 0 : errno;
}

/// To a pipe or a device as it is. Its reader may be slow, stand still or not be there.
Result<void> write_stream(const std::string& path, std::string_view content,
                          const StopEvent* stop) {
  // O_NONBLOCK: opening a pipe must not wait for its reader.
  const UniqueFd stream(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!stream) {
    return failure(errno == ENXIO ? nobody_reads(path) : write_error(path, errno));
  }
  Writer writer(stream.get(), stop);
  writer.write(content);
  if (auto finished = writer.finish(); !finished) {
    return failure(write_error(path, finished.error().system_errno));
  }
  return writer.closed() ? Result<void>(failure(nobody_reads(path))) : Result<void>();
}

}  // namespace

Result<ReportFile> ReportFile::prepare(const std::string& path) {
  if (path.empty()) {
    return failure(unusable(path, "the name is empty", "name a file"));
  }
  std::error_code fault;
  // The file that a link leads to is replaced, not the link.
  auto real = std::filesystem::weakly_canonical(path, fault);
  if (fault) {
    real = path;
  }
  const auto status = std::filesystem::status(real, fault);
  if (std::filesystem::is_directory(status)) {
    return failure(unusable(path, "it is a directory", "name a file in it"));
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    if (::access(real.c_str(), W_OK) != 0) {
      return failure(unusable(path, describe_errno(errno), "choose another file"));
    }
    return ReportFile(real, false);
  }
  const auto directory = real.has_parent_path() ? real.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(directory, fault)) {
    return failure(unusable(path, "the directory does not exist", "create it first"));
  }
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    return failure(unusable(path, describe_errno(errno), "choose another directory"));
  }
  return ReportFile(real, true);
}

Result<void> ReportFile::write(std::string_view content, const StopEvent* stop) const {
  if (!replace_) {
    return write_stream(path_, content, stop);
  }
  const auto temporary = fmt::format("{}.{}.tmp", path_, random_hex(8));
  int fault = write_new_file(temporary, content);
  if (fault == 0 && std::rename(temporary.c_str(), path_.c_str()) != 0) {
    fault = errno;
  }
  if (fault != 0) {
    ::unlink(temporary.c_str());
    return failure(write_error(path_, fault));
  }
  return {};
}

}  // namespace fogis::output
