#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/integration/checks.hpp"
#include "checks/integration/symptoms.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {
namespace {

using message::ChannelRole;

struct Words {
  Status status = Status::pass;
  std::string text;
};

/// The calendar is wanted there.
Words judge_calendar_channel(const Evidence& evidence, const Listeners& listeners,
                             std::uint64_t messages, ChannelRole role) {
  const auto expected = evidence.options.expected_subscribers;
  if (listeners.at_least > expected && has_leftover_subscription(evidence)) {
    return {Status::warn, "one subscription too many, not read"};
  }
  if (listeners.at_least > expected) {
    return {Status::fail, fmt::format("{} listen, {} expected", listeners.at_least, expected)};
  }
  if (listeners.at_most == 0 && expected > 0 && !unseen_nodes(evidence).empty()) {
    return {Status::warn, "nobody seen listening"};
  }
  if (listeners.at_most == 0 && expected > 0 && hears_by_pattern(evidence)) {
    return {Status::warn, "by pattern only"};
  }
  if (listeners.at_most == 0 && expected > 0) {
    if (role == ChannelRole::live) {
      return {Status::fail, messages > 0 ? "messages are lost" : "nobody listens"};
    }
    return messages > 0 ? Words{Status::fail, "messages are lost"}
                        : Words{Status::warn, "nobody listens"};
  }
  if (listeners.at_most < expected && role == ChannelRole::live) {
    return {Status::fail, fmt::format("{} listen, {} expected", listeners.at_most, expected)};
  }
  if (messages > 0) {
    return {Status::pass, "served"};
  }
  return {Status::pass,
          role == ChannelRole::live ? "listened to" : "listened to, no publisher known"};
}

/// `messages` is nothing where they could not be watched.
Words judge_other_channel(const Listeners& listeners, std::optional<std::uint64_t> messages) {
  if (!messages) {
    return {Status::pass, listeners.at_most > 0 ? "listened to" : "not watched"};
  }
  if (messages > 0 && listeners.at_most == 0) {
    return {Status::fail, "messages are lost"};
  }
  if (messages > 0) {
    return {Status::pass, "served"};
  }
  return {Status::pass, listeners.at_most > 0 ? "listened to, no publisher seen" : "unused"};
}

ChannelVerdict judge_channel(const Evidence& evidence, const std::string& name) {
  const auto* const known = message::find_channel(name);
  const auto listeners = *evidence.listeners(name);
  ChannelVerdict verdict;
  verdict.channel = name;
  verdict.role = known == nullptr ? "given" : message::name(known->role);
  verdict.listeners = listeners.at_most;
  if (evidence.watched(name)) {
    verdict.messages = evidence.traffic_on(name).messages;
  }
  auto words =
      known != nullptr && known->subscriber == message::Party::calendar
          ? judge_calendar_channel(evidence, listeners, verdict.messages.value_or(0), known->role)
          : judge_other_channel(listeners, verdict.messages);
  verdict.status = words.status;
  verdict.verdict = std::move(words.text);
  return verdict;
}

}  // namespace

CheckResult judge_wiring(const Evidence& evidence) {
  if (!evidence.before) {
    return skipped("not seen",
                   evidence.survey_error ? evidence.survey_error->message : "nothing was queried",
                   evidence.survey_error ? evidence.survey_error->hint : std::string());
  }
  auto result = passed({});
  for (const auto& name : all_channels(evidence.options)) {
    result.channels.push_back(judge_channel(evidence, name));
  }
  const auto heard = std::count_if(
      result.channels.begin(), result.channels.end(),
      [](const ChannelVerdict& channel) { return channel.listeners.value_or(0) > 0; });
  const auto seen = evidence.traffic.watched
                        ? count_of(evidence.traffic.messages, "message") + " seen"
                        : "messages not watched";
  result.summary = fmt::format("{} of {} listened to, {}", heard,
                               count_of(result.channels.size(), "channel"), seen);
  const auto& survey = evidence.after ? *evidence.after : *evidence.before;
  result.detail("patterns", survey.patterns)
      .detail("messages", static_cast<std::int64_t>(evidence.traffic.messages))
      .detail("observed", evidence.traffic.watched_for);
  if (survey.clients) {
    result.detail("pubsub_clients", static_cast<std::int64_t>(survey.clients->size()))
        .detail("own_clients", survey.own_clients());
  }
  return result;
}

}  // namespace fogis::checks::integration
