#include "base/input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/deadline.hpp"
#include "base/duration.hpp"

namespace fogis {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20U;

Error unreadable(const std::string& name, std::string_view why) {
  return make_error(
      ErrorKind::usage, Phase::usage,
      fmt::format("cannot read {}: {}", name == "-" ? "stdin" : fmt::format("\"{}\"", name), why),
      "name a file that can be read, or - for stdin");
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

Error input_error(const std::string& name, int errno_value) {
  return unreadable(name, describe_errno(errno_value));
}

Result<Input> Input::open(const std::string& path, const StopEvent& stop, const Options& options) {
  if (path == "-") {
    return Input(UniqueFd(), path, &stop, options);
  }
  // O_NONBLOCK: opening a FIFO must not wait for its writer; reading it does, and can be stopped.
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) {
    return failure(options.explain(path, errno));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return failure(unreadable(path, "it is a directory"));
  }
  return Input(std::move(file), path, &stop, options);
}

Result<std::string> Input::read_whole(const std::string& path, const StopEvent& stop,
                                      Options options) {
  options.layout = Layout::whole;
  TRY_ASSIGN(auto input, open(path, stop, options));
  TRY_ASSIGN(const auto whole, input.next());
  return std::string(whole->text);
}

Input::Input(UniqueFd file, std::string name, const StopEvent* stop, const Options& options)
    : file_(std::move(file)),
      descriptor_(file_ ? file_.get() : STDIN_FILENO),
      name_(std::move(name)),
      stop_(stop),
      options_(options) {}

Result<std::optional<Input::Part>> Input::next() {
  const bool whole = options_.layout == Layout::whole;
  while (true) {
    if (begin_ == buffer_.size() && !ended_) {
      TRY(read_more());
    }
    if (begin_ == buffer_.size() && ended_ && !(whole && number_ == 0)) {
      return std::nullopt;
    }
    TRY_ASSIGN(const auto part, collect());
    if (whole || part.too_large || !options_.skip_blank || !is_blank(part.text)) {
      return part;
    }
  }
}

Result<std::string_view> Input::peek(std::size_t size) {
  while (buffer_.size() - begin_ < size && !ended_) {
    TRY(read_more());
  }
  return std::string_view(buffer_).substr(begin_, size);
}

void Input::read_lines(std::size_t largest) {
  options_.layout = Layout::lines;
  options_.largest = largest;
}

/// The part at begin_. Of one that is too large the bytes are dropped as they come.
Result<Input::Part> Input::collect() {
  ++number_;
  std::uint64_t dropped = 0;
  while (true) {
    const auto end = find_end();
    const auto size = dropped + (end - begin_);
    const bool too_large = size > options_.largest;
    if (too_large && !options_.pass_larger) {
      return failure(unreadable(
          name_, options_.layout == Layout::whole
                     ? fmt::format("it is larger than {} bytes", options_.largest)
                     : fmt::format("line {} is longer than {} bytes", number_, options_.largest)));
    }
    if (end < buffer_.size() || ended_) {
      const auto text = std::string_view(buffer_).substr(begin_, too_large ? 0 : end - begin_);
      begin_ = std::min(end + 1, buffer_.size());
      scanned_ = begin_;
      return Part{text, size, number_, too_large};
    }
    scanned_ = end;
    if (too_large) {
      dropped = size;
      begin_ = end;
    }
    TRY(read_more());
  }
}

/// Where the part at begin_ ends within the buffer, or the buffer's end.
std::size_t Input::find_end() const {
  return options_.layout == Layout::whole ? buffer_.size()
                                          : std::min(buffer_.find('\n', scanned_), buffer_.size());
}

/// Reads once: adds to the buffer, or notes that there is nothing more.
Result<void> Input::read_more() {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    if (buffer_.empty() && buffer_.capacity() > kKeptCapacity) {
      buffer_.shrink_to_fit();
    }
  }
  const bool is_limited = file_ && !begun_ && options_.patience.count() > 0;
  const auto deadline =
      is_limited ? Deadline::after(options_.patience, stop_) : Deadline::never(stop_);
  const auto size = buffer_.size();
  while (true) {
    const auto waited = deadline.wait(descriptor_, POLLIN);
    if (waited == WaitOutcome::stopped) {
      return failure(interrupted_error(Phase::command));
    }
    if (waited == WaitOutcome::expired) {
      return failure(make_error(ErrorKind::usage, Phase::usage,
                                fmt::format("{}: nobody has written to this pipe for {}", name_,
                                            format_duration(options_.patience)),
                                "start its writer first; a longer --timeout allows more time"));
    }
    buffer_.resize(size + kReadSize);
    const auto got = ::read(descriptor_, buffer_.data() + size, kReadSize);
    const int fault = errno;
    buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && fault != EINTR && fault != EAGAIN) {
      return failure(options_.explain(name_, fault));
    }
    if (got >= 0) {
      begun_ = true;
      ended_ = got == 0;
      return {};
    }
  }
}

bool Input::ready() const {
  if (ended_ || buffer_.find('\n', scanned_) != std::string::npos) {
    return true;
  }
  pollfd watched{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) != 0;
}

bool Input::is_regular() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
}

void Input::rewind() {
  ::lseek(descriptor_, 0, SEEK_SET);
  buffer_.clear();
  begin_ = 0;
  scanned_ = 0;
  number_ = 0;
  ended_ = false;
}

}  // namespace fogis
