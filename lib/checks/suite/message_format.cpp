#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "checks/suite/broken_messages.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/delivery.hpp"
#include "checks/suite/expected.hpp"
#include "checks/verdict.hpp"
#include "message/builder.hpp"
#include "message/contract.hpp"

namespace fogis::checks {
namespace {

using message::Judgement;
using message::Shape;

constexpr std::size_t kMatches = 15;  ///< the most that a deployed publisher sends at a time

/// Nothing, or why the check failed.
using Verdict = Result<std::optional<CheckResult>>;

/// Where messages go through Redis.
struct Route {
  Context& context;
  redis::Subscriber& subscriber;
  std::string channel;
  std::string key;
};

CheckResult altered(std::string_view what, std::string_view how) {
  return failed("a message was changed in transit",
                fmt::format("the {} message came back different when {}", what, how),
                "a proxy or a client library treats messages as text");
}

/// Publishes and stores the message; both must give back the same bytes.
Verdict pass_through(Route& route, std::string_view what, const std::string& message) {
  TRY(publish(route.context, route.channel, message));
  TRY_ASSIGN(const auto received,
             next_message(route.subscriber, route.context.operation_deadline()));
  if (!received) {
    return failed("a message did not arrive",
                  fmt::format("the {} message was published, but not received", what));
  }
  if (received->payload != message) {
    return altered(what, "published");
  }
  TRY(route.context.ask({"SET", route.key, message, "EX", kKeyTtlSeconds}));
  TRY_ASSIGN(const auto stored, route.context.ask({"GET", route.key}));
  return same(stored, string_reply(message)) ? Verdict(std::nullopt)
                                             : Verdict(altered(what, "stored"));
}

bool names_rule(const Judgement& judgement, std::string_view rule) {
  return std::any_of(judgement.findings.begin(), judgement.findings.end(),
                     [&](const message::Finding& finding) { return finding.rule == rule; });
}

/// What is deployed has the one fault D1 by its nature; every other shape has none.
bool is_accepted(Shape shape, const Judgement& judgement) {
  const bool expected_errors =
      shape == Shape::production
          ? judgement.errors == 1 && names_rule(judgement, "schema-version-in-payload")
          : judgement.errors == 0;
  return judgement.schema_valid && judgement.shape == shape && expected_errors;
}

Verdict check_shapes(Route& route) {
  message::BuildOptions options;
  options.matches = kMatches;
  for (const auto shape : message::kShapes) {
    const auto message = message::build_message(shape, options);
    auto verdict = pass_through(route, message::name(shape), message);
    if (!verdict || *verdict) {
      return verdict;
    }
    const auto judgement = message::judge(message);
    if (!is_accepted(shape, judgement)) {
      return failed("a valid message is rejected",
                    fmt::format("{}: {}", message::name(shape),
                                judgement.findings.empty() ? "its shape is not recognised"
                                                           : judgement.findings.front().rule),
                    "this is a bug in fogis-redis: please report it");
    }
  }
  return std::nullopt;
}

Verdict check_broken(Route& route) {
  for (const auto& recipe : broken_messages()) {
    TRY_ASSIGN(const auto message, make_broken(recipe));
    auto verdict = pass_through(route, recipe.rule, message);
    if (!verdict || *verdict) {
      return verdict;
    }
    message::JudgeOptions options;
    options.reader = recipe.reader;
    if (!names_rule(message::judge(message, options), recipe.rule)) {
      return failed("an invalid message is not detected", fmt::format("fault {}", recipe.rule),
                    "this is a bug in fogis-redis: please report it");
    }
  }
  return std::nullopt;
}

}  // namespace

Result<CheckResult> check_message_format(Context& context) {
  auto subscriber = context.make_subscriber();
  Route route{context, subscriber, context.channel("message-format"),
              context.key("message-format")};
  TRY(subscribe(context, subscriber, {route.channel}));
  auto verdict = check_shapes(route);
  if (verdict && !*verdict) {
    verdict = check_broken(route);
  }
  if (!verdict) {
    return failure(verdict.error());
  }
  if (*verdict) {
    return std::move(**verdict);
  }
  const auto faults = broken_messages().size();
  auto result =
      passed(fmt::format("{} shapes pass, {} faults detected", message::kShapes.size(), faults));
  result.detail("shapes", static_cast<std::int64_t>(message::kShapes.size()))
      .detail("faults", static_cast<std::int64_t>(faults));
  return result;
}

}  // namespace fogis::checks
