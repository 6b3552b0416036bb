#include "message/record_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/timestamp.hpp"

namespace fogis::message {
namespace {

constexpr mode_t kMode = 0666;  // less the umask, as for any new file
constexpr std::size_t kCommitSize = std::size_t{64} * 1024;
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20U;
constexpr std::size_t kLongestHeader = std::size_t{64} * 1024;

Error unusable(const std::string& path, std::string_view why, std::string hint) {
  return make_error(ErrorKind::usage, Phase::usage,
                    fmt::format("cannot record to \"{}\": {}", path, why), std::move(hint));
}

Error write_error(const std::string& path, int errno_value) {
  return make_system_error(ErrorKind::output, Phase::output,
                           fmt::format("cannot write \"{}\"", path), errno_value,
                           errno_value == ENOSPC ? "free some space and run it again" : "");
}

/// The first line, as far as it is one.
std::string first_line(int file) {
  std::string text(kLongestHeader, '\0');
  const auto got = ::pread(file, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text.substr(0, text.find('\n'));
}

bool ends_in_line_break(int file, off_t size) {
  char last = 0;
  return ::pread(file, &last, 1, size - 1) == 1 && last == '\n';
}

}  // namespace

Result<RecordFile> RecordFile::open(const std::string& path, const RecordHeader& header) {
  // O_NONBLOCK: a FIFO is refused below instead of waited for.
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, kMode));
  if (!file) {
    return failure(unusable(path, describe_errno(errno), "give a file that can be written"));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return failure(
        unusable(path, "it is not a regular file", "give a regular file, or a new name"));
  }
  std::string opening;
  if (status.st_size > 0) {
    const auto line = parse_record_line(first_line(file.get()));
    if (!line || !std::holds_alternative<RecordHeader>(*line)) {
      return failure(unusable(path, "it is not a record",
                              "give another file; only an existing record is appended to"));
    }
    opening = ends_in_line_break(file.get(), status.st_size) ? "" : "\n";
  }
  RecordFile record(std::move(file), path, static_cast<std::uint64_t>(status.st_size));
  record.pending_ = opening + format_record_header(header);
  TRY(record.commit());
  return record;
}

Result<void> RecordFile::add(std::chrono::system_clock::time_point received,
                             std::string_view channel, std::string_view pattern,
                             std::string_view payload) {
  if (received != moment_ || moment_text_.empty()) {
    moment_ = received;
    moment_text_ = format_timestamp_us(received);
  }
  append_recorded_message(pending_, moment_text_, channel, pattern, payload);
  ++messages_;
  return pending_.size() < kCommitSize ? Result<void>() : commit();
}

Result<void> RecordFile::add(const RecordedGap& gap) {
  pending_ += format_recorded_gap(gap);
  return commit();
}

Result<void> RecordFile::commit() {
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const auto written = ::write(file_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      const int fault = errno;
      [[maybe_unused]] const auto cut = ::ftruncate(file_.get(), static_cast<off_t>(size_));
      pending_.clear();
      return failure(write_error(path_, fault));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  size_ += pending_.size();
  pending_.clear();
  if (pending_.capacity() > kKeptCapacity) {
    pending_.shrink_to_fit();
  }
  return {};
}

Result<void> RecordFile::finish() {
  TRY(commit());
  struct stat ours {};
  struct stat named {};
  if (::fstat(file_.get(), &ours) == 0 &&
      (::stat(path_.c_str(), &named) != 0 || named.st_ino != ours.st_ino ||
       named.st_dev != ours.st_dev)) {
    return failure(make_error(
        ErrorKind::output, Phase::output,
        fmt::format("\"{}\" was removed or replaced while it was written", path_),
        "the recorded messages are lost; do not touch the file until the recording ends"));
  }
  return {};
}

}  // namespace fogis::message
