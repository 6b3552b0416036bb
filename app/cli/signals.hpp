// SIGINT and SIGTERM: the first asks for an orderly end, the second does not wait for it.
#pragma once

#include <atomic>
#include <thread>

#include "base/stop_event.hpp"

namespace fogis::cli {

/// Watches for SIGINT and SIGTERM on a thread of its own while it exists. The first one requests a
/// stop, whose owner then ends through its normal path; the next one ends the process at once with
/// 128 + its number. Make it before any other thread: it blocks both signals in the calling thread,
/// and every thread made afterwards inherits that. SIGPIPE is ignored from then on, because writing
/// to a dead peer is an error like others.
class SignalWatch {
public:
  /// Does not own `stop`, which must live longer.
  explicit SignalWatch(StopEvent& stop);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  /// Ends the thread. The signals stay blocked: the process is about to end.
  ~SignalWatch();

private:
  void run();

  StopEvent* stop_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace fogis::cli
