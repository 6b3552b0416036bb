#include "checks/suite/delivery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "redis/publisher.hpp"

namespace fogis::checks {
namespace {

using namespace std::chrono_literals;
using redis::Message;

constexpr std::string_view kEndMark = "fogis-redis: end of test";
constexpr auto kMarkTime = 2s;
constexpr auto kGrace = 100ms;

/// Only a message that is wholly ours ends the wait; a copy in a payload does not.
bool is_end_mark(const Message& message, std::string_view channel) {
  return message.channel == channel && message.payload == kEndMark;
}

void append_count(std::string& list, std::size_t count, std::string_view what) {
  if (count != 0) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, what);
  }
}

}  // namespace

std::vector<std::string> numbered_payloads(std::size_t count) {
  constexpr std::size_t kByteValues = 256;
  constexpr std::size_t kLongest = 1024;
  std::vector<std::string> payloads(count);
  for (std::size_t i = 0; i < count; ++i) {
    payloads[i] = fmt::format("{}:", i);
    const auto length = i * 37 % kLongest;
    for (std::size_t position = 0; position < length; ++position) {
      payloads[i] += static_cast<char>((i + position) % kByteValues);
    }
  }
  return payloads;
}

std::string Delivery::describe() const {
  std::string list;
  append_count(list, lost, "lost");
  append_count(list, doubled, "delivered twice");
  append_count(list, disordered, "out of order");
  append_count(list, altered, "altered");
  return fmt::format("of {}: {}", count_of(sent, "message"), list.empty() ? "none lost" : list);
}

Delivery compare_delivery(const std::vector<std::string>& sent,
                          const std::vector<Message>& received) {
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    numbers.emplace(sent[i], i);
  }
  Delivery delivery;
  delivery.sent = sent.size();
  std::vector<std::size_t> seen(sent.size(), 0);
  std::size_t next = 0;  // one more than the latest number so far
  for (const auto& message : received) {
    const auto found = numbers.find(message.payload);
    if (found == numbers.end()) {
      ++delivery.altered;
      continue;
    }
    const auto number = found->second;
    if (++seen[number] > 1) {
      ++delivery.doubled;
    } else if (number < next) {
      ++delivery.disordered;
    }
    next = std::max(next, number + 1);
  }
  const auto missing = static_cast<std::size_t>(std::count(seen.begin(), seen.end(), 0U));
  delivery.lost = missing - std::min(missing, delivery.altered);
  return delivery;
}

Result<void> subscribe(const Context& context, redis::Subscriber& subscriber,
                       const std::vector<std::string>& channels,
                       const std::vector<std::string>& patterns) {
  auto done = subscriber.subscribe(channels);
  if (!done) {
    return failure(
        context.explain(std::move(done.error()), {"SUBSCRIBE"},
                        channels.empty() ? kTestChannels : std::string_view(channels.front())));
  }
  if (patterns.empty()) {
    return done;
  }
  done = subscriber.subscribe({}, patterns);
  if (done) {
    return done;
  }
  auto error = context.explain(std::move(done.error()), {"PSUBSCRIBE"});
  if (error.kind == ErrorKind::forbidden) {
    error.hint = fmt::format(
        "the user's rules must contain the exact pattern: ACL SETUSER {} &* +psubscribe",
        context.user());
  }
  return failure(std::move(error));
}

Result<std::int64_t> publish(Context& context, std::string_view channel, std::string_view payload) {
  auto receivers = redis::Publisher(context.client()).publish(channel, payload);
  if (!receivers) {
    return failure(context.explain(std::move(receivers.error()), {"PUBLISH"}, channel));
  }
  return receivers;
}

Result<std::int64_t> publish_burst(Context& context, std::string_view channel,
                                   const std::vector<std::string_view>& payloads) {
  redis::Pipeline pipeline;
  for (const auto payload : payloads) {
    pipeline.add({"PUBLISH", channel, payload});
  }
  TRY_ASSIGN(auto lease, context.client().lease());
  TRY_ASSIGN(const auto replies, lease->run(pipeline, context.operation_deadline()));
  auto fewest = std::numeric_limits<std::int64_t>::max();
  for (const auto& reply : replies) {
    if (reply.is_error()) {
      return failure(context.refusal(reply, {"PUBLISH"}));
    }
    fewest = std::min(fewest, reply.integer);
  }
  return fewest;
}

Result<std::optional<Message>> next_message(redis::Subscriber& subscriber,
                                            const Deadline& deadline) {
  TRY_ASSIGN(auto event, subscriber.next(deadline));
  if (!event) {
    return std::optional<Message>();
  }
  if (auto* const gap = std::get_if<redis::Resubscribed>(&*event)) {
    return failure(std::move(gap->cause));
  }
  return std::optional<Message>(std::get<Message>(std::move(*event)));
}

Result<std::vector<Message>> receive_rest(Context& context, redis::Subscriber& subscriber,
                                          std::string_view channel, std::size_t wanted) {
  TRY(publish(context, channel, kEndMark));
  std::vector<Message> messages;
  auto deadline = context.operation_deadline().within(kMarkTime);
  bool ended = false;
  while (!ended || messages.size() < wanted) {
    TRY_ASSIGN(auto message, next_message(subscriber, deadline));
    if (!message) {
      break;
    }
    if (is_end_mark(*message, channel)) {
      ended = true;
      deadline = deadline.within(kGrace);
    } else {
      messages.push_back(std::move(*message));
    }
  }
  return messages;
}

}  // namespace fogis::checks
