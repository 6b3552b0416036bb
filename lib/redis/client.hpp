// Commands that survive a lost connection.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "redis/backoff.hpp"
#include "redis/command.hpp"
#include "redis/pool.hpp"
#include "redis/reply.hpp"
#include "redis/statistics.hpp"

namespace fogis::redis {

/// Time limits of a client's work; each is a total.
struct Timeouts {
  std::chrono::nanoseconds connect = std::chrono::seconds(5);    ///< resolve, TCP, TLS and AUTH
  std::chrono::nanoseconds operation = std::chrono::seconds(5);  ///< one command with its reply
};

/// Whether a command may be sent a second time when it is unknown if the first one was carried out.
enum class Repeat : bool {
  never,      ///< PUBLISH, INCR, …: a second execution would be seen
  if_unsure,  ///< GET, SET, DEL, …: the second execution changes nothing
};

/// Runs commands on pooled connections and tries again when the server cannot be reached, loses the
/// connection or says that it is not ready. Each attempt has the connect timeout to get a
/// connection and the operation timeout for the command. Thread-safe. The stop event ends every
/// wait.
class Client {
public:
  struct Options {
    Timeouts timeouts = {};
    RetryPolicy retry = {};
    std::size_t pool_size = 1;
    ReplyLimits limits = {};
    std::shared_ptr<Statistics> statistics = nullptr;  ///< to count into; null: one of its own
    Backoff::OnRetry on_retry = {};                    ///< called before each wait; may be empty
  };

  /// `stop` may be null and must outlive the client.
  Client(config::ConnectionSettings settings, Options options, const StopEvent* stop);

  /// Runs one command. An error reply of the server is a value, except that not_ready replies
  /// (LOADING, BUSY, MASTERDOWN) are retried first and returned as they are in the end.
  /// Errors: those of Pool::lease and Connection::command, of the last attempt.
  Result<Reply> command(Arguments arguments, Repeat repeat = Repeat::never);
  Result<Reply> command(std::initializer_list<std::string_view> arguments,
                        Repeat repeat = Repeat::never) {
    return command(Arguments(arguments.begin(), arguments.size()), repeat);
  }

  /// A connection of its own for work that is more than one command, retried as command() is while
  /// it is being made.
  Result<Lease> lease();

  /// A deadline of the operation timeout from now, with the client's stop event.
  [[nodiscard]] Deadline operation_deadline() const;
  [[nodiscard]] Deadline connect_deadline() const;

  [[nodiscard]] Pool& pool() { return pool_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const StopEvent* stop() const { return stop_; }
  [[nodiscard]] const std::shared_ptr<Statistics>& statistics() const { return statistics_; }

private:
  bool wait_before_retry(Backoff& backoff, const Error& error);

  Options options_;
  const StopEvent* stop_;
  std::shared_ptr<Statistics> statistics_;
  Pool pool_;
};

}  // namespace fogis::redis
