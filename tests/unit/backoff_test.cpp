#include "redis/backoff.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <vector>

using namespace fogis;
using namespace fogis::redis;
using namespace std::chrono_literals;

namespace {
constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
}

TEST_CASE("the longest wait doubles with each retry") {
  const RetryPolicy policy{.retries = 10, .delay = 100ms, .cap = 30s};
  CHECK(backoff_delay(policy, 0, kMost) == 100ms);
  CHECK(backoff_delay(policy, 1, kMost) == 200ms);
  CHECK(backoff_delay(policy, 5, kMost) == 3200ms);
}

TEST_CASE("no wait is longer than the cap, however late the retry") {
  const RetryPolicy policy{.retries = 10, .delay = 1s, .cap = 30s};
  CHECK(backoff_delay(policy, 5, kMost) == 30s);
  CHECK(backoff_delay(policy, 5000, kMost) == 30s);
  CHECK(backoff_delay(policy, std::numeric_limits<unsigned>::max() / 2, kMost) == 30s);
}

TEST_CASE("the wait is spread over the whole span from zero") {
  const RetryPolicy policy{.retries = 10, .delay = 1s, .cap = 30s};
  CHECK(backoff_delay(policy, 0, 0) == 0s);
  const auto half = backoff_delay(policy, 0, kMost / 2);
  CHECK(half > 499ms);
  CHECK(half < 501ms);
}

TEST_CASE("a delay of zero never waits") {
  const RetryPolicy policy{.retries = 10, .delay = 0s, .cap = 30s};
  CHECK(backoff_delay(policy, 20, kMost) == 0s);
}

TEST_CASE("a backoff allows as many retries as the policy, and tells of each") {
  Backoff backoff({.retries = 2, .delay = 0s, .cap = 0s});
  const auto unlimited = Deadline::never(nullptr);
  auto error = make_error(ErrorKind::unreachable, Phase::connect, "away");
  error.retryable = true;
  std::vector<unsigned> told;
  const auto tell = [&told](const RetryNotice& notice) { told.push_back(notice.attempt); };
  CHECK(backoff.wait(error, unlimited, tell));
  CHECK(backoff.wait(error, unlimited, tell));
  CHECK_FALSE(backoff.wait(error, unlimited, tell));
  CHECK(told == std::vector<unsigned>{1, 2});
  backoff.reset();
  CHECK(backoff.wait(error, unlimited));
  CHECK(backoff.retries() == 1);
}

TEST_CASE("a backoff is over with a permanent error, its deadline or a stop") {
  Backoff backoff({.retries = 9, .delay = 1h, .cap = 1h});
  auto error = make_error(ErrorKind::unreachable, Phase::connect, "away");
  error.retryable = false;
  CHECK_FALSE(backoff.wait(error, Deadline::never(nullptr)));
  CHECK(backoff.retries() == 0);
  error.retryable = true;
  CHECK_FALSE(backoff.wait(error, Deadline::after(1ms, nullptr)));
}
