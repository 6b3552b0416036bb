#include "monitor/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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
  if (!seen.sample.unseen_nodes.empty()) {
    finding.severity = AlertLevel::unknown;
    finding.message = fmt::format("too few subscribers where we could look, but {}: {}",
                                  seen.sample.unseen_nodes, unheard_channels(seen, limit));
    finding.hint =
        "each node of the cluster counts its own subscribers: make all reachable from here";
  } else if (std::any_of(channels.begin(), channels.end(),
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

/// What metrics need beside INFO, by the beginning of their names.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kNeeds{{
    {"ping", "PING"},
    {"fogis_subscribers", "PUBSUB NUMSUB"},
    {"output_buffer_limit", "CONFIG GET"},
    {"output_buffer", "CLIENT LIST"},
    {"output_buffer_share", "CONFIG GET"},
    {"clients_", "CONFIG GET"},
    {"snapshots", "CONFIG GET"},
    {"save_age", "CONFIG GET"},
    {"slow", "SLOWLOG GET"},
    {"latency_events", "LATENCY LATEST"},
}};

std::string not_available(const Refusals::value_type& refusal) {
  return fmt::format("{} is not available: {}", refusal.first, refusal.second.reason);
}

/// Why the value is not there.
Unjudged why_absent(const Metric& metric, const Observation& seen) {
  const auto& refusals = seen.sample.refusals;
  for (const auto& [prefix, command] : kNeeds) {
    const auto refusal = refusals.find(command);
    if (refusal != refusals.end() && metric.source == Source::computed &&
        metric.name.starts_with(prefix)) {
      return {&metric, not_available(*refusal), true};
    }
  }
  const auto because = [&metric](std::string_view reason) {
    return Unjudged{&metric, std::string(reason), false};
  };
  if (seen.sample.info.empty() && metric.source != Source::computed) {
    return because("INFO is not available");
  }
  if (metric.name.starts_with("canary")) {
    return because("it needs --canary");
  }
  if (!seen.changes && needs_two_looks(metric)) {
    return because("it needs a second sample");
  }
  if (metric.name.starts_with("memory") && seen.sample.info.integer("maxmemory") == 0) {
    return because("maxmemory is not set");
  }
  if (needs_two_looks(metric) && seen.sample.info.number(metric.field)) {
    return because("its counter was reset since the last sample");
  }
  return because("the server does not report it");
}

/// Whether there is nothing to compare, and that is known.
bool has_no_case(const Metric& metric, const Observation& seen) {
  const auto name = metric.name;
  return (name == "hit_rate" && seen.lookups) ||
         (name == "save_age" && seen.sample.settings.snapshots.has_value() &&
          seen.sample.integer("aof_enabled")) ||
         (name == "slowest_command" && seen.sample.slow_log) ||
         (name.starts_with("master_") && seen.sample.role() == "master") ||
         (name == "cluster_ok" && !seen.sample.server.mode.empty() &&
          !seen.sample.server.is_cluster());
}

/// Whether a default limit that cannot be judged here is nothing to be told: there is no limit to
/// reach, it was not asked for, or a finding tells it.
bool is_no_default(const Metric& metric, const Observation& seen) {
  const auto name = metric.name;
  const auto& sample = seen.sample;
  return has_no_case(metric, seen) || sample.info.empty() || name.starts_with("canary") ||
         (name == "memory" && sample.info.integer("maxmemory") == 0) ||
         (name == "output_buffer_share" && sample.pubsub_clients && sample.settings.pubsub_limit);
}

/// What the server's refusal leaves open; one that it takes back by itself says that it is not
/// ready. `rule` would allow it.
Alert open_question(const Metric* metric, std::string message, const Refusal& refusal,
                    std::string_view rule) {
  const bool no_right = refusal.hint.empty() || refusal.reason.starts_with("NOPERM");
  return {.metric = metric,
          .severity = refusal.for_now ? AlertLevel::critical : AlertLevel::unknown,
          .value = std::nullopt,
          .limit = std::nullopt,
          .message = std::move(message),
          .hint = no_right ? fmt::format("allow {} to this user", rule) : refusal.hint};
}

/// What keeps the whole from being judged: then only what was measured here counts.
void judge_info(const Observation& seen, std::vector<Alert>& findings) {
  if (!seen.sample.info.empty()) {
    return;
  }
  const auto refused = seen.sample.refusals.find("INFO");
  const bool empty = refused == seen.sample.refusals.end();
  findings.push_back(open_question(
      nullptr, empty ? "INFO is empty" : "INFO is refused: " + refused->second.reason,
      empty ? Refusal{.reason = {}, .hint = "without it no limit can be judged"} : refused->second,
      "+info"));
}

/// Who listens is known as far as NUMSUB counts, and CLIENT LIST tells who of them is this tool.
void judge_listeners(const Observation& seen, const Thresholds& thresholds,
                     std::vector<Alert>& findings) {
  const auto limit = thresholds.of("fogis_subscribers");
  if (!limit.warning && !limit.critical) {
    return;
  }
  const auto* const metric = find_metric("fogis_subscribers");
  const auto& refusals = seen.sample.refusals;
  if (const auto refused = refusals.find("PUBSUB NUMSUB"); refused != refusals.end()) {
    const auto& reason = refused->second.reason;
    const bool none = reason.find("unknown command") != std::string::npos;
    const auto message = "PUBSUB NUMSUB is refused: " + reason;
    findings.push_back(
        open_question(metric, none ? "no pub/sub here, probably a proxy: " + message : message,
                      none ? Refusal{.reason = {}, .hint = "connect to the Redis server itself"}
                           : refused->second,
                      "+pubsub"));
    if (!none && refused->second.reason.starts_with("NOPERM")) {
      findings.back().hint += ", or --crit fogis_subscribers=off";
    }
    return;
  }
  const auto refused = refusals.find("CLIENT LIST");
  if (refused != refusals.end() && value_of(*metric, seen).value_or(0) > 0) {
    findings.push_back(
        open_question(metric, "who listens may be this tool alone: " + not_available(*refused),
                      refused->second, "+client|list"));
    findings.back().severity = AlertLevel::warning;
  }
}

/// A limit without a value is never passed over in silence: named by the command line it leaves the
/// verdict open.
void judge_absence(const Metric& metric, const Observation& seen, const Limit& limit,
                   Verdict& verdict) {
  const bool told =
      metric.name == "fogis_subscribers" && seen.sample.refusals.contains("PUBSUB NUMSUB");
  if (told || (limit.named ? has_no_case(metric, seen) : is_no_default(metric, seen))) {
    return;
  }
  auto absence = why_absent(metric, seen);
  if (!limit.named) {
    verdict.unjudged.push_back(std::move(absence));
    return;
  }
  verdict.findings.push_back(
      {.metric = &metric,
       .severity = AlertLevel::unknown,
       .value = std::nullopt,
       .limit = std::nullopt,
       .message = fmt::format("{} cannot be judged: {}", metric.name, absence.reason),
       .hint = "its limit was set with --warn or --crit; remove it if it does not matter here"});
}

void judge_metric(const Metric& metric, const Observation& seen, const Thresholds& thresholds,
                  Verdict& verdict) {
  const auto limit = thresholds.of(metric.name);
  if (!limit.warning && !limit.critical) {
    return;
  }
  const auto value = value_of(metric, seen);
  if (!value) {
    judge_absence(metric, seen, limit, verdict);
    return;
  }
  if (!is_meaningful(metric, seen)) {
    return;
  }
  if (const auto severity = crossed(metric, *value, limit)) {
    const auto reached = *severity == AlertLevel::critical ? *limit.critical : *limit.warning;
    auto& finding =
        verdict.findings.emplace_back(make_finding(metric, *severity, *value, reached, seen));
    if (metric.name == "fogis_subscribers") {
      soften_unheard(seen, reached, finding);
      if (seen.sample.info.empty()) {
        finding.severity = AlertLevel::warning;  // of a server that tells nothing else
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
  judge_info(observation, verdict.findings);
  judge_listeners(observation, thresholds, verdict.findings);
  for (const auto& metric : metrics()) {
    judge_metric(metric, observation, thresholds, verdict);
  }
  judge_missing_probe(observation, verdict.findings);
  std::stable_sort(
      verdict.findings.begin(), verdict.findings.end(),
      [](const auto& left, const auto& right) { return left.severity > right.severity; });
  verdict.health = health_of(verdict.findings);
  return verdict;
}

Verdict judge(const Error& error) {
  // What is not ready, or no server to work with, has said no; from others nothing was heard.
  const bool answered = error.kind == ErrorKind::not_ready || error.kind == ErrorKind::rejected;
  return {.health = answered ? Health::unhealthy : Health::unknown,
          .findings = {{.metric = nullptr,
                        .severity = AlertLevel::critical,
                        .value = std::nullopt,
                        .limit = std::nullopt,
                        .message = error.message,
                        .hint = error.hint}}};
}

}  // namespace fogis::monitor
