#include "output/writer.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>

namespace fogis::output {
namespace {

/// How long a reader that does not read may hold up the end of a program that was told to stop.
constexpr auto kStopGrace = std::chrono::seconds(1);
/// A buffer beyond this is given back when it is empty.
constexpr std::size_t kKeptCapacity = std::size_t{256} * 1024;

bool may_block(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || S_ISREG(status.st_mode)) {
    return false;
  }
  return !S_ISCHR(status.st_mode) || ::isatty(descriptor) == 1;
}

/// What poll says about a descriptor now.
short state_of(int descriptor, short events) {
  pollfd watched{.fd = descriptor, .events = events, .revents = 0};
  return ::poll(&watched, 1, 0) > 0 ? watched.revents : short{0};
}

}  // namespace

Writer::Writer(int descriptor, const StopEvent* stop, std::size_t bound)
    : descriptor_(descriptor), stop_(stop), bound_(bound), blocks_(may_block(descriptor)) {}

void Writer::write(std::string_view text) {
  if (!text.empty() && !closed()) {
    pending_ += text;
    drain();
  }
}

bool Writer::append(std::string_view piece) {
  if (closed()) {
    return true;  // nobody misses it
  }
  if (waiting() > 0 && waiting() + piece.size() > bound_) {
    flush();
  }
  if (waiting() > 0 && waiting() + piece.size() > bound_) {
    ++dropped_;
    dropped_bytes_ += piece.size();
    return false;
  }
  pending_ += piece;
  return true;
}

void Writer::flush() {
  if (waiting() == 0) {
    const auto gone = static_cast<short>(POLLERR | POLLHUP | POLLNVAL);
    closed_ = closed_ || (blocks_ && (state_of(descriptor_, 0) & gone) != 0);
    return;
  }
  while (waiting() > 0 && !closed()) {
    if (blocks_ && state_of(descriptor_, POLLOUT) == 0) {
      break;
    }
    if (!write_some()) {
      break;
    }
  }
  forget_written();
}

/// One write that does not block. Returns whether another one may follow.
bool Writer::write_some() {
  // A pipe that polls as writable takes PIPE_BUF bytes without blocking; more could block.
  const auto size = blocks_ ? std::min<std::size_t>(waiting(), PIPE_BUF) : waiting();
  const auto written = ::write(descriptor_, pending_.data() + written_, size);
  if (written >= 0) {
    written_ += static_cast<std::size_t>(written);
    return true;
  }
  if (errno == EPIPE) {
    closed_ = true;
  } else if (errno != EINTR && errno != EAGAIN) {
    failure_ = errno;
  }
  return errno == EINTR;
}

void Writer::forget_written() {
  if (written_ == pending_.size() || closed()) {
    pending_.clear();
    written_ = 0;
    if (pending_.capacity() > kKeptCapacity) {
      pending_.shrink_to_fit();
    }
  } else if (written_ > pending_.size() / 2) {
    pending_.erase(0, written_);
    written_ = 0;
  }
}

/// Writes all that waits, as long as its reader reads.
void Writer::drain() {
  flush();
  while (waiting() > 0 && !closed()) {
    auto outcome = Deadline::never(stop_).wait(descriptor_, POLLOUT);
    if (outcome == WaitOutcome::stopped) {
      outcome = Deadline::after(kStopGrace, nullptr).wait(descriptor_, POLLOUT);
    }
    closed_ = outcome == WaitOutcome::expired;
    flush();
  }
}

Result<void> Writer::finish() {
  drain();
  if (failure_ == 0) {
    return {};
  }
  return failure(make_system_error(ErrorKind::output, Phase::output, "cannot write the result",
                                   failure_,
                                   failure_ == ENOSPC ? "free some space and run it again" : ""));
}

Deadline Writer::watched(const Deadline& deadline) const {
  if (closed() || !blocks_) {
    return deadline;
  }
  return deadline.or_when(descriptor_, waiting() > 0 ? short{POLLOUT} : short{0});
}

}  // namespace fogis::output
