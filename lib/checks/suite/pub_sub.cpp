#include <fmt/format.h>

#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/histogram.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/delivery.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t kMessages = 1000;
constexpr std::size_t kTimed = 200;   ///< sent one by one, to measure each
constexpr auto kTimedBudget = 250ms;  ///< so that a distant server does not take minutes
constexpr std::size_t kBurst = 100;

/// What one run of the check has seen so far.
struct Traffic {
  std::vector<redis::Message> received;
  Histogram latency;
  std::int64_t fewest_receivers = 1;
};

/// Publishes messages one at a time while the budget lasts; returns how many.
Result<std::size_t> send_timed(Context& context, redis::Subscriber& subscriber,
                               const std::string& channel, std::span<const std::string> payloads,
                               Traffic& traffic) {
  const auto budget = Deadline::after(kTimedBudget, nullptr);
  std::size_t sent = 0;
  while (sent < payloads.size() && !budget.expired()) {
    const auto sent_at = steady_clock::now();
    TRY_ASSIGN(const auto receivers, publish(context, channel, payloads[sent]));
    ++sent;
    traffic.fewest_receivers = std::min(traffic.fewest_receivers, receivers);
    TRY_ASSIGN(auto message,
               next_message(subscriber, context.operation_deadline().within(kTimedBudget)));
    if (!message) {
      break;  // lost or late: comparing tells
    }
    traffic.latency.record(message->received - sent_at);
    traffic.received.push_back(std::move(*message));
  }
  return sent;
}

Result<void> send_bursts(Context& context, const std::string& channel,
                         std::span<const std::string> payloads, Traffic& traffic) {
  for (std::size_t first = 0; first < payloads.size(); first += kBurst) {
    const auto burst = payloads.subspan(first, std::min(kBurst, payloads.size() - first));
    TRY_ASSIGN(const auto receivers, publish_burst(context, channel, {burst.begin(), burst.end()}));
    traffic.fewest_receivers = std::min(traffic.fewest_receivers, receivers);
  }
  return {};
}

Result<void> exchange(Context& context, redis::Subscriber& subscriber, const std::string& channel,
                      const std::vector<std::string>& payloads, Traffic& traffic) {
  const std::span<const std::string> all(payloads);
  TRY_ASSIGN(const auto timed,
             send_timed(context, subscriber, channel, all.first(kTimed), traffic));
  TRY(send_bursts(context, channel, all.subspan(timed), traffic));
  TRY_ASSIGN(auto rest,
             receive_rest(context, subscriber, channel, payloads.size() - traffic.received.size()));
  traffic.received.insert(traffic.received.end(), std::make_move_iterator(rest.begin()),
                          std::make_move_iterator(rest.end()));
  return {};
}

/// Enough for all messages, and for one over a connection that another one makes room for.
constexpr redis::MemoryNeed kOneMessage{.connections = 1, .commands = 3, .kilobytes = 256};
constexpr redis::MemoryNeed kSmallNeed{.commands = 2, .kilobytes = 16};

/// Sends a command, and takes the replies and messages up to the one of that type.
Result<redis::Reply> exchange_one(const Context& context, redis::Connection& connection,
                                  std::initializer_list<std::string_view> command,
                                  redis::ReplyType awaited, std::vector<redis::Reply>& others) {
  const auto deadline = context.operation_deadline();
  TRY(connection.send({command.begin(), command.size()}, deadline));
  while (true) {
    TRY_ASSIGN(auto reply, connection.receive(deadline));
    if (reply.is_error()) {
      return failure(context.refusal(reply, command));
    }
    if (reply.type == awaited) {
      return reply;
    }
    others.push_back(std::move(reply));
  }
}

/// One message to ourselves over a single connection, as RESP3 allows, in place of the one that we
/// had: whoever can spare no memory loses nothing by it.
Result<CheckResult> single_message(Context& context, const std::string& channel,
                                   const CheckResult& reason) {
  context.client().pool().close_idle();
  TRY_ASSIGN(auto connection, context.open_connection(config::RespVersion::resp3));
  std::vector<redis::Reply> pushes;
  TRY(exchange_one(context, connection, {"SUBSCRIBE", channel}, redis::ReplyType::push, pushes));
  const std::string payload = "fogis-redis: one message";
  TRY_ASSIGN(const auto receivers, exchange_one(context, connection, {"PUBLISH", channel, payload},
                                                redis::ReplyType::integer, pushes));
  if (pushes.empty()) {
    TRY_ASSIGN(auto push, connection.receive(context.operation_deadline()));
    pushes.push_back(std::move(push));
  }
  const auto& parts = pushes.front().elements;
  if (parts.size() != 3 || parts[2].text != payload || receivers.integer < 1) {
    return failed(
        "a message did not arrive as it was sent",
        fmt::format("{} receivers, got {}", receivers.integer, redis::describe(pushes.front())),
        "check for a proxy");
  }
  return warned("1 message over one connection, to evict no key", reason.cause, reason.hint);
}

/// What a refusal of SUBSCRIBE or PUBLISH means. A user's missing rights are named together; a
/// server that has no such command cannot serve FOGIS, whoever asks.
Result<CheckResult> no_pub_sub(Context& context, const std::string& channel, Error error) {
  if (error.kind != ErrorKind::forbidden) {
    return failure(std::move(error));
  }
  if (error.server_code != "NOPERM" && error.server_code != "DENIED") {
    return failed("no pub/sub here", "no pub/sub here, probably a proxy: " + error.message,
                  "connect to the Redis server itself");
  }
  // Only a refused SUBSCRIBE leaves open whether PUBLISH is permitted.
  const auto published = publish(context, channel, "x");
  if (!published && published.error().kind == ErrorKind::forbidden) {
    const auto rule = published.error().hint.substr(published.error().hint.rfind(' '));
    if (!error.hint.ends_with(rule)) {
      error.hint += rule;
    }
  }
  return failure(std::move(error));
}

CheckResult judge(const Delivery& delivery, const Traffic& traffic) {
  if (!delivery.perfect()) {
    return failed("messages did not arrive as they were sent", delivery.describe(),
                  "check for a proxy, and the server's output buffer limits");
  }
  if (traffic.fewest_receivers < 1) {
    return failed("PUBLISH did not count the receiver",
                  "messages arrived, but PUBLISH reported fewer receivers than there are",
                  "a proxy or a cluster may hide them: do not rely on the count");
  }
  return passed(fmt::format("{} messages, p50 {}, p99 {}", delivery.sent,
                            format_duration(traffic.latency.quantile(0.5)),
                            format_duration(traffic.latency.quantile(0.99))));
}

}  // namespace

Result<CheckResult> check_pub_sub(Context& context) {
  const auto channel = context.channel("pub-sub");
  if (const auto& spare = context.spare_memory(); !spare.allows(kOneMessage)) {
    if (spare.memory && !spare.allows(kSmallNeed)) {
      return spare.refusal(kSmallNeed);
    }
    auto result = single_message(context, channel, spare.refusal(kOneMessage));
    return result ? std::move(result) : no_pub_sub(context, channel, std::move(result.error()));
  }
  const auto payloads = numbered_payloads(kMessages);
  auto subscriber = context.make_subscriber();
  if (auto subscribed = subscribe(context, subscriber, {channel}); !subscribed) {
    return no_pub_sub(context, channel, std::move(subscribed.error()));
  }
  Traffic traffic;
  if (auto exchanged = exchange(context, subscriber, channel, payloads, traffic); !exchanged) {
    return no_pub_sub(context, channel, std::move(exchanged.error()));
  }
  const auto delivery = compare_delivery(payloads, traffic.received);
  auto result = judge(delivery, traffic);
  result.detail("messages", static_cast<std::int64_t>(delivery.sent))
      .detail("lost", static_cast<std::int64_t>(delivery.lost))
      .detail("doubled", static_cast<std::int64_t>(delivery.doubled))
      .detail("out_of_order", static_cast<std::int64_t>(delivery.disordered))
      .detail("altered", static_cast<std::int64_t>(delivery.altered))
      .detail("timed_messages", static_cast<std::int64_t>(traffic.latency.count()))
      .detail("latency_p50", traffic.latency.quantile(0.5))
      .detail("latency_p95", traffic.latency.quantile(0.95))
      .detail("latency_p99", traffic.latency.quantile(0.99))
      .detail("latency_max", traffic.latency.max());
  return result;
}

}  // namespace fogis::checks
