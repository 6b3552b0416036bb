#include "output/exporter.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/duration.hpp"
#include "base/timestamp.hpp"
#include "fogis_version.hpp"
#include "output/json.hpp"
#include "output/monitor.hpp"

namespace fogis::output {
namespace {

using monitor::Report;

double seconds(std::chrono::nanoseconds span) {
  return std::chrono::duration<double>(span).count();
}

constexpr auto kMetrics = std::to_array<ExporterMetric>({
    {"fogis_redis_exporter_scrapes_total", "counter", "Requests for /metrics, this one included",
     [](const Report&, const ExporterFacts& facts) { return static_cast<double>(facts.scrapes); }},
    {"fogis_redis_exporter_samples_total", "counter", "Samples of the server",
     [](const Report& report, const ExporterFacts&) { return static_cast<double>(report.number); }},
    {"fogis_redis_exporter_failed_samples_total", "counter", "Samples that got no answer",
     [](const Report& report, const ExporterFacts&) {
       return static_cast<double>(report.failures);
     }},
    {"fogis_redis_exporter_sample_duration_seconds", "gauge", "Duration of the latest sample",
     [](const Report& report, const ExporterFacts&) { return seconds(report.took); }},
    {"fogis_redis_exporter_sample_age_seconds", "gauge", "Time since the latest sample ended",
     [](const Report&, const ExporterFacts& facts) { return seconds(facts.sample_age); }},
    {"fogis_redis_exporter_looks_total", "counter",
     "Deprecated: the former name of fogis_redis_exporter_samples_total",
     [](const Report& report, const ExporterFacts&) { return static_cast<double>(report.number); }},
    {"fogis_redis_exporter_failed_looks_total", "counter",
     "Deprecated: the former name of fogis_redis_exporter_failed_samples_total",
     [](const Report& report, const ExporterFacts&) {
       return static_cast<double>(report.failures);
     }},
    {"fogis_redis_exporter_look_duration_seconds", "gauge",
     "Deprecated: the former name of fogis_redis_exporter_sample_duration_seconds",
     [](const Report& report, const ExporterFacts&) { return seconds(report.took); }},
    {"fogis_redis_exporter_look_age_seconds", "gauge",
     "Deprecated: the former name of fogis_redis_exporter_sample_age_seconds",
     [](const Report&, const ExporterFacts& facts) { return seconds(facts.sample_age); }},
    {"fogis_redis_exporter_connections_made_total", "counter",
     "Connections made to the server; more than one means reconnects",
     [](const Report& report, const ExporterFacts&) {
       return static_cast<double>(report.statistics.connections_made);
     }},
    {"fogis_redis_exporter_connections_failed_total", "counter",
     "Attempts to connect to the server that failed",
     [](const Report& report, const ExporterFacts&) {
       return static_cast<double>(report.statistics.connections_failed);
     }},
    {"fogis_redis_exporter_http_requests_total", "counter", "HTTP requests that were answered",
     [](const Report&, const ExporterFacts& facts) {
       return static_cast<double>(facts.http.requests);
     }},
    {"fogis_redis_exporter_http_connections_open", "gauge", "Open HTTP connections",
     [](const Report&, const ExporterFacts& facts) {
       return static_cast<double>(facts.http.open);
     }},
    {"fogis_redis_exporter_http_timeouts_total", "counter",
     "HTTP requests and answers that timed out",
     [](const Report&, const ExporterFacts& facts) {
       return static_cast<double>(facts.http.timed_out);
     }},
    {"fogis_redis_exporter_http_evictions_total", "counter",
     "HTTP connections closed to make room for a newer one",
     [](const Report&, const ExporterFacts& facts) {
       return static_cast<double>(facts.http.evicted);
     }},
});

/// Adds a member to an object that is text already: a report is large, and parsing it again only to
/// add to it would cost more than making it.
std::string add_member(std::string object, std::string_view name, const Json& value) {
  object.erase(object.rfind('}'));
  return fmt::format("{},\"{}\":{}}}\n", object, name, value.dump());
}

}  // namespace

std::span<const ExporterMetric> exporter_metrics() {
  return kMetrics;
}

std::string exporter_metrics_text(const Report& report, const ExporterFacts& facts) {
  auto text = monitor_prometheus(report);
  text += fmt::format(
      "# HELP fogis_redis_exporter_build_info The version of the exporter, as a label\n"
      "# TYPE fogis_redis_exporter_build_info gauge\n"
      "fogis_redis_exporter_build_info{{version=\"{}\"}} 1\n",
      kVersion);
  for (const auto& metric : kMetrics) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", metric.name, metric.help,
                        metric.type, metric.value(report, facts));
  }
  return text;
}

std::string exporter_health_json(const Report& report, const ExporterFacts& facts) {
  auto document = json_document("health");
  document["status"] = monitor::name(report.verdict.health);
  document["endpoint"] = report.endpoint;
  document["taken"] = format_timestamp(report.taken);
  document["sample_age_ms"] = milliseconds(facts.sample_age);
  document["look_age_ms"] = milliseconds(facts.sample_age);
  add_verdict(document, report.verdict);
  document["error"] = report.error ? to_json(*report.error) : Json(nullptr);
  return dump(document);
}

std::string exporter_report_json(const Report& report, const monitor::History& history,
                                 const ExporterFacts& facts) {
  Json exporter;
  exporter["version"] = kVersion;
  exporter["interval_ms"] = milliseconds(facts.interval);
  exporter["stale_after_ms"] = milliseconds(facts.stale_after);
  exporter["sample_age_ms"] = milliseconds(facts.sample_age);
  exporter["look_age_ms"] = milliseconds(facts.sample_age);
  exporter["answered_age_ms"] =
      facts.answered_age ? Json(milliseconds(*facts.answered_age)) : Json(nullptr);
  exporter["sample_took_ms"] = milliseconds(report.took);
  exporter["look_took_ms"] = milliseconds(report.took);
  exporter["samples"] = report.number;
  exporter["looks"] = report.number;
  exporter["failed_samples"] = report.failures;
  exporter["failed_looks"] = report.failures;
  return add_member(monitor_json(report, history), "exporter", exporter);
}

int health_status(monitor::Health health) {
  constexpr int kOk = 200;
  constexpr int kUnavailable = 503;
  const bool serves = health == monitor::Health::healthy || health == monitor::Health::degraded;
  return serves ? kOk : kUnavailable;
}

Report report_before_first_look(std::string endpoint) {
  Report report;
  report.number = 0;
  report.endpoint = std::move(endpoint);
  report.taken = std::chrono::system_clock::now();
  report.error = make_error(ErrorKind::timed_out, Phase::start,
                            "the first sample of the server is not complete yet",
                            "try again in a moment; a sample takes at most the timeouts");
  report.verdict = monitor::judge(*report.error);
  return report;
}

Report report_unless_stale(const Report& report, const ExporterFacts& facts) {
  if (facts.sample_age <= facts.stale_after) {
    return report;
  }
  Report stale = report;
  stale.observation.reset();
  stale.events.clear();
  stale.error =
      make_error(ErrorKind::timed_out, Phase::command,
                 fmt::format("no sample has completed for {}", format_duration(facts.sample_age)),
                 "the server, or the machine that the exporter runs on, is stuck or overloaded");
  stale.verdict = monitor::judge(*stale.error);
  return stale;
}

}  // namespace fogis::output
