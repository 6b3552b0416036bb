#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/delivery.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

constexpr std::size_t kSubscribers = 5;
constexpr std::size_t kFanOutMessages = 100;

Result<std::vector<redis::Subscriber>> make_subscribers(Context& context,
                                                        const std::string& channel) {
  std::vector<redis::Subscriber> subscribers;
  for (std::size_t i = 0; i < kSubscribers; ++i) {
    subscribers.push_back(context.make_subscriber());
    TRY(subscribe(context, subscribers.back(), {channel}));
  }
  return subscribers;
}

}  // namespace

Result<CheckResult> check_fan_out(Context& context) {
  const auto channel = context.channel("fan-out");
  TRY_ASSIGN(auto subscribers, make_subscribers(context, channel));
  const auto payloads = numbered_payloads(kFanOutMessages);
  TRY_ASSIGN(const auto receivers,
             publish_burst(context, channel, {payloads.begin(), payloads.end()}));
  for (std::size_t i = 0; i < kSubscribers; ++i) {
    TRY_ASSIGN(const auto received,
               receive_rest(context, subscribers[i], channel, kFanOutMessages));
    const auto delivery = compare_delivery(payloads, received);
    if (!delivery.perfect()) {
      return failed(
          "not every subscriber got every message",
          fmt::format("subscriber {} of {}, {}", i + 1, kSubscribers, delivery.describe()),
          "check for a proxy, and the server's output buffer limits");
    }
  }
  if (receivers < static_cast<std::int64_t>(kSubscribers)) {
    return failed("PUBLISH counts too few receivers",
                  fmt::format("{} subscribers got every message, but PUBLISH counted {}",
                              kSubscribers, receivers),
                  "a proxy or a cluster may hide some: do not rely on the count");
  }
  auto result =
      passed(fmt::format("{} messages to {} subscribers each", kFanOutMessages, kSubscribers));
  result.detail("subscribers", static_cast<std::int64_t>(kSubscribers))
      .detail("messages", static_cast<std::int64_t>(kFanOutMessages))
      .detail("receivers", receivers);
  return result;
}

}  // namespace fogis::checks
