#include "redis/subscriber.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "redis/server_error.hpp"
#include "redis/subscriber_state.hpp"

namespace fogis::redis {
namespace {

/// Whether the connection is gone, and another one may do better.
bool is_loss(const Error& error) {
  return error.kind == ErrorKind::disconnected || error.kind == ErrorKind::protocol;
}

std::size_t size_of(const Message& message) {
  return sizeof(SubscriberEvent) + message.channel.size() + message.pattern.size() +
         message.payload.size();
}

MessageView view_of(const Message& message) {
  return {message.channel, message.pattern, message.payload};
}

/// The moment on the system's clock that a moment of the steady clock was.
std::chrono::system_clock::time_point system_time(Deadline::Clock::time_point moment) {
  const auto age = Deadline::Clock::now() - moment;
  return std::chrono::system_clock::now() -
         std::chrono::duration_cast<std::chrono::system_clock::duration>(age);
}

}  // namespace

Subscriber::Subscriber(config::ConnectionSettings settings, Options options, const StopEvent* stop)
    : state_(std::make_unique<State>(std::move(settings), std::move(options), stop)) {}
Subscriber::~Subscriber() = default;
Subscriber::Subscriber(Subscriber&&) noexcept = default;
Subscriber& Subscriber::operator=(Subscriber&&) noexcept = default;

void Subscriber::State::keep(Message message) {
  kept_bytes += size_of(message);
  pending.emplace_back(std::move(message));
}

/// Keeps a message that came while something else was awaited, unless those that are kept already
/// have the bound of one reply: a peer that sends without end could fill the memory.
/// Errors: disconnected, which poisons.
Result<void> Subscriber::State::keep_meanwhile(PubSubFrame frame) {
  if (kept_bytes <= options.limits.bytes) {
    keep({std::move(frame.channel), std::move(frame.pattern), std::move(frame.payload),
          Deadline::Clock::now()});
    return {};
  }
  connection->poison();
  auto error = make_error(
      ErrorKind::disconnected, Phase::subscribe,
      fmt::format("more than {} bytes of messages came before the answer", options.limits.bytes),
      "check what publishes there: messages arrive faster than they can be read");
  error.endpoint = connection->endpoint();
  return failure(std::move(error));
}

SubscriberEvent Subscriber::State::take_pending() {
  auto event = std::move(pending.front());
  pending.pop_front();
  if (const auto* const message = std::get_if<Message>(&event)) {
    kept_bytes -= size_of(*message);
  }
  return event;
}

Result<void> Subscriber::subscribe(const std::vector<std::string>& channels,
                                   const std::vector<std::string>& patterns) {
  auto& state = *state_;
  if (!state.connection || state.connection->poisoned()) {
    TRY(state.first_connection());
    TRY(state.subscribe_all(Deadline::never(state.stop)));
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

void Subscriber::State::note_heard() {
  heard = Deadline::Clock::now();
  heard_at = std::chrono::system_clock::now();
  asked.reset();
}

Result<PubSubFrame> Subscriber::State::to_frame(Reply reply) {
  if (reply.is_error()) {
    return failure(to_error(reply, Phase::subscribe, connection->endpoint()));
  }
  auto frame = parse_pubsub_frame(std::move(reply));
  if (!frame) {
    connection->poison();
    frame.error().endpoint = connection->endpoint();
  }
  return frame;
}

/// The next frame that the server sends, or the error that kept it away.
Result<PubSubFrame> Subscriber::State::receive(const Deadline& deadline) {
  if (!connection) {
    return failure(make_error(ErrorKind::internal, Phase::subscribe, "there is no subscription"));
  }
  TRY_ASSIGN(auto reply, connection->receive(deadline));
  note_heard();
  return to_frame(std::move(reply));
}

/// The next frame that has arrived whole, by way of the full reader.
Result<std::optional<PubSubFrame>> Subscriber::State::take_frame() {
  TRY_ASSIGN(auto reply, connection->take_arrived());
  if (!reply) {
    return std::optional<PubSubFrame>();
  }
  if (reply->is_error() && options.keepalive.count() > 0) {
    // A server that refuses PING (by its ACL, or while it loads) is alive, which is all we asked.
    return PubSubFrame{PubSubFrame::Type::pong, {}, {}, {}};
  }
  TRY_ASSIGN(auto frame, to_frame(std::move(*reply)));
  return frame;
}

/// Hands over every message that has arrived whole.
Result<Subscriber::State::Delivered> Subscriber::State::deliver(const MessageSink& take) {
  Delivered done;
  while (!done.enough) {
    const auto bytes = connection->arrived();
    std::size_t used = 0;
    std::size_t count = 0;
    while (!done.enough) {
      const auto framed = parse_message(bytes.substr(used));
      if (!framed || framed->message.payload.size() > options.limits.bytes) {
        break;
      }
      done.enough = !take(framed->message, heard_at);
      used += framed->bytes;
      ++count;
    }
    done.any = done.any || count > 0;
    connection->consume(used, count);
    if (done.enough) {
      break;
    }
    TRY_ASSIGN(auto frame, take_frame());
    if (!frame) {
      break;
    }
    if (frame->type == PubSubFrame::Type::message) {
      done.any = true;
      done.enough = !take({frame->channel, frame->pattern, frame->payload}, heard_at);
    }
  }
  return done;
}

Error Subscriber::State::silence() const {
  auto error =
      make_error(ErrorKind::disconnected, Phase::subscribe,
                 "the server does not respond: no answer to PING within the timeout",
                 "the server may be stopped, or the network dropped the connection silently");
  error.endpoint = connection->endpoint();
  error.elapsed = Deadline::Clock::now() - heard;
  return error;
}

/// Waits for bytes and asks a silent peer whether it is still there. Returns also when it has only
/// asked. Errors: timed_out when `deadline` is over; disconnected also for a peer without answer.
Result<void> Subscriber::State::await(const Deadline& deadline) {
  if (options.keepalive.count() <= 0) {
    auto waited = connection->await(false, deadline);
    if (waited) {
      note_heard();
    }
    return waited;
  }
  const auto due = asked ? *asked + options.timeouts.operation : heard + options.keepalive;
  auto waited = connection->await(false, deadline.within(due - Deadline::Clock::now()));
  if (waited) {
    note_heard();
    return waited;
  }
  if (waited.error().kind != ErrorKind::timed_out || Deadline::Clock::now() < due) {
    return waited;
  }
  if (asked) {
    return failure(silence());
  }
  asked = Deadline::Clock::now();
  return connection->send(std::array<std::string_view, 1>{"PING"},
                          Deadline::after(options.timeouts.operation, stop));
}

/// Hands over the messages that were kept, up to the first other event, which it returns.
std::optional<Resubscribed> Subscriber::State::hand_over_kept(const MessageSink& take,
                                                              Delivered& done) {
  while (!pending.empty() && !done.enough) {
    auto event = take_pending();
    if (auto* resubscribed = std::get_if<Resubscribed>(&event)) {
      return std::move(*resubscribed);
    }
    const auto& message = std::get<Message>(event);
    done.any = true;
    done.enough = !take(view_of(message), system_time(message.received));
  }
  return std::nullopt;
}

/// Hands over what has arrived, else waits for more. Returns whether that is all for now: messages
/// were handed over, or `deadline` is over.
Result<bool> Subscriber::State::advance(const Deadline& deadline, const MessageSink& take) {
  if (!connection) {
    return failure(make_error(ErrorKind::internal, Phase::subscribe, "there is no subscription"));
  }
  TRY_ASSIGN(const auto delivered, deliver(take));
  if (delivered.any) {
    return true;
  }
  auto waited = await(deadline);
  if (!waited && waited.error().kind != ErrorKind::timed_out) {
    return failure(std::move(waited.error()));
  }
  return !waited;
}

Result<std::optional<ConnectionEvent>> Subscriber::receive(const Deadline& deadline,
                                                           const MessageSink& take) {
  auto& state = *state_;
  while (true) {
    State::Delivered kept;
    if (auto resubscribed = state.hand_over_kept(take, kept)) {
      return std::optional<ConnectionEvent>(std::move(*resubscribed));
    }
    if (kept.any) {
      return std::optional<ConnectionEvent>();
    }
    if (state.loss) {
      TRY(state.reconnect(deadline));
      if (state.loss) {
        return std::optional<ConnectionEvent>();
      }
      continue;
    }
    auto done = state.advance(deadline, take);
    if (done && (*done || deadline.expired())) {
      return std::optional<ConnectionEvent>();
    }
    if (!done && !is_loss(done.error())) {
      return failure(std::move(done.error()));
    }
    if (!done) {
      state.note_loss(std::move(done.error()));
      return std::optional<ConnectionEvent>(
          Disconnected{state.loss->heard_at, state.loss->noticed_at, state.loss->cause});
    }
  }
}

Result<std::optional<SubscriberEvent>> Subscriber::next(const Deadline& deadline) {
  auto& state = *state_;
  const auto keep = [&](const MessageView& message, std::chrono::system_clock::time_point) {
    state.keep({std::string(message.channel), std::string(message.pattern),
                std::string(message.payload), state.heard});
    return true;
  };
  while (state.pending.empty()) {
    TRY_ASSIGN(auto event, receive(deadline, keep));
    if (event && std::holds_alternative<Resubscribed>(*event)) {
      return std::optional<SubscriberEvent>(std::get<Resubscribed>(std::move(*event)));
    }
    if (!event && state.pending.empty()) {
      return std::optional<SubscriberEvent>();
    }
  }
  return std::optional(state.take_pending());
}

const ServerIdentity& Subscriber::server() const {
  return state_->server;
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
    return failure(make_error(ErrorKind::internal, Phase::subscribe, "there is no subscription"));
  }
  if (auto sent = state.connection->send(std::array<std::string_view, 1>{"PING"}, deadline);
      !sent) {
    return failure(std::move(sent.error()));
  }
  while (true) {
    TRY_ASSIGN(auto frame, state.receive(deadline));
    if (frame.type == PubSubFrame::Type::pong) {
      return Deadline::Clock::now() - started;
    }
    if (frame.type == PubSubFrame::Type::message) {
      TRY(state.keep_meanwhile(std::move(frame)));
    }
    if (deadline.expired()) {
      auto error = make_error(
          ErrorKind::timed_out, Phase::subscribe, "no PONG in time",
          "messages arrive faster than they can be read: a longer --timeout allows more time");
      error.endpoint = state.connection->endpoint();
      return failure(std::move(error));
    }
  }
}

}  // namespace fogis::redis
