#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "base/text.hpp"
#include "monitor/metrics.hpp"
#include "output/format.hpp"
#include "output/monitor.hpp"

namespace fogis::output {
namespace {

using monitor::Metric;
using monitor::Observation;
using monitor::Unit;

/// Base units: seconds instead of milliseconds, ratios instead of percent.
double base_value(Unit unit, double value) {
  switch (unit) {
    case Unit::milliseconds:
      return value / 1000;
    case Unit::percent:
      return value / 100;
    default:
      return value;
  }
}

/// Of a label's value: UTF-8 without controls, in which backslash and quote are escaped. A page
/// with another byte would be refused as a whole, and so would one on which two values become the
/// same.
std::string escape_label(std::string_view text) {
  std::string result;
  for (const char byte : escape_for_terminal(text)) {
    if (byte == '\\' || byte == '"') {
      result += '\\';
    }
    result += byte;
  }
  return result;
}

class Exposition {
public:
  void head(std::string_view name, std::string_view help, std::string_view type) {
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }

  /// `labels` is what stands between the braces; may be empty.
  void sample(std::string_view name, std::string_view labels, double value) {
    const auto braces = labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
    // All digits that tell a double from its neighbours, and whole numbers as such.
    fmt::format_to(std::back_inserter(text_), "{}{} {}\n", name, braces,
                   value == std::round(value) && std::abs(value) < 1e15
                       ? fmt::format("{:.0f}", value)
                       : fmt::format("{}", value));
  }

  void single(std::string_view name, std::string_view help, std::string_view type, double value) {
    head(name, help, type);
    sample(name, "", value);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

private:
  std::string text_;
};

void add_metrics(Exposition& out, const Observation& seen) {
  for (const auto& metric : monitor::metrics()) {
    const auto value = metric.prometheus.empty() ? std::nullopt : monitor::value_of(metric, seen);
    if (value) {
      out.single(metric.prometheus, prometheus_help(metric),
                 metric.series == monitor::Series::counter ? "counter" : "gauge",
                 base_value(metric.unit, *value));
    }
  }
}

void add_server(Exposition& out, const Observation& seen) {
  const auto& sample = seen.sample;
  out.head("redis_instance_info", "Who the server is", "gauge");
  out.sample("redis_instance_info",
             fmt::format(R"(role="{}",redis_version="{}",redis_mode="{}",server="{}")",
                         escape_label(sample.role() == "replica" ? "slave" : sample.role()),
                         escape_label(sample.server.version), escape_label(sample.server.mode),
                         escape_label(sample.server.kind)),
             1);
}

void add_channels(Exposition& out, const Observation& seen) {
  if (!seen.sample.channels) {
    return;
  }
  out.head("fogis_redis_channel_subscribers", "Subscribers of each FOGIS channel", "gauge");
  for (const auto& [channel, subscribers, uncertain] : *seen.sample.channels) {
    out.sample("fogis_redis_channel_subscribers",
               fmt::format("channel=\"{}\"", escape_label(channel)),
               static_cast<double>(subscribers));
  }
}

void add_errors(Exposition& out, const Observation& seen) {
  const auto errors = seen.sample.errors();
  if (errors.empty()) {
    return;
  }
  out.head("redis_errors_total", "Error replies since the start, by code", "counter");
  for (const auto& [code, count] : errors) {
    out.sample("redis_errors_total", fmt::format("err=\"{}\"", escape_label(code)),
               static_cast<double>(count));
  }
}

void add_latency_events(Exposition& out, const Observation& seen) {
  if (!seen.sample.latency_events || seen.sample.latency_events->empty()) {
    return;
  }
  out.head("redis_latency_spike_duration_seconds", "Duration of the last latency spike", "gauge");
  for (const auto& event : *seen.sample.latency_events) {
    out.sample("redis_latency_spike_duration_seconds",
               fmt::format("event_name=\"{}\"", escape_label(event.name)),
               static_cast<double>(event.latest.count()) / 1000);
  }
}

void add_health(Exposition& out, const monitor::Report& report) {
  using monitor::Health;
  out.head("fogis_redis_health", "1 for the server's current state, 0 for the others", "gauge");
  for (const auto health :
       {Health::healthy, Health::degraded, Health::unhealthy, Health::unknown}) {
    out.sample("fogis_redis_health", fmt::format("state=\"{}\"", name(health)),
               report.verdict.health == health ? 1 : 0);
  }
  const auto& [verdict, findings, unjudged] = report.verdict;
  if (!unjudged.empty()) {
    out.head("fogis_redis_unjudged", "1 for each default limit that could not be judged", "gauge");
  }
  for (const auto& absence : unjudged) {
    out.sample("fogis_redis_unjudged", fmt::format("metric=\"{}\"", absence.metric->name), 1);
  }
  if (!findings.empty()) {
    out.head("fogis_redis_finding", "1 for each limit that is exceeded or could not be judged",
             "gauge");
  }
  for (const auto& finding : findings) {
    out.sample("fogis_redis_finding",
               fmt::format(R"(metric="{}",severity="{}")",
                           finding.metric == nullptr ? "connection" : finding.metric->name,
                           name(finding.severity)),
               1);
  }
}

}  // namespace

std::string prometheus_help(const Metric& metric) {
  return fmt::format("{}{}", metric.help,
                     metric.unit == Unit::percent ? "; a ratio, 1 is 100 %" : "");
}

std::string monitor_prometheus(const monitor::Report& report) {
  Exposition out;
  out.single("redis_up", "Whether the server could be sampled", "gauge",
             report.observation ? 1 : 0);
  add_health(out, report);
  out.single("fogis_redis_restarts_total", "Restarts of the server since monitoring began",
             "counter", static_cast<double>(report.restarts));
  if (report.observation) {
    const auto& seen = *report.observation;
    add_server(out, seen);
    add_metrics(out, seen);
    add_channels(out, seen);
    add_errors(out, seen);
    add_latency_events(out, seen);
  }
  return out.take();
}

std::string metrics_prometheus(const MetricsView& view) {
  return monitor_prometheus(view.report);
}

}  // namespace fogis::output
