#include <fmt/format.h>

#include <string>
#include <variant>

#include "base/duration.hpp"
#include "base/random.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/delivery.hpp"
#include "checks/suite/expected.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr redis::RetryPolicy kQuickRetry{5, 5ms, 50ms};
constexpr int kEchoes = 20;
constexpr std::string_view kBlockSeconds = "2";

CheckResult no_recovery(std::string cause) {
  return failed("no recovery", std::move(cause),
                "services would stay disconnected: check for a proxy, and maxclients");
}

/// Nothing, or why the check failed.
using Verdict = Result<std::optional<CheckResult>>;

/// ECHOs through the client; each reply must be the command's own.
Verdict echo_all(redis::Client& client, const Context& context) {
  for (int i = 0; i < kEchoes; ++i) {
    const auto nonce = random_hex(16);
    const auto wanted = string_reply(nonce);
    TRY_ASSIGN(const auto reply, client.command({"ECHO", nonce}, redis::Repeat::if_unsure));
    if (reply.is_error()) {
      return failure(context.refusal(reply, {"ECHO"}));
    }
    if (!same(reply, wanted)) {
      return failed("replies were mixed up", mismatch("ECHO", wanted, reply),
                    "a proxy may mix up replies: connect without it");
    }
  }
  return std::nullopt;
}

/// Closes the connection with that id from the server's side.
Verdict kill(Context& context, redis::Connection& killer, std::int64_t id) {
  TRY_ASSIGN(const auto killed, context.ask(killer, {"CLIENT", "KILL", "ID", std::to_string(id)}));
  if (killed.integer != 1) {
    return failed("the connection could not be killed",
                  fmt::format("CLIENT KILL ID {} found {} of our connections", id, killed.integer),
                  "a proxy may hide the server's connections");
  }
  return std::nullopt;
}

/// Sends CLIENT ID and `command` together and takes the first reply. A server that has answered it
/// has read `command` too: where it refuses that, its refusal is on the way before any kill.
Result<std::int64_t> connection_id_before(redis::Connection& connection,
                                          std::initializer_list<std::string_view> command,
                                          const Context& context) {
  redis::Pipeline pipeline;
  pipeline.add({"CLIENT", "ID"});
  pipeline.add(command);
  std::string_view rest = pipeline.bytes();
  while (!rest.empty()) {
    TRY_ASSIGN(const auto written, connection.write_some(rest));
    rest.remove_prefix(written);
    if (!rest.empty()) {
      TRY(connection.await(true, context.operation_deadline()));
    }
  }
  TRY_ASSIGN(const auto id, connection.receive(context.operation_deadline()));
  if (id.is_error()) {
    // The reply to `command` is still to come: nobody else may use this connection.
    connection.poison();
    return failure(context.refusal(id, {"CLIENT", "ID"}));
  }
  return id.integer;
}

/// Kills the leased connection while a reply of it is outstanding.
Verdict kill_in_flight(Context& context, redis::Client& client, redis::Connection& killer) {
  const auto key = context.channel("reconnection:empty-list");
  TRY_ASSIGN(auto lease, client.lease());
  TRY_ASSIGN(const auto id, connection_id_before(*lease, {"BLPOP", key, kBlockSeconds}, context));
  if (auto verdict = kill(context, killer, id); !verdict || *verdict) {
    return verdict;
  }
  const auto reply = lease->receive(context.operation_deadline());
  if (reply && reply->is_error()) {
    return failure(context.refusal(*reply, {"BLPOP"}));
  }
  if (reply) {
    return failed("a killed connection still answers",
                  fmt::format("BLPOP got {}", redis::describe(*reply)),
                  "a proxy may keep the connection open");
  }
  switch (reply.error().kind) {
    case ErrorKind::disconnected:
      return std::nullopt;
    case ErrorKind::timed_out:
      return no_recovery("the killed connection stayed open: " + reply.error().message);
    default:
      return failure(reply.error());
  }
}

/// Kills the client's connection while it lies idle in its pool.
Verdict kill_idle(Context& context, redis::Client& client, redis::Connection& killer) {
  TRY_ASSIGN(const auto id, client.command({"CLIENT", "ID"}, redis::Repeat::if_unsure));
  return kill(context, killer, id.integer);
}

/// The client works on after each kind of kill.
Verdict client_recovers(Context& context, redis::Client& client, redis::Connection& killer) {
  if (auto verdict = echo_all(client, context); !verdict || *verdict) {
    return verdict;
  }
  if (auto verdict = kill_in_flight(context, client, killer); !verdict || *verdict) {
    return verdict;
  }
  if (auto verdict = echo_all(client, context); !verdict || *verdict) {
    return verdict;
  }
  if (auto verdict = kill_idle(context, client, killer); !verdict || *verdict) {
    return verdict;
  }
  return echo_all(client, context);
}

/// The next message of a subscriber that has been killed: first the gap, then what is published
/// after it. `gap` is how long it was.
Verdict subscriber_resumes(Context& context, redis::Subscriber& subscriber,
                           const std::string& channel, nanoseconds& gap) {
  TRY_ASSIGN(const auto event, subscriber.next(context.operation_deadline()));
  const auto* const resubscribed = event ? std::get_if<redis::Resubscribed>(&*event) : nullptr;
  if (resubscribed == nullptr) {
    return no_recovery("the subscriber's connection was killed, but it did not notice a gap");
  }
  gap = resubscribed->restored_at - resubscribed->noticed_at;
  const auto payload = random_hex(16);
  TRY(publish(context, channel, payload));
  TRY_ASSIGN(const auto message, next_message(subscriber, context.operation_deadline()));
  if (!message || message->payload != payload) {
    return no_recovery("after resubscribing, the subscriber did not get the next message");
  }
  return std::nullopt;
}

Verdict subscriber_recovers(Context& context, redis::Connection& killer, nanoseconds& gap) {
  const auto channel = context.channel("reconnection");
  auto subscriber = context.make_subscriber(kQuickRetry);
  TRY(subscribe(context, subscriber, {channel}));
  const auto id = subscriber.client_id();
  if (!id) {
    return skipped("the subscriber was not tested", "the server does not report a connection's id",
                   "allow CLIENT ID to this user: +client|id");
  }
  if (auto verdict = kill(context, killer, *id); !verdict || *verdict) {
    return verdict;
  }
  return subscriber_resumes(context, subscriber, channel, gap);
}

}  // namespace

Result<CheckResult> check_reconnection(Context& context) {
  TRY_ASSIGN(auto killer, context.open_connection());
  auto client = context.make_client(1, kQuickRetry, "reconnection");
  const auto started = steady_clock::now();
  if (auto verdict = client_recovers(context, client, killer); !verdict || *verdict) {
    return verdict ? Result<CheckResult>(std::move(**verdict)) : failure(verdict.error());
  }
  const nanoseconds client_time = steady_clock::now() - started;
  nanoseconds gap{};
  if (auto verdict = subscriber_recovers(context, killer, gap); !verdict || *verdict) {
    return verdict ? Result<CheckResult>(std::move(**verdict)) : failure(verdict.error());
  }
  auto result = passed(fmt::format("3 kills, subscriber back in {}", format_duration(gap)));
  result.detail("kills", std::int64_t{3})
      .detail("echoes", std::int64_t{3} * kEchoes)
      .detail("client_elapsed", client_time)
      .detail("subscriber_gap", gap);
  return result;
}

}  // namespace fogis::checks
