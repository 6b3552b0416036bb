#include "redis/pool.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace fogis::redis {

Pool::Pool(config::ConnectionSettings settings, std::size_t size,
           std::chrono::nanoseconds connect_timeout, std::shared_ptr<Statistics> statistics,
           ReplyLimits limits)
    : settings_(std::move(settings)),
      size_(std::max<std::size_t>(size, 1)),
      connect_timeout_(connect_timeout),
      statistics_(std::move(statistics)),
      limits_(limits),
      returned_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {}

Result<Lease> Pool::lease(const Deadline& deadline) {
  TRY_ASSIGN(auto slot, take_slot(deadline));
  if (slot) {
    return Lease(*this, std::move(*slot));
  }
  auto connection = open_connection(deadline);
  if (!connection) {
    free_slot(false);
    return failure(std::move(connection.error()));
  }
  return Lease(*this, std::move(*connection));
}

Result<Connection> Pool::open_connection(const Deadline& deadline) {
  auto connection = Connection::open(settings_, deadline.within(connect_timeout_),
                                     {.limits = limits_, .statistics = statistics_});
  if (connection) {
    const std::lock_guard lock(mutex_);
    if (lost_ > 0) {
      --lost_;
      if (statistics_) {
        statistics_->reconnected();
      }
    }
  }
  return connection;
}

Result<Pool::Slot> Pool::take_slot(const Deadline& deadline) {
  while (true) {
    if (auto slot = try_take_slot()) {
      return std::move(*slot);
    }
    const auto outcome = deadline.wait(returned_.get(), POLLIN);
    const int wait_errno = errno;
    {
      const std::lock_guard lock(mutex_);
      --waiting_;
    }
    switch (outcome) {
      case WaitOutcome::ready: {
        // Another waiter may have been faster; then we wait again.
        std::uint64_t one = 0;
        [[maybe_unused]] const auto got = ::read(returned_.get(), &one, sizeof(one));
        break;
      }
      case WaitOutcome::stopped:
        return failure(interrupted_error(Phase::connect));
      case WaitOutcome::expired:
        return failure(
            make_error(ErrorKind::timed_out, Phase::connect,
                       fmt::format("all {} connections of the pool stayed in use", size_),
                       "other commands wait for a slow server, or the pool is too small"));
      case WaitOutcome::failed:
        return failure(
            make_system_error(ErrorKind::internal, Phase::connect, "cannot wait", wait_errno));
    }
  }
}

/// Nothing when everything is in use; the caller then counts as waiting.
std::optional<Pool::Slot> Pool::try_take_slot() {
  const std::lock_guard lock(mutex_);
  while (!idle_.empty()) {
    Slot slot(std::move(idle_.back()));
    idle_.pop_back();
    if (slot->is_clean()) {
      return slot;
    }
    --open_;
    ++lost_;
  }
  if (open_ < size_) {
    ++open_;
    return Slot();
  }
  ++waiting_;
  return std::nullopt;
}

void Pool::give_back(Connection connection) {
  if (connection.poisoned()) {
    free_slot(true);
    return;
  }
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  wake_one();
}

void Pool::free_slot(bool connection_lost) {
  const std::lock_guard lock(mutex_);
  --open_;
  lost_ += connection_lost ? 1 : 0;
  wake_one();
}

void Pool::wake_one() {
  if (waiting_ > 0) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(returned_.get(), &one, sizeof(one));
  }
}

void Pool::close_idle() {
  std::vector<Connection> closed;
  const std::lock_guard lock(mutex_);
  open_ -= idle_.size();
  closed.swap(idle_);
}

std::size_t Pool::open_connections() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_), connection_(std::exchange(other.connection_, std::nullopt)) {}

Lease::~Lease() {
  if (connection_) {
    pool_->give_back(std::move(*connection_));
  }
}

}  // namespace fogis::redis
