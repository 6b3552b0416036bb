#include "redis/subscriber.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "redis/pubsub_frame.hpp"
#include "redis/server_error.hpp"

namespace fogis::redis {
namespace {

/// A lost connection that is being replaced.
struct Loss {
  std::chrono::system_clock::time_point since;
  Error cause;
  unsigned attempts = 0;
  Deadline::Clock::time_point next_attempt;
};

Error not_acknowledged(const std::string& endpoint) {
  auto error = make_error(ErrorKind::timed_out, Phase::subscribe,
                          "no acknowledgement among the messages in time",
                          "the channel is busier than we can read, or the server is not one: "
                          "--timeout allows more time");
  error.endpoint = endpoint;
  return error;
}

}  // namespace

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
  std::set<std::string> channels;
  std::set<std::string> patterns;
  std::deque<SubscriberEvent> pending;
  std::optional<Loss> loss;

  [[nodiscard]] Deadline operation_deadline(const Deadline& deadline) const {
    return deadline.within(options.timeouts.operation);
  }

  Result<void> connect(const Deadline& deadline);
  Result<void> subscribe_all(const Deadline& deadline);
  Result<void> change(std::string_view command, const std::set<std::string>& names,
                      const Deadline& deadline);
  Result<void> change_and_record(std::string_view command, const std::vector<std::string>& names,
                                 std::set<std::string>& known, bool added);
  Result<PubSubFrame> receive(const Deadline& deadline);
  Result<void> first_connection();
  Result<void> reconnect(const Deadline& deadline);
  Result<void> attempt(const Deadline& deadline);
  void note_loss(Error cause);
  void keep(PubSubFrame frame);
};

Subscriber::Subscriber(config::ConnectionSettings settings, Options options, const StopEvent* stop)
    : state_(std::make_unique<State>(std::move(settings), std::move(options), stop)) {}
Subscriber::~Subscriber() = default;
Subscriber::Subscriber(Subscriber&&) noexcept = default;
Subscriber& Subscriber::operator=(Subscriber&&) noexcept = default;

void Subscriber::State::keep(PubSubFrame frame) {
  pending.emplace_back(Message{std::move(frame.channel), std::move(frame.pattern),
                               std::move(frame.payload), Deadline::Clock::now()});
}

Result<void> Subscriber::State::connect(const Deadline& deadline) {
  auto opened = Connection::open(settings, deadline.within(options.timeouts.connect),
                                 {.limits = options.limits, .statistics = options.statistics});
  if (!opened) {
    return failure(std::move(opened.error()));
  }
  auto id = opened->command({"CLIENT", "ID"}, operation_deadline(deadline));
  if (!id) {
    return failure(std::move(id.error()));
  }
  client_id = id->type == ReplyType::integer ? std::optional(id->integer) : std::nullopt;
  connection = std::move(*opened);
  return {};
}

/// The next frame that the server sends, or the error that kept it away.
Result<PubSubFrame> Subscriber::State::receive(const Deadline& deadline) {
  if (!connection) {
    return failure(make_error(ErrorKind::internal, Phase::subscribe, "nothing is subscribed"));
  }
  auto reply = connection->receive(deadline);
  if (!reply) {
    return failure(std::move(reply.error()));
  }
  if (reply->is_error()) {
    return failure(to_error(*reply, Phase::subscribe, connection->endpoint()));
  }
  auto frame = parse_pubsub_frame(std::move(*reply));
  if (!frame) {
    connection->poison();
    frame.error().endpoint = connection->endpoint();
  }
  return frame;
}

/// Sends one (un)subscription of many names and waits for an acknowledgement of each.
Result<void> Subscriber::State::change(std::string_view command, const std::set<std::string>& names,
                                       const Deadline& deadline) {
  if (names.empty()) {
    return {};
  }
  std::vector<std::string_view> arguments{command};
  arguments.insert(arguments.end(), names.begin(), names.end());
  const auto limit = operation_deadline(deadline);
  if (auto sent = connection->send(arguments, limit); !sent) {
    return sent;
  }
  auto awaited = names;
  while (!awaited.empty()) {
    auto frame = receive(limit);
    if (!frame) {
      frame.error().phase = Phase::subscribe;
      if (frame.error().kind == ErrorKind::timed_out) {
        // Late acknowledgements would be taken for those of the next change.
        connection->poison();
      }
      return failure(std::move(frame.error()));
    }
    if (frame->type == PubSubFrame::Type::message) {
      keep(std::move(*frame));
    } else if (frame->type == PubSubFrame::Type::acknowledgement) {
      awaited.erase(frame->channel);
    }
    if (!awaited.empty() && limit.expired()) {
      // Messages without end would keep the acknowledgement waiting for ever.
      connection->poison();
      return failure(not_acknowledged(connection->endpoint()));
    }
  }
  return {};
}

Result<void> Subscriber::State::subscribe_all(const Deadline& deadline) {
  auto subscribed = change("SUBSCRIBE", channels, deadline);
  return subscribed ? change("PSUBSCRIBE", patterns, deadline) : subscribed;
}

Result<void> Subscriber::State::change_and_record(std::string_view command,
                                                  const std::vector<std::string>& names,
                                                  std::set<std::string>& known, bool added) {
  const std::set<std::string> changed(names.begin(), names.end());
  auto done = change(command, changed, Deadline::never(stop));
  if (!done) {
    return done;
  }
  for (const auto& name : changed) {
    if (added) {
      known.insert(name);
    } else {
      known.erase(name);
    }
  }
  return {};
}

Result<void> Subscriber::State::first_connection() {
  const auto unlimited = Deadline::never(stop);
  for (unsigned attempts = 1;; ++attempts) {
    auto connected = connect(unlimited);
    if (connected || !connected.error().retryable || attempts > options.retry.retries) {
      return connected;
    }
    if (unlimited.pause(backoff_delay(options.retry, attempts - 1, random_bits())) !=
        WaitOutcome::ready) {
      return failure(interrupted_error(Phase::connect));
    }
  }
}

Result<void> Subscriber::subscribe(const std::vector<std::string>& channels,
                                   const std::vector<std::string>& patterns) {
  auto& state = *state_;
  if (!state.connection || state.connection->poisoned()) {
    if (auto connected = state.first_connection(); !connected) {
      return connected;
    }
    if (auto restored = state.subscribe_all(Deadline::never(state.stop)); !restored) {
      return restored;
    }
  }
  auto done = state.change_and_record("SUBSCRIBE", channels, state.channels, true);
  return done ? state.change_and_record("PSUBSCRIBE", patterns, state.patterns, true) : done;
}

Result<void> Subscriber::unsubscribe(const std::vector<std::string>& channels,
                                     const std::vector<std::string>& patterns) {
  auto& state = *state_;
  if (!state.connection) {
    return {};
  }
  auto done = state.change_and_record("UNSUBSCRIBE", channels, state.channels, false);
  return done ? state.change_and_record("PUNSUBSCRIBE", patterns, state.patterns, false) : done;
}

void Subscriber::State::note_loss(Error cause) {
  connection.reset();
  loss = Loss{std::chrono::system_clock::now(), std::move(cause), 0, Deadline::Clock::now()};
}

/// One attempt to get the connection and all subscriptions back.
Result<void> Subscriber::State::attempt(const Deadline& deadline) {
  auto done = connect(deadline);
  if (done) {
    done = subscribe_all(deadline);
  }
  if (!done) {
    connection.reset();
  }
  return done;
}

/// Attempts until one succeeds, the retries are used up or the deadline passes. An attempt that
/// only the deadline cut off does not count.
Result<void> Subscriber::State::reconnect(const Deadline& deadline) {
  while (true) {
    const auto outcome = deadline.pause(
        std::max(loss->next_attempt - Deadline::Clock::now(), Deadline::Clock::duration::zero()));
    if (outcome == WaitOutcome::stopped) {
      return failure(interrupted_error(Phase::connect));
    }
    if (outcome == WaitOutcome::expired) {
      return {};
    }
    auto restored = attempt(deadline);
    if (restored) {
      if (options.statistics) {
        options.statistics->reconnected();
      }
      pending.emplace_back(Resubscribed{loss->since, std::chrono::system_clock::now(),
                                        loss->attempts + 1, std::move(loss->cause)});
      loss.reset();
      return {};
    }
    auto& error = restored.error();
    if (error.kind == ErrorKind::interrupted) {
      return restored;
    }
    if (deadline.expired()) {
      return {};
    }
    if (!error.retryable || loss->attempts >= options.retry.retries) {
      return restored;
    }
    loss->next_attempt =
        Deadline::Clock::now() + backoff_delay(options.retry, loss->attempts, random_bits());
    ++loss->attempts;
  }
}

Result<std::optional<SubscriberEvent>> Subscriber::next(const Deadline& deadline) {
  auto& state = *state_;
  while (true) {
    if (!state.pending.empty()) {
      std::optional<SubscriberEvent> event(std::move(state.pending.front()));
      state.pending.pop_front();
      return event;
    }
    if (state.loss) {
      if (auto restored = state.reconnect(deadline); !restored) {
        return failure(std::move(restored.error()));
      }
      if (state.loss) {
        return std::optional<SubscriberEvent>();
      }
      continue;
    }
    auto frame = state.receive(deadline);
    if (!frame) {
      auto& error = frame.error();
      if (error.kind == ErrorKind::timed_out) {
        return std::optional<SubscriberEvent>();
      }
      if (error.kind != ErrorKind::disconnected && error.kind != ErrorKind::protocol) {
        return failure(std::move(error));
      }
      state.note_loss(std::move(error));
    } else if (frame->type == PubSubFrame::Type::message) {
      state.keep(std::move(*frame));
    } else if (deadline.expired()) {
      return std::optional<SubscriberEvent>();
    }
  }
}

std::size_t Subscriber::subscriptions() const {
  return state_->channels.size() + state_->patterns.size();
}

std::optional<std::int64_t> Subscriber::client_id() const {
  return state_->client_id;
}

Result<std::chrono::nanoseconds> Subscriber::ping(const Deadline& deadline) {
  auto& state = *state_;
  const auto started = Deadline::Clock::now();
  if (!state.connection) {
    return failure(make_error(ErrorKind::internal, Phase::subscribe, "nothing is subscribed"));
  }
  if (auto sent = state.connection->send(std::array<std::string_view, 1>{"PING"}, deadline);
      !sent) {
    return failure(std::move(sent.error()));
  }
  while (true) {
    auto frame = state.receive(deadline);
    if (!frame) {
      return failure(std::move(frame.error()));
    }
    if (frame->type == PubSubFrame::Type::pong) {
      return Deadline::Clock::now() - started;
    }
    if (frame->type == PubSubFrame::Type::message) {
      state.keep(std::move(*frame));
    }
    if (deadline.expired()) {
      auto error = make_error(ErrorKind::timed_out, Phase::subscribe, "no PONG in time",
                              "the channel is busier than we can read: --timeout allows more time");
      error.endpoint = state.connection->endpoint();
      return failure(std::move(error));
    }
  }
}

}  // namespace fogis::redis
