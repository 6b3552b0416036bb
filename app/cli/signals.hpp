// SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, the second does not wait for it.
#pragma once

#include <chrono>

#include "base/stop_event.hpp"
#include "base/unique_fd.hpp"

namespace fogis::cli {

/// Handles SIGINT, SIGTERM and SIGHUP while it exists; one at a time. The first signal requests a
/// stop, whose owner then ends through its normal path; the next one ends the process at once with
/// 128 + its number. The first two are handled also when they were ignored at our start, as shells
/// do to background jobs: whoever sends one means it. SIGHUP, a closed terminal, is not: nohup
/// ignores it for a program that shall go on. SIGPIPE is ignored from then on, because writing to
/// a dead peer is an error like others.
///
/// A handler, not a thread in sigwait: requesting a stop is async-signal-safe, so a thread would
/// only make every start slower.
class SignalWatch {
public:
  /// Does not own `stop`, which must live longer.
  explicit SignalWatch(StopEvent& stop);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  /// Signals end the process again as they do by default.
  ~SignalWatch();
};

/// Tells when it is time to look after a file that is being written: from time to time, and at once
/// after SIGUSR1, which it handles while it exists; one at a time. log rotators send it.
class LookTimer {
public:
  explicit LookTimer(std::chrono::nanoseconds interval);
  LookTimer(const LookTimer&) = delete;
  LookTimer& operator=(const LookTimer&) = delete;
  /// SIGUSR1 ends the process again, as it does by default.
  ~LookTimer();

  /// Readable when it is time. Owned by this object.
  [[nodiscard]] int descriptor() const { return timer_.get(); }
  /// Whether it is time; then it is no longer.
  bool take();

private:
  UniqueFd timer_;  ///< timerfd
};

/// What a second signal calls before it ends the process: puts back what no destructor will. Must
/// be async-signal-safe; null: nothing.
void before_sudden_end(void (*restore)());

}  // namespace fogis::cli
