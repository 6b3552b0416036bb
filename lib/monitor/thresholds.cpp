#include "monitor/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/suggest.hpp"
#include "redis/server_identity.hpp"

namespace fogis::monitor {
namespace {

constexpr double kHour = 3'600'000;  // ms

struct Default {
  std::string_view metric;
  Limit limit;
  Explanation words;
};

constexpr std::string_view kMemoryHint =
    "MEMORY STATS shows what uses it; free some or raise maxmemory";
constexpr std::string_view kClientsHint =
    "CLIENT LIST shows who they are; a client that leaks connections is the usual cause";
constexpr std::string_view kDiskHint =
    "check the server's log and its free disk space; until then writes may be refused";
constexpr std::string_view kSlowHint =
    "the server or the network is slow: check SLOWLOG GET, the server's CPU and the network";
constexpr std::string_view kLaggingHint =
    "it is about to be disconnected and to lose messages: CLIENT LIST TYPE pubsub shows which one";

constexpr auto kDefaults = std::to_array<Default>({
    {"loading",
     {.warning = std::nullopt, .critical = 0},
     {"the server is still loading its data", "wait for it: fogis-redis ping --wait 30s"}},
    {"ping_ok",
     {.warning = std::nullopt, .critical = 1},
     {"PING is refused",
      "the server's reply says why: check the server's log and INFO persistence"}},
    {"ping_p50", {.warning = 10, .critical = 50}, {"", kSlowHint}},
    {"memory", {.warning = 78, .critical = 94}, {"", kMemoryHint}},
    {"evictions",
     {.warning = 0, .critical = std::nullopt},
     {"evicted_keys rises: the server is full and drops keys",
      "free memory or raise maxmemory; this program evicts none, see docs/monitoring.md"}},
    {"clients", {.warning = 20, .critical = 50}, {"", kClientsHint}},
    {"clients_share",
     {.warning = 80, .critical = 95},
     {"", "close unneeded connections or raise maxclients: further clients will be refused"}},
    {"rejections",
     {.warning = std::nullopt, .critical = 0},
     {"clients are refused for maxclients",
      "close unneeded connections or raise maxclients; CLIENT LIST shows who has them"}},
    {"fogis_subscribers",
     {.warning = std::nullopt, .critical = 1},
     {"too few subscribers where live messages are published",
      "is the calendar running and subscribed? run fogis-redis integration"}},
    {"output_buffer_share", {.warning = 50, .critical = 90}, {"", kLaggingHint}},
    {"disconnections",
     {.warning = 0, .critical = std::nullopt},
     {"a client was disconnected for reading too slowly",
      "if it was a subscriber, it lost messages: check its log and its load"}},
    {"canary_ok",
     {.warning = std::nullopt, .critical = 1},
     {"pub/sub does not deliver", "check for CLIENT PAUSE, a network problem or a failover"}},
    {"canary_p50", {.warning = 10, .critical = 50}, {"", kSlowHint}},
    {"hit_rate",
     {.warning = 80, .critical = std::nullopt},
     {"", "keys expire or are evicted before they are read: look at evictions and TTLs"}},
    {"aof",
     {.warning = 1, .critical = std::nullopt},
     {"the append-only file is off: keys are lost on a restart",
      "CONFIG SET appendonly yes, as FOGIS deploys; pub/sub itself needs none"}},
    {"aof_write_ok",
     {.warning = std::nullopt, .critical = 1},
     {"the append-only file cannot be written", kDiskHint}},
    {"snapshot_ok",
     {.warning = std::nullopt, .critical = 1},
     {"the last snapshot could not be saved", kDiskHint}},
    {"save_age",
     {.warning = kHour, .critical = std::nullopt},
     {"", "unsaved changes are waiting: check the save rules and rdb_last_bgsave_status"}},
    {"master_link",
     {.warning = std::nullopt, .critical = 1},
     {"this replica has lost its master",
      "INFO replication names the master: is it up, and reachable from there?"}},
    {"cluster_ok",
     {.warning = std::nullopt, .critical = 1},
     {"the cluster is in state fail", redis::kClusterHint}},
    {"slow_commands",
     {.warning = 0, .critical = std::nullopt},
     {"", "each one delayed every publisher and subscriber: SLOWLOG GET shows them"}},
});

const Default* find_default(std::string_view metric) {
  const auto* const found =
      std::find_if(kDefaults.begin(), kDefaults.end(),
                   [metric](const auto& row) { return row.metric == metric; });
  return found == kDefaults.end() ? nullptr : found;
}

std::string_view option_of(AlertLevel severity) {
  return severity == AlertLevel::warning ? "--warn" : "--crit";
}

Error unknown_metric(AlertLevel severity, std::string_view given) {
  std::vector<std::string_view> names;
  for (const auto& metric : metrics()) {
    names.push_back(metric.name);
  }
  const auto near = nearest(given, names);
  return make_error(
      ErrorKind::usage, Phase::usage,
      fmt::format("{}: unknown metric \"{}\"", option_of(severity), given),
      near ? fmt::format("did you mean {}?", *near) : "fogis-redis monitor --metrics lists them");
}

/// What would have been right; a size for a metric in percent has a sibling that takes it.
std::string hint_for(const Metric& metric, std::string_view text) {
  auto hint = fmt::format("write for example {}={}", metric.name, example(metric.unit));
  if (metric.unit == Unit::percent && parse_value(Unit::bytes, text)) {
    const auto sibling = metric.name == "memory" ? "memory_used" : "output_buffer";
    if (metric.name == "memory" || metric.name == "output_buffer_share") {
      hint += fmt::format("; {} accepts sizes", sibling);
    }
  }
  return hint;
}

bool beyond(const Metric& metric, double value, double limit) {
  return metric.worse == Worse::higher ? value > limit : value < limit;
}

}  // namespace

std::string_view name(AlertLevel severity) {
  switch (severity) {
    case AlertLevel::warning:
      return "warning";
    case AlertLevel::unknown:
      return "unknown";
    case AlertLevel::critical:
      break;
  }
  return "critical";
}

Explanation explain(std::string_view metric) {
  const auto* const row = find_default(metric);
  return row == nullptr ? Explanation{"", "the limit was set with --warn or --crit"} : row->words;
}

Thresholds::Thresholds() {
  for (const auto& row : kDefaults) {
    limits_.emplace(row.metric, row.limit);
  }
}

Result<void> Thresholds::set(AlertLevel severity, std::string_view assignment) {
  const auto equals = assignment.find('=');
  const auto given = assignment.substr(0, equals);
  if (equals == std::string_view::npos || given.empty()) {
    return failure(
        make_error(ErrorKind::usage, Phase::usage,
                   fmt::format("{}: \"{}\" is not METRIC=VALUE", option_of(severity), assignment),
                   "write for example memory=80% or clients=off"));
  }
  const auto* const metric = find_metric(given);
  if (metric == nullptr) {
    return failure(unknown_metric(severity, given));
  }
  const auto text = assignment.substr(equals + 1);
  std::optional<double> limit;
  if (text != "off") {
    const auto value = parse_value(metric->unit, text);
    if (!value) {
      auto error = value.error();
      error.message = fmt::format("{} {}: {}", option_of(severity), given, error.message);
      error.hint = hint_for(*metric, text);
      return failure(std::move(error));
    }
    limit = *value;
  }
  auto& both = limits_[std::string(given)];
  (severity == AlertLevel::warning ? both.warning : both.critical) = limit;
  both.named = both.named || limit;
  return {};
}

Result<void> Thresholds::check() const {
  for (const auto& [given, limit] : limits_) {
    const auto* const metric = find_metric(given);
    if (metric == nullptr || !limit.warning || !limit.critical ||
        !beyond(*metric, *limit.warning, *limit.critical)) {
      continue;
    }
    const auto warning = format_value(metric->unit, *limit.warning);
    const auto critical = format_value(metric->unit, *limit.critical);
    return failure(
        make_error(ErrorKind::usage, Phase::usage,
                   fmt::format("{}: the warning limit {} lies beyond the critical limit {}", given,
                               warning, critical),
                   fmt::format("set both, --warn {0}=... and --crit {0}=..., or {0}=off", given)));
  }
  return {};
}

Limit Thresholds::of(std::string_view metric) const {
  const auto found = limits_.find(metric);
  return found == limits_.end() ? Limit() : found->second;
}

bool Thresholds::need_two_looks() const {
  return std::any_of(limits_.begin(), limits_.end(), [](const auto& row) {
    const auto* const metric = find_metric(row.first);
    return row.second.named && metric != nullptr && needs_two_looks(*metric);
  });
}

std::optional<AlertLevel> crossed(const Metric& metric, double value, const Limit& limit) {
  if (limit.critical && beyond(metric, value, *limit.critical)) {
    return AlertLevel::critical;
  }
  if (limit.warning && beyond(metric, value, *limit.warning)) {
    return AlertLevel::warning;
  }
  return std::nullopt;
}

}  // namespace fogis::monitor
