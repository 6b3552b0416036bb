#include "commands/line_input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/deadline.hpp"

namespace fogis::commands {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20U;

Error unreadable(const std::string& name, std::string_view why) {
  return make_error(ErrorKind::usage, Phase::usage, fmt::format("cannot read {}: {}", name, why),
                    "name a file that can be read, or - for stdin");
}

}  // namespace

LineInput::LineInput(UniqueFd file, std::string name, const StopEvent& stop, std::size_t largest)
    : file_(std::move(file)),
      descriptor_(file_ ? file_.get() : STDIN_FILENO),
      name_(std::move(name)),
      stop_(&stop),
      largest_(largest) {}

Result<LineInput> LineInput::open(const std::string& path, const StopEvent& stop,
                                  std::size_t largest) {
  if (path == "-") {
    return LineInput(UniqueFd(), "stdin", stop, largest);
  }
  const auto name = fmt::format("\"{}\"", path);
  // O_NONBLOCK: opening a FIFO must not wait for its writer; reading it does, and can be stopped.
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    return failure(unreadable(name, describe_errno(errno)));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return failure(unreadable(name, "it is a folder"));
  }
  return LineInput(std::move(file), name, stop, largest);
}

Result<std::optional<std::string_view>> LineInput::next() {
  while (true) {
    const auto end = buffer_.find('\n', scanned_);
    if (end != std::string::npos) {
      const std::string_view line(buffer_.data() + begin_, end - begin_);
      begin_ = end + 1;
      scanned_ = begin_;
      ++line_number_;
      line_was_whole_ = true;
      return line;
    }
    scanned_ = buffer_.size();
    if (scanned_ - begin_ > largest_) {
      return failure(unreadable(
          name_, fmt::format("line {} is longer than {} bytes", line_number_ + 1, largest_)));
    }
    TRY_ASSIGN(const auto more, read_more());
    if (!more) {
      break;
    }
  }
  if (begin_ == buffer_.size()) {
    return std::optional<std::string_view>();
  }
  const std::string_view line(buffer_.data() + begin_, buffer_.size() - begin_);
  begin_ = buffer_.size();
  ++line_number_;
  line_was_whole_ = false;
  return line;
}

Result<std::string> LineInput::rest() {
  while (true) {
    if (buffer_.size() - begin_ > largest_) {
      return failure(unreadable(name_, fmt::format("it is larger than {} bytes", largest_)));
    }
    TRY_ASSIGN(const auto more, read_more());
    if (!more) {
      return std::move(buffer_).substr(begin_);
    }
  }
}

bool LineInput::ready() const {
  if (ended_ || buffer_.find('\n', scanned_) != std::string::npos) {
    return true;
  }
  pollfd watched{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) != 0;
}

bool LineInput::is_regular() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
}

void LineInput::rewind() {
  ::lseek(descriptor_, 0, SEEK_SET);
  buffer_.clear();
  begin_ = 0;
  scanned_ = 0;
  ended_ = false;
  line_number_ = 0;
}

/// Adds to the buffer. Returns false at the end.
Result<bool> LineInput::read_more() {
  if (ended_) {
    return false;
  }
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    scanned_ -= std::min(scanned_, begin_);
    begin_ = 0;
    if (buffer_.empty() && buffer_.capacity() > kKeptCapacity) {
      buffer_.shrink_to_fit();
    }
  }
  const auto deadline = Deadline::never(stop_);
  while (true) {
    if (deadline.wait(descriptor_, POLLIN) == WaitOutcome::stopped) {
      return failure(interrupted_error(Phase::command));
    }
    const auto size = buffer_.size();
    buffer_.resize(size + kReadSize);
    const auto got = ::read(descriptor_, buffer_.data() + size, kReadSize);
    const int fault = errno;
    buffer_.resize(size + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got > 0) {
      return true;
    }
    if (got == 0) {
      ended_ = true;
      return false;
    }
    if (fault != EINTR && fault != EAGAIN) {
      return failure(unreadable(name_, describe_errno(fault)));
    }
  }
}

}  // namespace fogis::commands
