// What a client did, counted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace fogis::redis {

/// The figures at one moment.
struct StatisticsSnapshot {
  std::uint64_t connections_tried = 0;
  std::uint64_t connections_made = 0;
  std::uint64_t connections_failed = 0;
  std::uint64_t reconnects = 0;  ///< connections made to replace one that was lost
  std::uint64_t operations = 0;  ///< commands and received messages
  std::uint64_t bytes_sent = 0;  ///< before encryption
  std::uint64_t bytes_received = 0;
  std::optional<Error> last_error;
  std::chrono::nanoseconds uptime{};  ///< since the counter was made
};

/// Counter shared by the connections of a pool, a client and its subscribers. Thread-safe.
class Statistics {
public:
  void connection_tried() { add(connections_tried_, 1); }
  void connection_made() { add(connections_made_, 1); }
  void connection_failed(const Error& error);
  void reconnected() { add(reconnects_, 1); }
  void operations_done(std::uint64_t count) { add(operations_, count); }
  void bytes_sent(std::uint64_t count) { add(bytes_sent_, count); }
  void bytes_received(std::uint64_t count) { add(bytes_received_, count); }
  void failed(const Error& error);

  [[nodiscard]] StatisticsSnapshot snapshot() const;

private:
  using Counter = std::atomic<std::uint64_t>;
  static void add(Counter& counter, std::uint64_t count) {
    counter.fetch_add(count, std::memory_order_relaxed);
  }

  Counter connections_tried_{0};
  Counter connections_made_{0};
  Counter connections_failed_{0};
  Counter reconnects_{0};
  Counter operations_{0};
  Counter bytes_sent_{0};
  Counter bytes_received_{0};
  mutable std::mutex mutex_;
  std::optional<Error> last_error_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace fogis::redis
