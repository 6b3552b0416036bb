// Receiving messages, across reconnections.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "config/connection_settings.hpp"
#include "redis/backoff.hpp"
#include "redis/client.hpp"
#include "redis/connection.hpp"
#include "redis/pubsub_frame.hpp"

namespace fogis::redis {

/// A published message.
struct Message {
  std::string channel;
  std::string pattern;  ///< the pattern that matched; empty for a plain subscription
  std::string payload;  ///< any bytes
  std::chrono::steady_clock::time_point received;
};

/// The connection was lost; it is being replaced. A connection that died silently is noticed late:
/// messages may be missing from `heard_at` on.
struct Disconnected {
  std::chrono::system_clock::time_point heard_at;    ///< when the server was last heard
  std::chrono::system_clock::time_point noticed_at;  ///< when the loss was noticed
  Error cause;
};

/// The connection was lost and all subscriptions are acknowledged again. What was published in
/// between is lost: pub/sub delivers at most once.
struct Resubscribed {
  /// As in Disconnected; of a server that was demoted, when it was last known to be a master.
  std::chrono::system_clock::time_point heard_at;
  std::chrono::system_clock::time_point noticed_at;  ///< as in Disconnected
  std::chrono::system_clock::time_point restored_at;
  unsigned attempts = 0;  ///< connections tried until one held
  Error cause;            ///< why the connection was lost
  /// Set when a replica answers where a master did: whose replica it is, as far as it tells. The
  /// old master may have gone on for a while after the new one took its place.
  std::optional<std::string> demoted_to;
};

using SubscriberEvent = std::variant<Message, Resubscribed>;
using ConnectionEvent = std::variant<Disconnected, Resubscribed>;

/// Takes a message, which is valid during the call alone, and the moment when its bytes were read.
/// Returns whether it wants more at once.
using MessageSink =
    std::function<bool(const MessageView& message, std::chrono::system_clock::time_point received)>;

/// One connection in pub/sub mode. Not thread-safe. The stop event ends every wait.
class Subscriber {
public:
  struct Options {
    Timeouts timeouts = {};
    RetryPolicy retry = {};  ///< for reconnecting; the first connection is tried as often
    /// Tries for ever to get back a connection that it once had, unless the failure is one that
    /// time does not heal.
    bool persistent = false;
    /// After this long a silence PING is sent; when it is not answered within the operation's
    /// timeout the connection counts as lost. 0: a peer that vanished without a word is never
    /// noticed.
    std::chrono::nanoseconds keepalive = std::chrono::nanoseconds(0);
    ReplyLimits limits = {};
    std::shared_ptr<Statistics> statistics = nullptr;  ///< may be null
  };

  /// Connects nothing yet. `stop` may be null and must outlive the subscriber.
  Subscriber(config::ConnectionSettings settings, Options options, const StopEvent* stop);
  ~Subscriber();
  Subscriber(Subscriber&&) noexcept;
  Subscriber& operator=(Subscriber&&) noexcept;

  /// Connects and subscribes; returns when the server has acknowledged every channel and pattern.
  /// May be called again for more. Messages that arrive meanwhile are kept for next(), up to the
  /// bound of one reply (ReplyLimits::bytes).
  /// Errors: those of Connection::open; forbidden (phase subscribe), rejected; timed_out;
  /// disconnected also beyond that bound.
  Result<void> subscribe(const std::vector<std::string>& channels,
                         const std::vector<std::string>& patterns = {});

  /// Takes subscriptions back and waits for the acknowledgements. What comes by them meanwhile is
  /// dropped; other messages are kept, as in subscribe().
  /// Errors: as subscribe().
  Result<void> unsubscribe(const std::vector<std::string>& channels,
                           const std::vector<std::string>& patterns = {});

  /// The next event, or nothing when `deadline` passes first. A lost connection is replaced and
  /// every subscription made again, with backoff.
  /// Errors: interrupted; the last error when all retries were in vain.
  Result<std::optional<SubscriberEvent>> next(const Deadline& deadline);

  /// Waits for messages and hands over all that have arrived, without copying them: what a flood of
  /// messages needs instead of next(). Returns nothing when it has handed over at least one, when
  /// `take` has enough or when `deadline` is over; otherwise what became of the connection. The
  /// subscriber may not be used by `take`.
  /// Errors: as next().
  Result<std::optional<ConnectionEvent>> receive(const Deadline& deadline, const MessageSink& take);

  /// What the present connection leads to; of the last one while there is none.
  [[nodiscard]] const ServerIdentity& server() const;

  /// Acknowledged subscriptions.
  [[nodiscard]] std::size_t subscriptions() const;

  /// PINGs on the subscribed connection (allowed in pub/sub mode) and returns the round trip;
  /// messages that arrive meanwhile are kept.
  /// Errors: timed_out, disconnected, protocol, interrupted.
  Result<std::chrono::nanoseconds> ping(const Deadline& deadline);

  /// The server's id of the present connection (CLIENT ID, asked before subscribing), if it told.
  [[nodiscard]] std::optional<std::int64_t> client_id() const;

private:
  struct State;  // subscriber_state.hpp
  std::unique_ptr<State> state_;
};

}  // namespace fogis::redis
