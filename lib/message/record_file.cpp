#include "message/record_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/input.hpp"
#include "base/text.hpp"
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
                           errno_value == ENOSPC  ? "free some space and run it again"
                           : errno_value == EFBIG ? "raise the limit of a file's size (ulimit -f)"
                                                  : "");
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

/// Only the lines of this program are in a record, so the beginning tells.
bool is_message(std::string_view line) {
  return line.starts_with(R"({"received":)");
}

/// How many whole lines of a text are messages.
std::uint64_t count_messages(std::string_view text) {
  std::uint64_t count = 0;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    count += is_message(text) ? 1 : 0;
    text.remove_prefix(end + 1);
  }
  return count;
}

/// How many whole lines of a file are messages, from `begin` on.
std::uint64_t count_messages(int file, std::uint64_t begin, std::uint64_t size) {
  ::lseek(file, static_cast<off_t>(begin), SEEK_SET);  // what is written goes to the end anyway
  Input lines(UniqueFd(::dup(file)), {}, nullptr, {});
  std::uint64_t count = 0;
  bool is_last_message = false;
  for (auto line = lines.next(); line && *line; line = lines.next()) {
    is_last_message = is_message((*line)->text);
    count += is_last_message ? 1 : 0;
  }
  return count - (is_last_message && !ends_in_line_break(file, static_cast<off_t>(size)) ? 1 : 0);
}

}  // namespace

Result<RecordFile> RecordFile::open(const std::string& path, const RecordHeader& header,
                                    OnChange on_change) {
  RecordFile record(path, header, std::move(on_change));
  TRY(record.attach());
  TRY(record.commit());
  return record;
}

/// Opens the file, and puts its head before what is to be written.
Result<void> RecordFile::attach() {
  // O_NONBLOCK: a FIFO is refused below instead of waited for.
  file_ =
      UniqueFd(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, kMode));
  if (!file_) {
    return failure(unusable(path_, describe_errno(errno), "give a file that can be written"));
  }
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return failure(
        unusable(path_, "it is not a regular file", "give a regular file, or a new name"));
  }
  if (status.st_size > 0) {
    const auto line = parse_record_line(first_line(file_.get()));
    if (!line || !std::holds_alternative<RecordHeader>(*line)) {
      return failure(unusable(path_, "it is not a record",
                              "give another file; only an existing record is appended to"));
    }
  }
  begin_ = static_cast<std::uint64_t>(status.st_size);
  begin_again(begin_);
  return {};
}

/// Has a head written behind what the file holds; a torn last line is closed before.
void RecordFile::begin_again(std::uint64_t size) {
  const bool is_torn = size > 0 && !ends_in_line_break(file_.get(), static_cast<off_t>(size));
  pending_.insert(0, (is_torn ? "\n" : "") + format_record_header(header_));
  size_ = size;
}

Result<void> RecordFile::add(std::chrono::system_clock::time_point received,
                             std::string_view channel, std::string_view pattern,
                             std::string_view payload) {
  if (received != moment_ || moment_text_.empty()) {
    moment_ = received;
    moment_text_ = format_timestamp_us(received);
  }
  append_recorded_message(pending_, moment_text_, channel, pattern, payload);
  ++pending_messages_;
  return pending_.size() < kCommitSize ? Result<void>() : commit();
}

Result<void> RecordFile::add(const RecordedGap& gap) {
  pending_ += format_recorded_gap(gap);
  return commit();
}

Result<void> RecordFile::commit() {
  return pending_.empty() ? Result<void>() : check();
}

Result<void> RecordFile::check() {
  TRY(look());
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const auto written = ::write(file_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      const int fault = errno;
      const auto done = pending_.size() - rest.size();
      const auto whole =
          std::string_view(pending_).substr(0, done).rfind('\n') + 1;  // npos + 1 is 0
      size_ += whole;
      [[maybe_unused]] const auto cut = ::ftruncate(file_.get(), static_cast<off_t>(size_));
      written_ += count_messages(std::string_view(pending_).substr(0, whole));
      pending_.clear();
      pending_messages_ = 0;
      return failure(write_error(path_, fault));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  size_ += pending_.size();
  written_ += std::exchange(pending_messages_, 0);
  pending_.clear();
  if (pending_.capacity() > kKeptCapacity) {
    pending_.shrink_to_fit();
  }
  return {};
}

/// Notices what others did to the file, and sees to it that there is one to go on in.
Result<void> RecordFile::look() {
  struct stat ours {};
  struct stat named {};
  if (::fstat(file_.get(), &ours) != 0) {
    return {};
  }
  const int fault = ::stat(path_.c_str(), &named) == 0 ? 0 : errno;
  const bool is_gone = fault == ENOENT || fault == ENOTDIR ||
                       (fault == 0 && (named.st_ino != ours.st_ino || named.st_dev != ours.st_dev));
  const auto size = static_cast<std::uint64_t>(ours.st_size);
  if (size < size_) {
    note_cut(size);
  } else {
    size_ = size;  // others may add to it
  }
  if (!is_gone) {
    return {};
  }
  RecordChange change{RecordChange::Kind::moved, 0};
  if (ours.st_nlink == 0) {
    change = {RecordChange::Kind::removed, written_};
    lost_ += written_;
  } else {
    moved_ += written_;
  }
  written_ = 0;
  if (on_change_) {
    on_change_(change);
  }
  header_.started = std::chrono::system_clock::now();
  auto attached = attach();
  if (!attached) {
    attached.error().kind = ErrorKind::output;
    attached.error().phase = Phase::output;
  }
  return attached;
}

/// The file was cut to `size` bytes: what of this recording is left is counted, and what comes gets
/// a head of its own.
void RecordFile::note_cut(std::uint64_t size) {
  const auto left = size > begin_ ? count_messages(file_.get(), begin_, size) : 0;
  const auto lost = written_ - std::min(left, written_);
  lost_ += lost;
  written_ -= lost;
  // Without a whole head nothing behind it could be read.
  if (size > 0 && first_line(file_.get()).size() == size && ::ftruncate(file_.get(), 0) == 0) {
    size = 0;
  }
  header_.started = std::chrono::system_clock::now();
  begin_ = std::min(begin_, size);
  begin_again(size);
  if (on_change_) {
    on_change_({RecordChange::Kind::cut, lost});
  }
}

Result<void> RecordFile::finish() {
  TRY(check());
  if (lost_ > 0) {
    return failure(make_error(
        ErrorKind::output, Phase::output,
        fmt::format("\"{}\" was removed or cut while it was written, with {} of this recording",
                    path_, count_of(lost_, "message")),
        "to rotate the file, move it: the recording goes on in a new one (logrotate: create "
        "instead of copytruncate)"));
  }
  return {};
}

}  // namespace fogis::message
