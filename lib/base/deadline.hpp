// The moment by which a whole operation is over, however many waits it takes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "base/result.hpp"
#include "base/stop_event.hpp"

namespace fogis {

enum class WaitOutcome : std::uint8_t {
  ready,    ///< the descriptor can be used (or has failed, which using it will tell)
  expired,  ///< the deadline passed first
  stopped,  ///< the stop event was requested first
  failed,   ///< poll itself failed; errno says why
};

/// A point in monotonic time, and the stop event that may end the operation sooner. A small value:
/// pass it down by const reference through every step of the operation. Thread-safe. Does not own
/// the stop event, which must live longer.
class Deadline {
public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMostOthers = 2;

  /// `span` from now. `stop` may be null: then nothing but time ends the wait.
  static Deadline after(Clock::duration span, const StopEvent* stop);
  static Deadline at(Clock::time_point moment, const StopEvent* stop);
  /// Only the stop event ends it.
  static Deadline never(const StopEvent* stop);

  /// The sooner of this deadline and `span` from now, with the same stop event.
  [[nodiscard]] Deadline within(Clock::duration span) const;
  /// The same, but over as soon as `descriptor` shows one of the poll `events` or has failed: for a
  /// wait that is given up for other work, of kMostOthers kinds at most. expired() does not know
  /// about it; `within` keeps it. 0 for `events` asks for failures alone.
  [[nodiscard]] Deadline or_when(int descriptor, short events) const;
  /// The same moment without the stop event: for clean-up that must happen after Ctrl-C too.
  [[nodiscard]] Deadline unstoppable() const { return Deadline(moment_, nullptr); }

  /// Time left; zero when it has passed.
  [[nodiscard]] Clock::duration remaining() const;
  [[nodiscard]] bool expired() const { return remaining() == Clock::duration::zero(); }
  [[nodiscard]] bool stopped() const { return stop_ != nullptr && stop_->requested(); }
  [[nodiscard]] const StopEvent* stop() const { return stop_; }
  [[nodiscard]] Clock::time_point moment() const { return moment_; }

  /// Waits until `descriptor` shows one of the poll `events` (POLLIN, POLLOUT), the deadline passes
  /// or a stop is requested. Interrupted system calls are taken up again with the time that is
  /// left. A stop wins over a ready descriptor, and that over or_when().
  [[nodiscard]] WaitOutcome wait(int descriptor, short events) const;

  /// Waits for `span`, the deadline or a stop, whichever is first. `ready` when the span is over.
  [[nodiscard]] WaitOutcome pause(Clock::duration span) const;

private:
  Deadline(Clock::time_point moment, const StopEvent* stop) : moment_(moment), stop_(stop) {}

  Clock::time_point moment_;
  const StopEvent* stop_;
  /// Of or_when().
  struct Other {
    int descriptor = -1;
    short events = 0;
  };
  std::array<Other, kMostOthers> others_;
};

}  // namespace fogis
