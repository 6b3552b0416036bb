// PINGs, and waiting for the first one to be answered.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/config.hpp"
#include "redis/connection.hpp"
#include "redis/statistics.hpp"

namespace fogis::cli {

/// Sends PINGs on one connection, which it opens when it has none that works. Not thread-safe.
class Pinger {
public:
  /// `session` and `config` must outlive it.
  Pinger(Session& session, const config::Config& config);

  /// One PING, set-up included, within the configured time limits and `deadline`. Returns its round
  /// trip; that of the first PING on a connection is the round trip of the set-up as well.
  /// Errors: as Connection::open with Options::ping, and Connection::command.
  Result<std::chrono::nanoseconds> ping(const Deadline& deadline);

  /// The first answer, after as many attempts as --wait or --retries allow. Each failure is told on
  /// stderr when verbose, the last one as progress.
  /// Errors: that of the last attempt, with the number of attempts; interrupted.
  Result<std::chrono::nanoseconds> wait_until_ready();

  /// Of the present connection; there is one after an answer.
  [[nodiscard]] const redis::OpenReport& report() const { return connection_->report(); }
  [[nodiscard]] unsigned attempts() const { return attempts_; }
  [[nodiscard]] redis::StatisticsSnapshot statistics() const { return statistics_->snapshot(); }

private:
  Result<std::chrono::nanoseconds> open(const Deadline& deadline, const Deadline& pong);
  Result<std::chrono::nanoseconds> ping_again(const Deadline& deadline);

  Session* session_;
  const config::Config* config_;
  std::shared_ptr<redis::Statistics> statistics_ = std::make_shared<redis::Statistics>();
  std::optional<redis::Connection> connection_;
  bool lost_ = false;  ///< a connection, and none has replaced it yet
  unsigned attempts_ = 0;
};

}  // namespace fogis::cli
