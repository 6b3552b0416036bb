// What a subscriber holds: shared by the files that implement it, and by nobody else.
#pragma once

#include <deque>
#include <set>
#include <string_view>

#include "redis/pubsub_frame.hpp"
#include "redis/subscriber.hpp"

namespace fogis::redis {

/// A lost connection that is being replaced.
struct Loss {
  std::chrono::system_clock::time_point heard_at;
  std::chrono::system_clock::time_point noticed_at;
  Error cause;
  Backoff backoff;
  Deadline::Clock::time_point next_attempt;
};

struct Subscriber::State {
  State(config::ConnectionSettings connection_settings, Options subscriber_options,
        const StopEvent* stop_event)
      : settings(std::move(connection_settings)),
        options(std::move(subscriber_options)),
        stop(stop_event) {}

  config::ConnectionSettings settings;
  Options options;
  const StopEvent* stop;
  std::optional<Connection> connection;
  std::optional<std::int64_t> client_id;
  ServerIdentity server;
  std::set<std::string> channels;
  std::set<std::string> patterns;
  std::deque<SubscriberEvent> pending;
  std::size_t kept_bytes = 0;  ///< that the messages in `pending` take
  std::optional<Loss> loss;
  /// When bytes came last, on both clocks.
  Deadline::Clock::time_point heard = Deadline::Clock::now();
  std::chrono::system_clock::time_point heard_at = std::chrono::system_clock::now();
  std::optional<Deadline::Clock::time_point> asked;  ///< a PING of ours has no answer yet
  std::optional<Deadline::Clock::time_point> restored;
  /// When the server was last known to be a master; nothing when it never was, or no longer is.
  std::optional<std::chrono::system_clock::time_point> proven_master;
  std::optional<std::string> demoted_to;  ///< by the present connection
  Backoff flaps{options.retry};  ///< connections in a row that were lost as soon as they stood

  [[nodiscard]] Deadline operation_deadline(const Deadline& deadline) const {
    return deadline.within(options.timeouts.operation);
  }

  /// What deliver() did.
  struct Delivered {
    bool any = false;     ///< at least one message was handed over
    bool enough = false;  ///< the sink wants no more
  };

  Result<void> connect(const Deadline& deadline);
  Result<void> subscribe_all(const Deadline& deadline);
  Result<void> change(std::string_view command, const std::set<std::string>& names,
                      const Deadline& deadline);
  Result<void> change_and_record(std::string_view command, const std::vector<std::string>& names,
                                 std::set<std::string>& known, bool added);
  Result<PubSubFrame> receive(const Deadline& deadline);
  Result<PubSubFrame> to_frame(Reply reply);
  Result<std::optional<PubSubFrame>> take_frame();
  std::optional<Resubscribed> hand_over_kept(const MessageSink& take, Delivered& done);
  Result<bool> advance(const Deadline& deadline, const MessageSink& take);
  Result<Delivered> deliver(const MessageSink& take);
  Result<void> await(const Deadline& deadline);
  void note_heard();
  [[nodiscard]] Error silence() const;
  Result<void> first_connection();
  Result<void> reconnect(const Deadline& deadline);
  Result<void> attempt(const Deadline& deadline);
  void note_loss(Error cause);
  void keep(Message message);
  Result<void> keep_meanwhile(PubSubFrame frame);
  SubscriberEvent take_pending();
};

}  // namespace fogis::redis
