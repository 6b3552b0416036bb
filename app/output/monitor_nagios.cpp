#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/text.hpp"
#include "monitor/metrics.hpp"
#include "output/format.hpp"
#include "output/monitor.hpp"
#include "output/monitor_parts.hpp"

namespace fogis::output {
namespace {

using monitor::Unit;

/// What goes into the performance data; more would not be kept.
constexpr std::array<std::string_view, 18> kPerformanceData{
    "ops",           "cpu",         "ping_p50",
    "ping_p99",      "memory_used", "memory",
    "clients",       "channels",    "patterns",
    "output_buffer", "hit_rate",    "evictions_total",
    "slow_commands", "canary_p50",  "canary_p99",
    "canary_lost",   "save_age",    "fogis_subscribers",
};

std::string_view word_of(monitor::Health health) {
  switch (health) {
    case monitor::Health::healthy:
      return "OK";
    case monitor::Health::degraded:
      return "WARNING";
    case monitor::Health::unhealthy:
      return "CRITICAL";
    case monitor::Health::unknown:
      break;
  }
  return "UNKNOWN";
}

/// The units that plugins may use.
std::string_view unit_of(Unit unit) {
  switch (unit) {
    case Unit::bytes:
      return "B";
    case Unit::milliseconds:
      return "ms";
    case Unit::percent:
      return "%";
    default:
      return "";
  }
}

/// Without an exponent, which not every system reads.
std::string plain(double value) {
  return value == std::round(value) ? fmt::format("{:.0f}", value) : fmt::format("{:.3f}", value);
}

/// A limit as a plugin's range: alert outside of `0..limit`, or below `limit:`.
std::string range_of(const monitor::Metric& metric, const std::optional<double>& limit) {
  if (!limit) {
    return {};
  }
  return fmt::format("{}{}", plain(*limit), metric.worse == monitor::Worse::lower ? ":" : "");
}

std::string performance_data(const monitor::Observation& seen,
                             const monitor::Thresholds& thresholds) {
  Parts data;
  for (const auto name : kPerformanceData) {
    const auto* const metric = monitor::find_metric(name);
    const auto value = metric == nullptr ? std::nullopt : monitor::value_of(*metric, seen);
    if (value) {
      const auto limit = thresholds.of(name);
      data.add(fmt::format("'{}'={}{};{};{}", name, plain(*value), unit_of(metric->unit),
                           range_of(*metric, limit.warning), range_of(*metric, limit.critical)));
    }
  }
  return data.join(" ");
}

/// A bar would begin the performance data.
std::string plugin_text(std::string_view text) {
  auto safe = escape_for_terminal(text);
  for (auto& byte : safe) {
    byte = byte == '|' ? '/' : byte;
  }
  return safe;
}

std::string summary(const monitor::Report& report) {
  if (!report.verdict.findings.empty()) {
    return plugin_text(report.verdict.findings.front().message);
  }
  if (!report.observation) {
    return "no answer";
  }
  const auto& seen = *report.observation;
  return Parts()
      .add(server_text(report))
      .add("PING ", shown("ping_p50", seen))
      .add("", shown("memory_used", seen), " in use")
      .add("clients ", shown("clients", seen))
      .join();
}

}  // namespace

int nagios_code(monitor::Health health) {
  switch (health) {
    case monitor::Health::healthy:
      return 0;
    case monitor::Health::degraded:
      return 1;
    case monitor::Health::unhealthy:
      return 2;
    case monitor::Health::unknown:
      break;
  }
  return 3;
}

std::string monitor_nagios(const monitor::Report& report, const monitor::Thresholds& thresholds) {
  auto text = fmt::format("REDIS {}: {}", word_of(report.verdict.health), summary(report));
  if (report.observation) {
    text += " | " + performance_data(*report.observation, thresholds);
  }
  text += '\n';
  const auto& findings = report.verdict.findings;
  for (std::size_t i = 1; i < findings.size(); ++i) {
    text += fmt::format("{}: {}\n", name(findings[i].severity), plugin_text(findings[i].message));
  }
  for (const auto& [metric, reason, refused] : report.verdict.unjudged) {
    if (refused) {
      text += fmt::format("not judged: {}: {}\n", metric->name, plugin_text(reason));
    }
  }
  return text;
}

std::string nagios_failure(std::string_view message) {
  return fmt::format("REDIS UNKNOWN: {}\n", plugin_text(message));
}

std::string metrics_nagios(const MetricsView& view) {
  return monitor_nagios(view.report, view.thresholds);
}

}  // namespace fogis::output
