#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "checks/suite/checks.hpp"
#include "checks/suite/delivery.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

/// A channel, and the pattern that must deliver it; empty when none may.
struct Case {
  std::string_view channel;
  std::string_view pattern;
};

constexpr std::array<std::string_view, 3> kPatterns{"pattern:any:*", "pattern:one:?",
                                                    "pattern:set:[ab]"};
constexpr std::array<Case, 7> kCases{{
    {"pattern:any:match:updates", "pattern:any:*"},
    {"pattern:any:", "pattern:any:*"},
    {"pattern:one:x", "pattern:one:?"},
    {"pattern:one:xy", ""},
    {"pattern:set:a", "pattern:set:[ab]"},
    {"pattern:set:c", ""},
    {"elsewhere", ""},
}};

struct Expectation {
  std::string channel;
  std::string pattern;
};

std::string show(const std::string& channel, const std::string& pattern) {
  return pattern.empty() ? channel : fmt::format("{} by {}", channel, pattern);
}

/// What differs first; empty when nothing does.
std::string first_difference(const std::vector<Expectation>& wanted,
                             const std::vector<redis::Message>& received) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto text = show(wanted[i].channel, wanted[i].pattern);
    if (i == received.size()) {
      return "nothing was delivered for " + text;
    }
    const auto& message = received[i];
    if (message.channel != wanted[i].channel || message.pattern != wanted[i].pattern ||
        message.payload != wanted[i].channel) {
      return fmt::format("expected {}, got {}", text, show(message.channel, message.pattern));
    }
  }
  return received.size() > wanted.size()
             ? "delivered without a match: " +
                   show(received[wanted.size()].channel, received[wanted.size()].pattern)
             : std::string();
}

/// Publishes to each channel its own name, then takes what came.
Result<std::vector<redis::Message>> publish_cases(Context& context, redis::Subscriber& subscriber,
                                                  const std::string& control, std::size_t wanted) {
  for (const auto& item : kCases) {
    const auto channel = context.channel(item.channel);
    TRY(publish(context, channel, channel));
  }
  return receive_rest(context, subscriber, control, wanted);
}

CheckResult wrong(std::string cause) {
  return failed("patterns do not deliver correctly", std::move(cause),
                "do not rely on PSUBSCRIBE here; check for a proxy");
}

}  // namespace

Result<CheckResult> check_pattern_subscription(Context& context) {
  const auto control = context.channel("pattern-control");
  std::vector<std::string> patterns;
  patterns.reserve(kPatterns.size());
  for (const auto pattern : kPatterns) {
    patterns.push_back(context.channel(pattern));
  }
  std::vector<Expectation> wanted;
  for (const auto& item : kCases) {
    if (!item.pattern.empty()) {
      wanted.push_back({context.channel(item.channel), context.channel(item.pattern)});
    }
  }
  auto subscriber = context.make_subscriber();
  TRY(subscribe(context, subscriber, {control}, patterns));
  auto received = publish_cases(context, subscriber, control, wanted.size());
  if (!received) {
    return failure(received.error());
  }
  if (auto difference = first_difference(wanted, *received); !difference.empty()) {
    return wrong(std::move(difference));
  }
  TRY(subscriber.unsubscribe({}, patterns));
  received = publish_cases(context, subscriber, control, 0);
  if (!received) {
    return failure(received.error());
  }
  if (auto difference = first_difference({}, *received); !difference.empty()) {
    return wrong("after PUNSUBSCRIBE: " + difference);
  }
  return passed(fmt::format("{} patterns, {} of {} channels delivered", patterns.size(),
                            wanted.size(), kCases.size()));
}

}  // namespace fogis::checks
