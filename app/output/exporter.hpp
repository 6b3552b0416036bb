// What the exporter's endpoints say.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/server.hpp"
#include "monitor/history.hpp"
#include "monitor/report.hpp"

namespace fogis::output {

/// What the exporter knows of itself.
struct ExporterFacts {
  std::chrono::nanoseconds interval{};     ///< between two samples of the server
  std::chrono::nanoseconds stale_after{};  ///< a sample older than this says nothing any more
  std::chrono::nanoseconds sample_age{};   ///< since the latest sample was over
  /// Since the latest sample that the server answered was over; none before the first.
  std::optional<std::chrono::nanoseconds> answered_age;
  std::uint64_t scrapes = 0;  ///< requests for /metrics
  http::ServerCounts http;
};

/// A metric about the exporter, as docs/exporter.md lists it. The texts are static.
struct ExporterMetric {
  std::string_view name;
  std::string_view type;  ///< `gauge` or `counter`
  std::string_view help;
  double (*value)(const monitor::Report& report, const ExporterFacts& facts);
};

std::span<const ExporterMetric> exporter_metrics();

/// `/metrics`: those of the server (monitor_prometheus) and those of the exporter.
std::string exporter_metrics_text(const monitor::Report& report, const ExporterFacts& facts);

/// `/health`: the document `fogis-redis/health`.
std::string exporter_health_json(const monitor::Report& report, const ExporterFacts& facts);

/// `/api/v1/report`: the document `fogis-redis/monitor` with `history` and `exporter`.
std::string exporter_report_json(const monitor::Report& report, const monitor::History& history,
                                 const ExporterFacts& facts);

/// The status of `/health`: 200 while the server is healthy or degraded, else 503.
int health_status(monitor::Health health);

/// What stands in for a report that is not there: before the first sample is over.
monitor::Report report_before_first_look(std::string endpoint);

/// The report when its sample is recent enough; else one of an unknown server, because a sample has
/// been going on for longer than it may take.
monitor::Report report_unless_stale(const monitor::Report& report, const ExporterFacts& facts);

}  // namespace fogis::output
