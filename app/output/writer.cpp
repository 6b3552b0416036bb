#include "output/writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>

#include "base/deadline.hpp"

namespace fogis::output {
namespace {

/// How long a reader that does not read may hold up the end of a program that was told to stop.
constexpr auto kStopGrace = std::chrono::seconds(1);

}  // namespace

bool Writer::wait_until_writable() {
  if (Deadline::never(stop_).wait(descriptor_, POLLOUT) != WaitOutcome::stopped) {
    return true;  // or it cannot be polled; writing will tell
  }
  return Deadline::after(kStopGrace, nullptr).wait(descriptor_, POLLOUT) != WaitOutcome::expired;
}

void Writer::write(std::string_view text) {
  while (!text.empty() && !closed_ && failure_ == 0) {
    if (!wait_until_writable()) {
      closed_ = true;
      return;
    }
    // A pipe that polls as writable takes PIPE_BUF bytes without blocking; more could block with no
    // way to be woken by a stop.
    const auto written =
        ::write(descriptor_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno != EINTR && errno != EAGAIN) {
      failure_ = errno;
    }
  }
}

Result<void> Writer::finish() const {
  if (failure_ == 0) {
    return {};
  }
  return failure(make_system_error(ErrorKind::output, Phase::output, "cannot write the result",
                                   failure_,
                                   failure_ == ENOSPC ? "free some space and run it again" : ""));
}

}  // namespace fogis::output
