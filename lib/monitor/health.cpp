#include "monitor/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "message/channels.hpp"

namespace fogis::monitor {
namespace {

constexpr double kEnoughLookups = 100;

/// Whether a limit says anything here.
bool is_meaningful(const Metric& metric, const Observation& seen) {
  if (metric.name == "hit_rate") {
    return value_of("lookups", seen).value_or(0) > kEnoughLookups;
  }
  if (metric.name == "save_age") {
    // What has not changed need not be saved. Where it is not told, it may have.
    return value_of("unsaved_changes", seen).value_or(1) > 0;
  }
  return true;
}

std::string comparison(const Metric& metric, double value, double limit) {
  return fmt::format("{} is {}, {} {}", metric.name, format_value(metric.unit, value),
                     metric.worse == Worse::higher ? "above" : "below",
                     format_value(metric.unit, limit));
}

/// The channels with live traffic that have fewer subscribers than wanted.
std::string unheard_channels(const Observation& seen, double wanted) {
  std::string list;
  for (const auto& [name, subscribers] : *seen.sample.channels) {
    const auto* const channel = message::find_channel(name);
    if (channel != nullptr && channel->role == message::ChannelRole::live &&
        static_cast<double>(subscribers) < wanted) {
      list += fmt::format("{}{}", list.empty() ? "" : ", ", name);
    }
  }
  return list;
}

/// What the metric's value alone does not say.
std::string detail_of(const Metric& metric, double limit, const Observation& seen) {
  if (metric.name == "fogis_subscribers") {
    return unheard_channels(seen, limit);
  }
  if (metric.name == "ping_ok") {
    return seen.sample.ping_refusal;
  }
  if (metric.name != "canary_ok" || !seen.canary) {
    return {};
  }
  const auto& canary = *seen.canary;
  if (canary.error) {
    return canary.error->message;
  }
  if (canary.lost() > 0) {
    return fmt::format("{} of {} canaries did not come back", canary.lost(), canary.sent);
  }
  return fmt::format("{} of {} canaries came back out of order", canary.disordered, canary.sent);
}

Alert make_finding(const Metric& metric, AlertLevel severity, double value, double limit,
                   const Observation& seen) {
  const auto words = explain(metric.name);
  auto message =
      words.meaning.empty() ? comparison(metric, value, limit) : std::string(words.meaning);
  if (const auto detail = detail_of(metric, limit, seen); !detail.empty()) {
    message += ": " + detail;
  }
  return {.metric = &metric,
          .severity = severity,
          .value = value,
          .limit = limit,
          .message = std::move(message),
          .hint = std::string(words.hint)};
}

void judge_metric(const Metric& metric, const Observation& seen, const Thresholds& thresholds,
                  std::vector<Alert>& findings) {
  const auto limit = thresholds.of(metric.name);
  if (!limit.warning && !limit.critical) {
    return;
  }
  const auto value = value_of(metric, seen);
  if (!value || !is_meaningful(metric, seen)) {
    return;
  }
  if (const auto severity = crossed(metric, *value, limit)) {
    const auto reached = *severity == AlertLevel::critical ? *limit.critical : *limit.warning;
    findings.push_back(make_finding(metric, *severity, *value, reached, seen));
  }
}

/// A probe that was asked for and could not be made leaves a question open.
void judge_missing_probe(const Observation& seen, std::vector<Alert>& findings) {
  if (seen.canary && seen.canary->denied()) {
    findings.push_back({.metric = find_metric("canary_ok"),
                        .severity = AlertLevel::warning,
                        .value = std::nullopt,
                        .limit = std::nullopt,
                        .message = "the canary is not permitted: " + seen.canary->error->message,
                        .hint = seen.canary->error->hint});
  }
}

/// Without INFO only the canary can tell how the server is.
bool is_visible(const Observation& seen) {
  return !seen.sample.info.empty() || (seen.canary && !seen.canary->denied());
}

Health health_of(const std::vector<Alert>& findings, bool visible) {
  if (!findings.empty() && findings.front().severity == AlertLevel::critical) {
    return Health::unhealthy;
  }
  if (!visible) {
    return Health::unknown;
  }
  return findings.empty() ? Health::healthy : Health::degraded;
}

}  // namespace

std::string_view name(Health health) {
  switch (health) {
    case Health::healthy:
      return "healthy";
    case Health::degraded:
      return "degraded";
    case Health::unhealthy:
      return "unhealthy";
    case Health::unknown:
      break;
  }
  return "unknown";
}

Verdict judge(const Observation& observation, const Thresholds& thresholds) {
  Verdict verdict;
  for (const auto& metric : metrics()) {
    judge_metric(metric, observation, thresholds, verdict.findings);
  }
  judge_missing_probe(observation, verdict.findings);
  std::stable_sort(
      verdict.findings.begin(), verdict.findings.end(),
      [](const auto& left, const auto& right) { return left.severity > right.severity; });
  verdict.health = health_of(verdict.findings, is_visible(observation));
  return verdict;
}

Verdict judge(const Error& error) {
  const bool answered = error.kind == ErrorKind::not_ready;
  return {.health = answered ? Health::unhealthy : Health::unknown,
          .findings = {{.metric = nullptr,
                        .severity = AlertLevel::critical,
                        .value = std::nullopt,
                        .limit = std::nullopt,
                        .message = error.message,
                        .hint = error.hint}}};
}

}  // namespace fogis::monitor
