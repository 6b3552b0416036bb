#include "base/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace fogis {
namespace {

using std::chrono::nanoseconds;

// 128 buckets an octave keep the relative error below 1/128.
constexpr unsigned kPrecisionBits = 7;
constexpr std::uint64_t kBucketsPerOctave = 1ULL << kPrecisionBits;
constexpr nanoseconds kLongest = std::chrono::hours(1);

std::size_t bucket_of(std::uint64_t value) {
  if (value < kBucketsPerOctave) {
    return value;
  }
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - kPrecisionBits - 1;
  return (static_cast<std::size_t>(shift) << kPrecisionBits) + (value >> shift);
}

std::uint64_t upper_bound_of(std::size_t bucket) {
  if (bucket < 2 * kBucketsPerOctave) {
    return bucket;
  }
  const auto shift = (bucket >> kPrecisionBits) - 1;
  const auto first = (bucket & (kBucketsPerOctave - 1)) + kBucketsPerOctave;
  return ((first + 1) << shift) - 1;
}

}  // namespace

void Histogram::record(nanoseconds value) {
  value = std::clamp(value, nanoseconds::zero(), kLongest);
  const auto bucket = bucket_of(static_cast<std::uint64_t>(value.count()));
  if (bucket >= buckets_.size()) {
    buckets_.resize(bucket + 1);
  }
  ++buckets_[bucket];
  ++count_;
  sum_ += static_cast<double>(value.count());
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  if (buckets_.size() < other.buckets_.size()) {
    buckets_.resize(other.buckets_.size());
  }
  std::transform(other.buckets_.begin(), other.buckets_.end(), buckets_.begin(), buckets_.begin(),
                 std::plus<>());
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

nanoseconds Histogram::min() const {
  return count_ == 0 ? nanoseconds::zero() : min_;
}

nanoseconds Histogram::mean() const {
  return count_ == 0 ? nanoseconds::zero()
                     : nanoseconds(std::llround(sum_ / static_cast<double>(count_)));
}

nanoseconds Histogram::quantile(double fraction) const {
  if (count_ == 0) {
    return nanoseconds::zero();
  }
  const auto wanted = static_cast<std::uint64_t>(std::clamp(
      std::ceil(fraction * static_cast<double>(count_)), 1.0, static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= wanted) {
      return std::clamp(nanoseconds(static_cast<std::int64_t>(upper_bound_of(bucket))), min_, max_);
    }
  }
  return max_;
}

}  // namespace fogis
