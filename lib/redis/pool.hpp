// A bounded set of connections, leased one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "config/connection_settings.hpp"
#include "redis/connection.hpp"
#include "redis/statistics.hpp"

namespace fogis::redis {

class Lease;

/// Holds at most `size` connections to one server; opens them when they are needed, keeps clean
/// ones for the next user and drops poisoned ones. Thread-safe. Must outlive its leases.
class Pool {
public:
  /// `size` is at least 1. `connect_timeout` bounds one opening.
  Pool(config::ConnectionSettings settings, std::size_t size,
       std::chrono::nanoseconds connect_timeout, std::shared_ptr<Statistics> statistics,
       ReplyLimits limits = {});
  ~Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// An idle connection, or a new one while fewer than `size` exist, else waits for one to come
  /// back. Waiting and opening together end by `deadline`, opening also by the connect timeout.
  /// Errors: timed_out (phase connect) when none came back in time; interrupted; and those of
  /// Connection::open.
  Result<Lease> lease(const Deadline& deadline);

  /// Closes the idle connections. Leased ones are not touched.
  void close_idle();

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Connections that exist now, leased or idle.
  [[nodiscard]] std::size_t open_connections() const;
  [[nodiscard]] const config::ConnectionSettings& settings() const { return settings_; }

private:
  friend class Lease;

  /// What a caller got: an idle connection, or the right to open one (an empty optional).
  using Slot = std::optional<Connection>;

  Result<Slot> take_slot(const Deadline& deadline);
  std::optional<Slot> try_take_slot();
  Result<Connection> open_connection(const Deadline& deadline);
  void give_back(Connection connection);
  void free_slot(bool connection_lost);
  void wake_one();

  const config::ConnectionSettings settings_;
  const std::size_t size_;
  const std::chrono::nanoseconds connect_timeout_;
  const std::shared_ptr<Statistics> statistics_;
  const ReplyLimits limits_;
  mutable std::mutex mutex_;
  std::vector<Connection> idle_;
  std::size_t open_ = 0;     ///< leased, idle and being opened
  std::size_t lost_ = 0;     ///< dropped for a fault and not replaced so far
  std::size_t waiting_ = 0;  ///< callers that wait for a slot
  UniqueFd returned_;        ///< eventfd semaphore that wakes them
};

/// The right to use one connection of a pool. Returns it when destroyed. Move-only; used by one
/// thread at a time.
class Lease {
public:
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  Connection& operator*() { return *connection_; }
  Connection* operator->() { return &*connection_; }

private:
  friend class Pool;
  Lease(Pool& pool, Connection connection) : pool_(&pool), connection_(std::move(connection)) {}

  Pool* pool_;
  std::optional<Connection> connection_;
};

}  // namespace fogis::redis
