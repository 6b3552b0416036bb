// How long to wait between attempts.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "base/deadline.hpp"
#include "base/error.hpp"

namespace fogis::redis {

/// How often and how patiently to try again.
struct RetryPolicy {
  unsigned retries = 3;  ///< attempts after the first one
  std::chrono::nanoseconds delay =
      std::chrono::seconds(1);                              ///< scale of the first wait; 0: no wait
  std::chrono::nanoseconds cap = std::chrono::seconds(30);  ///< longest wait
};

/// What a retry is about to be made for: tells a person why there is a wait.
struct RetryNotice {
  const Error& error;
  unsigned attempt;  ///< the attempt that failed, from 1
  std::chrono::nanoseconds delay;
};

/// The wait before retry number `retry` (0 is the first one): uniformly random between zero and
/// min(cap, delay * 2^retry) ("full jitter"), so that clients which lost the same server do not
/// come back together. `random` is 64 random bits. Pure.
std::chrono::nanoseconds backoff_delay(const RetryPolicy& policy, unsigned retry,
                                       std::uint64_t random);

/// The retries of one thing. Not thread-safe.
class Backoff {
public:
  using OnRetry = std::function<void(const RetryNotice&)>;

  explicit Backoff(const RetryPolicy& policy) : policy_(policy) {}

  /// Waits before another attempt at what failed with `error`; `on_retry` is told before and may be
  /// empty. False when there is to be no attempt: the error is permanent, the retries are used up,
  /// or `deadline` or its stop event ended the wait.
  bool wait(const Error& error, const Deadline& deadline, const OnRetry& on_retry = {});
  /// Counts a retry and returns the wait before it, for a caller with a wait or a limit of its own.
  std::chrono::nanoseconds next();
  /// Counted since the last reset.
  [[nodiscard]] unsigned retries() const { return retries_; }
  void reset() { retries_ = 0; }

private:
  RetryPolicy policy_;
  unsigned retries_ = 0;
};

}  // namespace fogis::redis
