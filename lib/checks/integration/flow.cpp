#include "checks/integration/flow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "checks/integration/checks.hpp"
#include "checks/integration/symptoms.hpp"
#include "checks/suite/delivery.hpp"
#include "checks/verdict.hpp"
#include "message/builder.hpp"
#include "message/channels.hpp"

namespace fogis::checks::integration {
namespace {

/// A message to be sent.
struct Parcel {
  std::string channel;
  std::string what;
  std::string payload;
};

std::vector<Parcel> make_parcels(const Context& context, Flow flow, const std::string& source) {
  message::BuildOptions build;
  build.source = source;
  std::vector<Parcel> parcels{{context.channel("flow"), "private",
                               message::build_message(message::Shape::corrected, build)}};
  if (flow == Flow::private_channels) {
    return parcels;
  }
  for (const auto& channel : message::channels()) {
    if (channel.role == message::ChannelRole::live && channel.carries) {
      parcels.push_back(
          {std::string(channel.name), "probe", message::build_probe(*channel.carries, build)});
      if (flow == Flow::live && channel.carries == message::Type::match_updates) {
        build.matches = 1;
        parcels.push_back({std::string(channel.name), "live update",
                           message::build_message(message::Shape::corrected, build)});
      }
    }
  }
  return parcels;
}

/// The id in a message of the builder, which no other message has.
std::string_view id_of(std::string_view payload) {
  constexpr std::string_view kKey = R"("message_id":")";
  const auto at = payload.find(kKey);
  const auto rest =
      at == std::string_view::npos ? std::string_view() : payload.substr(at + kKey.size());
  return rest.substr(0, rest.find('"'));
}

/// Waits for the message among whatever else is published; its id tells it also when altered.
Result<void> await(redis::Subscriber& receiver, const Parcel& parcel, const Deadline& deadline,
                   Deadline::Clock::time_point sent, FlowStep& step) {
  while (true) {
    TRY_ASSIGN(auto message, next_message(receiver, deadline));
    if (!message) {
      return {};
    }
    if (message->channel == parcel.channel &&
        message->payload.find(id_of(parcel.payload)) != std::string::npos) {
      step.arrived = true;
      step.unchanged = message->payload == parcel.payload;
      step.latency = message->received - sent;
      return {};
    }
  }
}

/// NUMSUB of the channel, ours included; nothing when it is refused.
std::optional<std::int64_t> count_subscribed(Context& context, const std::string& channel) {
  const auto reply = context.ask({"PUBSUB", "NUMSUB", channel}, redis::Repeat::if_unsure);
  return reply && reply->elements.size() == 2 ? std::optional(reply->elements[1].integer)
                                              : std::nullopt;
}

FlowStep send(Context& context, redis::Subscriber& receiver, const Parcel& parcel) {
  FlowStep step;
  step.channel = parcel.channel;
  step.what = parcel.what;
  if (auto done = subscribe(context, receiver, {parcel.channel}); !done) {
    step.error = std::move(done.error());
    return step;
  }
  step.subscribed = count_subscribed(context, parcel.channel);
  const auto sent = Deadline::Clock::now();
  auto receivers = publish(context, parcel.channel, parcel.payload);
  if (!receivers) {
    step.error = std::move(receivers.error());
    return step;
  }
  step.receivers = *receivers;
  if (auto done = await(receiver, parcel, context.operation_deadline(), sent, step); !done) {
    step.error = std::move(done.error());
  }
  return step;
}

void judge_step(const FlowStep& step, Findings& findings) {
  const auto where = fmt::format("{} on {}", step.what, step.channel);
  if (step.error) {
    const auto text = fmt::format("{}: {}", where, step.error->message);
    if (step.error->kind == ErrorKind::forbidden) {
      findings.skip(text, step.error->hint);
    } else {
      findings.fail(text, step.error->hint);
    }
    return;
  }
  if (!step.arrived) {
    findings.fail(fmt::format("{}: published, but did not come back", where),
                  "check for a proxy, and whether the server is a replica or in a cluster");
    return;
  }
  if (!step.unchanged) {
    findings.fail(fmt::format("{}: came back changed", where), "a proxy treats messages as text");
  }
  if (step.subscribed && step.receivers.value_or(0) < *step.subscribed) {
    findings.fail(fmt::format("{}: PUBLISH counts {} receivers, NUMSUB {}", where,
                              step.receivers.value_or(0), *step.subscribed),
                  "a proxy or a cluster may hide some; a subscriber may just have left");
  }
}

/// Receivers beyond those of the channel itself: clients whose patterns match it.
std::int64_t by_pattern(const std::vector<FlowStep>& steps) {
  std::int64_t most = 0;
  for (const auto& step : steps) {
    if (step.receivers && step.subscribed) {
      most = std::max(most, *step.receivers - *step.subscribed);
    }
  }
  return most;
}

}  // namespace

std::vector<FlowStep> send_messages(Context& context, Flow flow, const std::string& source) {
  auto receiver = context.make_subscriber(kNoRetry, "flow");
  std::vector<FlowStep> steps;
  std::vector<std::string> subscribed;
  for (const auto& parcel : make_parcels(context, flow, source)) {
    steps.push_back(send(context, receiver, parcel));
    subscribed.push_back(parcel.channel);
    const auto& error = steps.back().error;
    if (error && (is_connection_failure(*error) || error->kind == ErrorKind::interrupted)) {
      return steps;
    }
  }
  // Counts that are taken later must not have ours in them. A failure here shows there.
  [[maybe_unused]] const auto done = receiver.unsubscribe(subscribed);
  return steps;
}

CheckResult judge_flow(const Evidence& evidence) {
  if (is_starving(evidence)) {
    return skipped("not tested", "published messages do not arrive: see D17");
  }
  if (evidence.flow.empty()) {
    return skipped("not tested", "nothing was published");
  }
  Findings findings;
  std::chrono::nanoseconds slowest{};
  for (const auto& step : evidence.flow) {
    judge_step(step, findings);
    slowest = std::max(slowest, step.latency);
  }
  const auto arrived =
      static_cast<std::size_t>(std::count_if(evidence.flow.begin(), evidence.flow.end(),
                                             [](const FlowStep& step) { return step.arrived; }));
  const auto count = count_of(evidence.flow.size(), "message");
  auto result =
      findings.result(arrived == 0 ? fmt::format("0 of {} came back", count)
                                   : fmt::format("{} of {} came back, the slowest after {}",
                                                 arrived, count, format_duration(slowest)));
  if (arrived == 0 && result.status == Status::skip) {
    result.summary = "not permitted";
  }
  result.detail("mode", std::string(name(evidence.options.flow)))
      .detail("messages", static_cast<std::int64_t>(evidence.flow.size()))
      .detail("arrived", static_cast<std::int64_t>(arrived))
      .detail("slowest", slowest)
      .detail("receivers_by_pattern", by_pattern(evidence.flow));
  return result;
}

}  // namespace fogis::checks::integration
