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
  for (const auto& [name, subscribers, uncertain] : *seen.sample.channels) {
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

/// Whether patterns that are not this tool's may deliver what nobody subscribes to by name.
bool patterns_may_deliver(const Observation& seen) {
  if (!seen.sample.pubsub_clients) {
    return seen.sample.integer("pubsub_patterns").value_or(0) > 0;
  }
  const auto& clients = *seen.sample.pubsub_clients;
  return std::any_of(clients.begin(), clients.end(),
                     [](const auto& client) { return client.patterns > 0; });
}

/// Nobody by name is not nobody at all.
void soften_unheard(const Observation& seen, double limit, Alert& finding) {
  const auto& channels = *seen.sample.channels;
  if (std::any_of(channels.begin(), channels.end(),
                  [](const auto& channel) { return channel.uncertain; })) {
    finding.severity = AlertLevel::unknown;
    finding.message = "who listens may be this tool alone: " + unheard_channels(seen, limit);
    finding.hint = "end its subscribe or integration, or run fogis-redis integration";
  } else if (patterns_may_deliver(seen)) {
    finding.severity = AlertLevel::warning;
    finding.message =
        "too few subscribers by name, but patterns may deliver: " + unheard_channels(seen, limit);
  }
}

/// Why the value is not there.
std::string why_absent(const Metric& metric, const Observation& seen) {
  if (seen.sample.info.empty() && metric.source != Source::computed) {
    return "INFO is not available";
  }
  if (metric.name.starts_with("canary")) {
    return "it needs --canary";
  }
  if (!seen.changes && (metric.source == Source::rate || metric.source == Source::increase ||
                        metric.name == "cpu")) {
    return "it needs a second sample";
  }
  if (metric.name.starts_with("memory") && seen.sample.info.integer("maxmemory") == 0) {
    return "maxmemory is not set";
  }
  return "the server does not report it";
}

/// Whether there is nothing to compare, and that is known.
bool has_no_case(const Metric& metric, const Observation& seen) {
  const auto name = metric.name;
  return (name == "hit_rate" && seen.lookups) ||
         (name == "save_age" && seen.sample.settings.snapshots.has_value() &&
          seen.sample.integer("aof_enabled")) ||
         (name == "slowest_command" && seen.sample.slow_log) ||
         (name.starts_with("master_") && seen.sample.role() == "master");
}

Alert open_question(const Metric* metric, std::string message, std::string hint) {
  return {.metric = metric,
          .severity = AlertLevel::unknown,
          .value = std::nullopt,
          .limit = std::nullopt,
          .message = std::move(message),
          .hint = std::move(hint)};
}

/// What keeps the whole from being judged: then only what was measured here counts.
void judge_refusals(const Observation& seen, const Thresholds& thresholds,
                    std::vector<Alert>& findings) {
  const auto& refusals = seen.sample.refusals;
  if (seen.sample.info.empty()) {
    const auto refused = refusals.find("INFO");
    findings.push_back(open_question(
        nullptr,
        refused == refusals.end() ? "INFO is empty" : "INFO is refused: " + refused->second,
        "without it no limit can be judged: allow +info to this user"));
  }
  const auto refused = refusals.find("PUBSUB NUMSUB");
  const auto limit = thresholds.of("fogis_subscribers");
  if (refused != refusals.end() && (limit.warning || limit.critical)) {
    const bool none = refused->second.find("unknown command") != std::string::npos;
    findings.push_back(
        open_question(find_metric("fogis_subscribers"),
                      (none ? "no pub/sub here, probably a proxy: PUBSUB NUMSUB is refused: "
                            : "PUBSUB NUMSUB is refused: ") +
                          refused->second,
                      none ? "connect to the Redis server itself"
                           : "allow +pubsub to this user, or --crit fogis_subscribers=off"));
  }
}

void judge_metric(const Metric& metric, const Observation& seen, const Thresholds& thresholds,
                  std::vector<Alert>& findings) {
  const auto limit = thresholds.of(metric.name);
  if (!limit.warning && !limit.critical) {
    return;
  }
  const auto value = value_of(metric, seen);
  if (!value) {
    const bool told =
        metric.name == "fogis_subscribers" && seen.sample.refusals.contains("PUBSUB NUMSUB");
    if (limit.named && !told && !has_no_case(metric, seen)) {
      findings.push_back(open_question(
          &metric, fmt::format("{} cannot be judged: {}", metric.name, why_absent(metric, seen)),
          "its limit was set with --warn or --crit; remove it if it does not matter here"));
    }
    return;
  }
  if (!is_meaningful(metric, seen)) {
    return;
  }
  if (const auto severity = crossed(metric, *value, limit)) {
    const auto reached = *severity == AlertLevel::critical ? *limit.critical : *limit.warning;
    findings.push_back(make_finding(metric, *severity, *value, reached, seen));
    if (metric.name == "fogis_subscribers") {
      soften_unheard(seen, reached, findings.back());
      if (seen.sample.info.empty()) {
        findings.back().severity = AlertLevel::warning;  // of a server that tells nothing else
      }
    }
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

/// By the worst finding.
Health health_of(const std::vector<Alert>& findings) {
  if (findings.empty()) {
    return Health::healthy;
  }
  switch (findings.front().severity) {
    case AlertLevel::warning:
      return Health::degraded;
    case AlertLevel::unknown:
      return Health::unknown;
    case AlertLevel::critical:
      break;
  }
  return Health::unhealthy;
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
  judge_refusals(observation, thresholds, verdict.findings);
  for (const auto& metric : metrics()) {
    judge_metric(metric, observation, thresholds, verdict.findings);
  }
  judge_missing_probe(observation, verdict.findings);
  std::stable_sort(
      verdict.findings.begin(), verdict.findings.end(),
      [](const auto& left, const auto& right) { return left.severity > right.severity; });
  verdict.health = health_of(verdict.findings);
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
