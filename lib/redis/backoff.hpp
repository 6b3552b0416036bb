// How long to wait between attempts.
#pragma once

#include <chrono>
#include <cstdint>

namespace fogis::redis {

/// How often and how patiently to try again.
struct RetryPolicy {
  unsigned retries = 3;  ///< attempts after the first one
  std::chrono::nanoseconds delay =
      std::chrono::seconds(1);                              ///< scale of the first wait; 0: no wait
  std::chrono::nanoseconds cap = std::chrono::seconds(30);  ///< longest wait
};

/// The wait before retry number `retry` (0 is the first one): uniformly random between zero and
/// min(cap, delay * 2^retry) ("full jitter"), so that clients which lost the same server do not
/// come back together. `random` is 64 random bits. Pure.
std::chrono::nanoseconds backoff_delay(const RetryPolicy& policy, unsigned retry,
                                       std::uint64_t random);

}  // namespace fogis::redis
