#include "checks/integration/canary.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "checks/suite/delivery.hpp"
#include "message/builder.hpp"

namespace fogis::checks::integration {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kLongest = 2s;

/// Publishes; the count of receivers does not matter here.
Result<void> publish_once(const Context& context, const config::ConnectionSettings& settings,
                          const std::string& channel, const std::string& payload,
                          const Deadline& deadline) {
  TRY_ASSIGN(auto connection,
             redis::Connection::open(settings, deadline, {.statistics = context.statistics()}));
  TRY_ASSIGN(const auto reply, connection.command({"PUBLISH", channel, payload}, deadline));
  return reply.is_error() ? failure(context.refusal(reply, {"PUBLISH"})) : Result<void>();
}

Canary failed_canary(Error error, Phase phase) {
  Canary canary;
  canary.tried = true;
  canary.error = std::move(error);
  canary.failed_in = phase;
  return canary;
}

}  // namespace

Canary send_canary(const Context& context, config::RespVersion protocol) {
  auto settings = context.settings();
  settings.protocol = protocol;
  settings.client_name = context.label("canary");
  const auto limit = std::min(context.timeouts().operation, kLongest);
  redis::Subscriber::Options options;
  options.timeouts = {context.timeouts().connect, limit};
  options.retry = kNoRetry;
  options.statistics = context.statistics();
  redis::Subscriber subscriber(settings, std::move(options), context.stop());
  const auto channel =
      context.channel(protocol == config::RespVersion::resp2 ? "canary:2" : "canary:3");
  if (auto done = subscriber.subscribe({channel}); !done) {
    return failed_canary(context.explain(std::move(done.error()), {"SUBSCRIBE"}), Phase::subscribe);
  }
  const auto payload = message::build_probe(message::Type::processing_status);
  const auto started = Deadline::Clock::now();
  const auto deadline = Deadline::after(limit, context.stop());
  if (auto done = publish_once(context, settings, channel, payload, deadline); !done) {
    return failed_canary(std::move(done.error()), Phase::command);
  }
  auto message = next_message(subscriber, Deadline::after(limit, context.stop()));
  if (!message) {
    return failed_canary(std::move(message.error()), Phase::subscribe);
  }
  Canary canary;
  canary.tried = true;
  canary.arrived = message->has_value();
  if (canary.arrived) {
    canary.unchanged = (*message)->payload == payload;
    canary.round_trip = (*message)->received - started;
  }
  return canary;
}

}  // namespace fogis::checks::integration
