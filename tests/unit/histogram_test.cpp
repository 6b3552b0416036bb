#include "base/histogram.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

using namespace std::chrono_literals;
using fogis::Histogram;
using std::chrono::nanoseconds;

TEST_CASE("an empty histogram is all zero") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.min() == 0ns);
  CHECK(histogram.max() == 0ns);
  CHECK(histogram.mean() == 0ns);
  CHECK(histogram.quantile(0.5) == 0ns);
}

TEST_CASE("a single value is every quantile, exactly") {
  Histogram histogram;
  histogram.record(1234567ns);
  for (const double fraction : {0.0, 0.5, 0.99, 1.0}) {
    CHECK(histogram.quantile(fraction) == 1234567ns);
  }
  CHECK(histogram.mean() == 1234567ns);
}

TEST_CASE("small values are counted exactly") {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) {
    histogram.record(nanoseconds(i));
  }
  CHECK(histogram.min() == 1ns);
  CHECK(histogram.max() == 100ns);
  CHECK(histogram.quantile(0.0) == 1ns);
  CHECK(histogram.quantile(0.5) == 50ns);
  CHECK(histogram.quantile(0.99) == 99ns);
  CHECK(histogram.quantile(1.0) == 100ns);
  CHECK(histogram.mean() == 51ns);
}

TEST_CASE("values beyond the limits count as the limits") {
  Histogram histogram;
  histogram.record(-5s);
  histogram.record(2h);
  CHECK(histogram.min() == 0ns);
  CHECK(histogram.max() == 1h);
  CHECK(histogram.quantile(1.0) == 1h);
}

TEST_CASE("quantiles are off by less than one in a hundred, whatever the range") {
  std::mt19937_64 random(11);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  std::vector<std::int64_t> values;
  Histogram histogram;
  for (int i = 0; i < 20000; ++i) {
    // Spread evenly over the magnitudes from 1 ns to 1000 s.
    const auto value = static_cast<std::int64_t>(
        std::exp(static_cast<double>(random() % 1000000) / 1e6 * std::log(1e12)));
    values.push_back(value);
    histogram.record(nanoseconds(value));
  }
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(values.size())));
    const auto exact = static_cast<double>(values[rank - 1]);
    const auto found = static_cast<double>(histogram.quantile(fraction).count());
    CAPTURE(fraction, exact, found);
    CHECK(found >= exact);
    CHECK(found <= exact * 1.01);
  }
}

TEST_CASE("merging is the same as recording all in one") {
  Histogram left;
  Histogram right;
  Histogram all;
  for (int i = 1; i <= 1000; ++i) {
    const auto value = nanoseconds(i * 1000003);
    (i % 3 == 0 ? left : right).record(value);
    all.record(value);
  }
  left.merge(right);
  left.merge(Histogram());
  CHECK(left.count() == all.count());
  CHECK(left.min() == all.min());
  CHECK(left.max() == all.max());
  CHECK(left.mean() == all.mean());
  for (const double fraction : {0.1, 0.5, 0.9, 0.99}) {
    CHECK(left.quantile(fraction) == all.quantile(fraction));
  }
}
