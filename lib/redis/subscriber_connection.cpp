// How a subscriber gets its connection and its subscriptions, and gets them back.
#include <algorithm>
#include <utility>

#include "redis/server_error.hpp"
#include "redis/subscriber_state.hpp"

namespace fogis::redis {
namespace {

/// A connection that lasts less than this was hardly there: the next one waits.
constexpr auto kShortLife = std::chrono::seconds(1);

Error not_acknowledged(const std::string& endpoint) {
  auto error = make_error(ErrorKind::timed_out, Phase::subscribe,
                          "no acknowledgement among the messages in time",
                          "messages arrive faster than they can be read, or the peer is not a "
                          "Redis server: a longer --timeout allows more time");
  error.endpoint = endpoint;
  return error;
}

/// Whether the message comes by a subscription that this command gives up: nobody wants it then.
bool is_given_up(std::string_view command, const std::set<std::string>& names,
                 const PubSubFrame& message) {
  if (command == "UNSUBSCRIBE") {
    return message.pattern.empty() && names.contains(message.channel);
  }
  return command == "PUNSUBSCRIBE" && names.contains(message.pattern);
}

}  // namespace

Result<void> Subscriber::State::connect(const Deadline& deadline) {
  const auto before = std::chrono::system_clock::now();
  TRY_ASSIGN(auto opened,
             Connection::open(settings, deadline.within(options.timeouts.connect),
                              {.limits = options.limits, .statistics = options.statistics}));
  server = opened.report().server;
  if (proven_master && server.is_replica()) {
    demoted_to = server.master;
  } else {
    demoted_to.reset();
    proven_master = server.role == "master" ? std::optional(before) : proven_master;
  }
  TRY_ASSIGN(auto id, opened.command({"CLIENT", "ID"}, operation_deadline(deadline)));
  client_id = id.type == ReplyType::integer ? std::optional(id.integer) : std::nullopt;
  connection = std::move(opened);
  note_heard();
  return {};
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
  TRY(connection->send(arguments, limit));
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
    if (frame->type == PubSubFrame::Type::message && !is_given_up(command, names, *frame)) {
      TRY(keep_meanwhile(std::move(*frame)));
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
  TRY(change(command, changed, Deadline::never(stop)));
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
  Backoff backoff(options.retry);
  while (true) {
    auto connected = connect(unlimited);
    if (connected || !backoff.wait(connected.error(), unlimited)) {
      return connected || !unlimited.stopped() ? connected
                                               : failure(interrupted_error(Phase::connect));
    }
  }
}

void Subscriber::State::note_loss(Error cause) {
  connection.reset();
  const auto now = Deadline::Clock::now();
  std::chrono::nanoseconds delay{};
  if (restored && now - *restored < kShortLife) {
    delay = flaps.next();
  } else {
    flaps.reset();
  }
  loss = Loss{heard_at, std::chrono::system_clock::now(), std::move(cause), Backoff(options.retry),
              now + delay};
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
    // An attempt is not given up because something else could be done meanwhile.
    auto attempted = attempt(Deadline::at(deadline.moment(), deadline.stop()));
    if (attempted) {
      restored = Deadline::Clock::now();
      if (options.statistics) {
        options.statistics->reconnected();
      }
      const auto from = demoted_to ? std::min(loss->heard_at, *proven_master) : loss->heard_at;
      if (demoted_to) {
        proven_master.reset();
      }
      pending.emplace_back(Resubscribed{from, loss->noticed_at, std::chrono::system_clock::now(),
                                        loss->backoff.retries() + 1, std::move(loss->cause),
                                        std::exchange(demoted_to, std::nullopt)});
      loss.reset();
      return {};
    }
    auto& error = attempted.error();
    if (error.kind == ErrorKind::interrupted) {
      return attempted;
    }
    if (deadline.expired()) {
      return {};
    }
    if (!error.retryable ||
        (!options.persistent && loss->backoff.retries() >= options.retry.retries)) {
      return attempted;
    }
    loss->next_attempt = Deadline::Clock::now() + loss->backoff.next();
  }
}

}  // namespace fogis::redis
