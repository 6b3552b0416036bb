// The one way to end work early: a signal sets it, every wait watches it.
#pragma once

#include <atomic>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace fogis {

/// A latch that can be waited for with poll. Once requested it stays requested.
/// Thread-safe; request() is also async-signal-safe.
class StopEvent {
public:
  /// Errors: internal when the system has no descriptor left.
  static Result<StopEvent> create();

  StopEvent(StopEvent&& other) noexcept
      : descriptor_(std::move(other.descriptor_)), signal_(other.signal_.load()) {}
  StopEvent& operator=(StopEvent&&) = delete;
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;
  ~StopEvent() = default;

  /// Wakes every wait. `signal` is the number of the signal that asked (SIGINT, SIGTERM); the first
  /// one is kept.
  void request(int signal);
  [[nodiscard]] bool requested() const { return signal() != 0; }
  /// The signal that asked, or 0 while nobody has.
  [[nodiscard]] int signal() const { return signal_.load(std::memory_order_acquire); }
  /// Readable from the moment of the request on. Owned by this object.
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

private:
  explicit StopEvent(UniqueFd descriptor) : descriptor_(std::move(descriptor)) {}

  UniqueFd descriptor_;
  std::atomic<int> signal_{0};
};

/// The Error of an operation that a stop event ended, in the given phase.
Error interrupted_error(Phase phase);

}  // namespace fogis
