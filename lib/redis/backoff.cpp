#include "redis/backoff.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.hpp"

namespace fogis::redis {

std::chrono::nanoseconds backoff_delay(const RetryPolicy& policy, unsigned retry,
                                       std::uint64_t random) {
  // More doublings exceed every cap.
  constexpr unsigned kMostDoublings = 62;
  const auto doubled = static_cast<double>(policy.delay.count()) *
                       static_cast<double>(std::uint64_t{1} << std::min(retry, kMostDoublings));
  const double ceiling = std::min(static_cast<double>(policy.cap.count()), doubled);
  const double fraction =
      static_cast<double>(random) / static_cast<double>(std::numeric_limits<std::uint64_t>::max());
  return std::chrono::nanoseconds(std::llround(ceiling * fraction));
}

bool Backoff::wait(const Error& error, const Deadline& deadline, const OnRetry& on_retry) {
  if (!error.retryable || retries_ >= policy_.retries) {
    return false;
  }
  const auto delay = next();
  if (on_retry) {
    on_retry({error, retries_, delay});
  }
  return deadline.pause(delay) == WaitOutcome::ready && !deadline.expired();
}

std::chrono::nanoseconds Backoff::next() {
  return backoff_delay(policy_, retries_++, random_bits());
}

}  // namespace fogis::redis
