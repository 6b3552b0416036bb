#include "base/latency_window.hpp"

#include <catch2/catch_test_macros.hpp>

namespace fogis::monitor {
namespace {

using namespace std::chrono_literals;

TEST_CASE("percentiles of round trips are exact") {
  LatencyWindow window;
  CHECK_FALSE(window.summary());
  for (int i = 1; i <= 100; ++i) {
    window.record(std::chrono::milliseconds(i));
  }
  const auto summary = window.summary();
  CHECK(summary->count == 100);
  CHECK(summary->latest == 100ms);
  CHECK(summary->p50 == 50ms);
  CHECK(summary->p99 == 99ms);
  CHECK(summary->max == 100ms);
}

TEST_CASE("a bad minute is forgotten") {
  LatencyWindow window;
  window.record(10s);
  for (int i = 0; i < 300; ++i) {
    window.record(1ms);
  }
  CHECK(window.summary()->max == 1ms);
  CHECK(window.summary()->count == 300);
  window.clear();
  CHECK_FALSE(window.summary());
}

}  // namespace
}  // namespace fogis::monitor
