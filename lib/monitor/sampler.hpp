// Samples at regular times on a thread of its own, for readers that must not wait.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/stop_event.hpp"
#include "base/unique_fd.hpp"
#include "monitor/collector.hpp"
#include "monitor/history.hpp"
#include "monitor/report.hpp"

namespace fogis::monitor {

/// However many read, the server is sampled once an interval. Samples that take longer than the
/// interval are not made up for. Its functions may be called from any thread. Destroying it ends a
/// sample that is going on.
class Sampler {
public:
  /// Starts at once. Errors: internal when the system has no descriptor left.
  static Result<std::unique_ptr<Sampler>> start(config::ConnectionSettings settings,
                                                Collector::Options options,
                                                std::chrono::nanoseconds interval);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// The newest report; null before the first sample is over.
  [[nodiscard]] std::shared_ptr<const Report> latest() const;
  /// A copy of the last minutes.
  [[nodiscard]] History history() const;
  /// Readable from a new report on until acknowledge(). Owned by this object.
  [[nodiscard]] int descriptor() const { return news_.get(); }
  /// The events since the last call, of all reports, also those that latest() never showed; at most
  /// as many as a history keeps.
  std::vector<Event> acknowledge();

private:
  Sampler(config::ConnectionSettings settings, Collector::Options options,
          std::chrono::nanoseconds interval, StopEvent stop, UniqueFd news);
  void run();
  void publish(Report report);

  StopEvent stop_;
  UniqueFd news_;  ///< eventfd
  std::chrono::nanoseconds interval_;
  Collector collector_;  ///< of the thread alone
  mutable std::mutex mutex_;
  std::shared_ptr<const Report> latest_;
  History history_;
  std::uint64_t unread_ = 0;  ///< of the newest events
  std::thread thread_;
};

}  // namespace fogis::monitor
