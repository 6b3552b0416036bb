#include "base/stop_event.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

namespace fogis {

Result<StopEvent> StopEvent::create() {
  UniqueFd descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!descriptor) {
    return failure(make_system_error(ErrorKind::internal, Phase::start,
                                     "cannot create a stop event", errno,
                                     "raise the limit of open files (ulimit -n)"));
  }
  return StopEvent(std::move(descriptor));
}

void StopEvent::request(int signal) {
  const int saved_errno = errno;
  int none = 0;
  signal_.compare_exchange_strong(none, signal, std::memory_order_acq_rel);
  const std::uint64_t one = 1;
  // The counter cannot overflow in practice, and a full counter is readable all the same.
  [[maybe_unused]] const auto written = ::write(descriptor_.get(), &one, sizeof(one));
  errno = saved_errno;
}

Error interrupted_error(Phase phase) {
  return make_error(ErrorKind::interrupted, phase, "interrupted");
}

}  // namespace fogis
