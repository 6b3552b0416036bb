#include "base/deadline.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace fogis {
namespace {

constexpr auto kForever = Deadline::Clock::time_point::max();

timespec to_timespec(Deadline::Clock::duration span) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
  return {.tv_sec = seconds.count(),
          .tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(span - seconds).count()};
}

}  // namespace

Deadline Deadline::after(Clock::duration span, const StopEvent* stop) {
  const auto now = Clock::now();
  return {span > kForever - now ? kForever : now + span, stop};
}

Deadline Deadline::at(Clock::time_point moment, const StopEvent* stop) {
  return {moment, stop};
}

Deadline Deadline::never(const StopEvent* stop) {
  return {kForever, stop};
}

Deadline Deadline::within(Clock::duration span) const {
  auto sooner = *this;
  sooner.moment_ = std::min(moment_, after(span, nullptr).moment_);
  return sooner;
}

Deadline Deadline::or_when(int descriptor, short events) const {
  auto watching = *this;
  for (auto& other : watching.others_) {
    if (other.descriptor < 0) {
      other = {descriptor, events};
      break;
    }
  }
  return watching;
}

Deadline::Clock::duration Deadline::remaining() const {
  if (moment_ == kForever) {
    return Clock::duration::max();
  }
  return std::max(moment_ - Clock::now(), Clock::duration::zero());
}

WaitOutcome Deadline::wait(int descriptor, short events) const {
  // poll skips negative descriptors, so a missing stop event or socket needs no case of its own.
  std::array<pollfd, 2 + kMostOthers> watched{{
      {.fd = stop_ != nullptr ? stop_->descriptor() : -1, .events = POLLIN, .revents = 0},
      {.fd = descriptor, .events = events, .revents = 0},
      {.fd = others_[0].descriptor, .events = others_[0].events, .revents = 0},
      {.fd = others_[1].descriptor, .events = others_[1].events, .revents = 0},
  }};
  while (true) {
    timespec left{};
    const timespec* timeout = nullptr;
    if (moment_ != kForever) {
      left = to_timespec(remaining());
      timeout = &left;
    }
    const int ready = ::ppoll(watched.data(), watched.size(), timeout, nullptr);
    if (ready > 0) {
      if (watched[0].revents != 0) {
        return WaitOutcome::stopped;
      }
      return watched[1].revents != 0 ? WaitOutcome::ready : WaitOutcome::expired;
    }
    if (ready == 0) {
      return WaitOutcome::expired;
    }
    if (errno != EINTR) {
      return WaitOutcome::failed;
    }
  }
}

WaitOutcome Deadline::pause(Clock::duration span) const {
  auto end = after(span, stop_);
  end.others_ = others_;
  if (end.moment_ <= moment_) {
    const auto outcome = end.wait(-1, 0);
    return outcome == WaitOutcome::expired && end.expired() ? WaitOutcome::ready : outcome;
  }
  return wait(-1, 0);
}

}  // namespace fogis
