// Publishing many messages fast, with an exact account of what became of each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "base/ranges.hpp"
#include "base/result.hpp"
#include "config/connection_settings.hpp"
#include "redis/backoff.hpp"
#include "redis/client.hpp"
#include "redis/connection.hpp"

namespace fogis::redis {

/// What became of the messages, by the numbers that their owner gave them.
struct PublishAccount {
  std::uint64_t confirmed = 0;        ///< the server has answered with a number of receivers
  std::uint64_t confirmed_bytes = 0;  ///< of their payloads
  Ranges unknown;                     ///< sent whole, and the connection was lost before the answer
  Ranges rejected;                    ///< refused by the server
  std::uint64_t deliveries = 0;       ///< receivers of all confirmed messages together
  std::int64_t fewest_receivers = std::numeric_limits<std::int64_t>::max();
  std::int64_t most_receivers = 0;
  std::uint64_t reconnects = 0;
  /// Set when a replica answered where a master did: whose replica it is, as far as it tells.
  std::optional<std::string> demoted_to;
  /// Confirmed after the server was last known to be a master, before it was found to be a replica:
  /// they may have reached its own subscribers only.
  std::uint64_t unproven = 0;
};

/// Publishes through a pipeline on one connection, in order, keeping a bounded number of messages
/// under way. A lost connection is replaced, and publishing goes on with the first message that
/// cannot have reached the server whole; one that may have is never sent again, because subscribers
/// would see it twice: it is `unknown`. Not thread-safe. The stop event ends every wait.
class BulkPublisher {
public:
  struct Options {
    Timeouts timeouts = {};     ///< operation: the longest wait for one answer
    RetryPolicy retry = {};     ///< for each connection; the count begins anew with each
    std::size_t window = 1024;  ///< messages without an answer, at most
    std::size_t window_bytes = std::size_t{1}
                               << 20U;  ///< and their bytes; one message may exceed it
    std::shared_ptr<Statistics> statistics = nullptr;      ///< may be null
    std::function<void(const Error& cause)> on_loss = {};  ///< may be empty
    Backoff::OnRetry on_retry = {};                        ///< may be empty
  };

  /// Connects nothing yet. `stop` may be null and must outlive the publisher.
  BulkPublisher(config::ConnectionSettings settings, Options options, const StopEvent* stop);

  /// Makes the connection, as often as the policy says. Does nothing when there is one.
  /// Errors: those of Connection::open, of the last attempt.
  /// A replica where a master answered before is as good as none: what is published there does not
  /// reach the master's subscribers.
  Result<void> connect();

  /// Queues a message; waits while the window is full. `number` must be higher than the last one.
  /// Errors: the same as flush(); the message is then unsent.
  Result<void> publish(std::string_view channel, std::string_view payload, std::uint64_t number);

  /// Sends all that is queued and waits until each message has its answer, or is unknown.
  /// Errors: interrupted; the last error when the connection was lost for good; what the server
  /// says when it refuses a message (forbidden, not_ready, rejected). After an error nothing more
  /// is sent, and unsent() tells the first message that was not.
  Result<void> flush();

  /// Sends what is queued and takes answers until `moment`, for messages that are to leave at
  /// certain times. Errors: as flush().
  Result<void> run_until(Deadline::Clock::time_point moment);

  /// Asks a server that was a master whether it still is, for the account. Waits for `deadline` at
  /// most; a server that does not tell changes nothing.
  void verify_master(const Deadline& deadline);

  [[nodiscard]] const PublishAccount& account() const { return account_; }
  /// The queued messages that did not leave whole: they cannot have been published.
  [[nodiscard]] Ranges unsent() const;
  /// The address, once connected.
  [[nodiscard]] const std::optional<Connection>& connection() const { return connection_; }

private:
  /// A message of which the last byte is not written yet.
  struct Queued {
    std::uint64_t number;
    std::size_t payload;
    std::uint64_t end;  ///< position behind its last byte
  };
  /// A message that waits for its answer.
  struct Flying {
    std::uint64_t number;
    std::size_t payload;
    Deadline::Clock::time_point sent;
  };

  [[nodiscard]] std::size_t under_way() const { return queued_.size() + flying_.size(); }
  [[nodiscard]] bool window_filled(std::size_t share) const;
  [[nodiscard]] bool has_unwritten() const { return !queued_.empty() && !refusal_; }
  [[nodiscard]] Deadline::Clock::time_point patience_end() const;
  void enqueue(std::string_view channel, std::string_view payload, std::uint64_t number);
  void drop_broken_idle_connection();
  Result<void> step(const Deadline& deadline);
  Result<bool> write();
  Result<bool> take_answers();
  Result<void> take_answer(const Reply& reply);
  Result<std::size_t> take_plain_answers(std::string_view bytes, std::size_t& count);
  void confirm(std::int64_t receivers);
  Result<void> lose(Error cause);
  void settle(const Deadline& deadline);
  [[nodiscard]] Error unasked_answer() const;
  Result<Connection> open();
  Result<void> note_role(Connection& connection, const ServerIdentity& server,
                         const Deadline& deadline);

  config::ConnectionSettings settings_;
  Options options_;
  const StopEvent* stop_;
  std::optional<Connection> connection_;
  // Positions count all bytes that were ever queued.
  std::string bytes_;         ///< commands that are not written whole
  std::uint64_t base_ = 0;    ///< position of bytes_[0]
  std::uint64_t begin_ = 0;   ///< of the first command that is not written whole
  std::uint64_t offset_ = 0;  ///< of the next byte to be written
  std::deque<Queued> queued_;
  std::deque<Flying> flying_;
  std::size_t bytes_under_way_ = 0;
  Deadline::Clock::time_point progress_;  ///< when a byte was written or an answer came last
  unsigned fruitless_ = 0;                ///< connections in a row that brought no answer
  Backoff pauses_;                        ///< between them
  bool connected_before_ = false;
  bool was_master_ = false;
  std::uint64_t proven_ = 0;  ///< confirmed when the server was last known to be a master
  std::optional<Error> refusal_;
  PublishAccount account_;
};

}  // namespace fogis::redis
