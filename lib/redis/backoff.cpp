#include "redis/backoff.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fogis::redis {

std::chrono::nanoseconds backoff_delay(const RetryPolicy& policy, unsigned retry,
                                       std::uint64_t random) {
  const auto scale = static_cast<double>(policy.delay.count());
  const double ceiling =
      std::min(static_cast<double>(policy.cap.count()), std::ldexp(scale, static_cast<int>(retry)));
  const double fraction =
      static_cast<double>(random) / static_cast<double>(std::numeric_limits<std::uint64_t>::max());
  return std::chrono::nanoseconds(std::llround(ceiling * fraction));
}

}  // namespace fogis::redis
