// A sample at a server in all its forms.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "monitor/history.hpp"
#include "monitor/report.hpp"
#include "output/json.hpp"
#include "output/style.hpp"

namespace fogis::output {

/// A sample to be rendered in one of the formats of output/format.hpp.
struct MetricsView {
  const monitor::Report& report;
  const monitor::Thresholds& thresholds;
  const Style& style;
  bool quiet = false;   ///< as text: the verdict and its first reason only
  bool strict = false;  ///< as text: what a warning costs is told
};

/// Several lines for people: the verdict, its reasons, then a section each. `strict` as above.
std::string monitor_text(const monitor::Report& report, const Style& style, bool strict = false);

/// One line about one of many samples: time, verdict, main figures; events on lines of their own.
/// On a terminal at most `style.width` columns.
std::string monitor_line(const monitor::Report& report, const Style& style);

/// The only line of a quiet report: the verdict, its first reason, the limits that a refusal keeps
/// from being judged and, when `strict`, the warnings that fail it.
std::string monitor_quiet_line(const monitor::Report& report, bool strict = false);

/// How the JSON document is laid out: one line for streams, several for people.
enum class JsonLayout : bool { one_line, indented };

/// The document `fogis-redis/monitor`. Metrics that the server does not offer are left out.
std::string monitor_json(const monitor::Report& report, JsonLayout layout);

/// The document `fogis-redis/monitor` with the curves of the last minutes in `history`, on one
/// line: for the exporter's page.
std::string monitor_json(const monitor::Report& report, const monitor::History& history);

/// Adds `findings` and `unjudged` to a document.
void add_verdict(Json& document, const monitor::Verdict& verdict);

/// Prometheus text exposition format 0.0.4: HELP, TYPE and value of every metric that is there,
/// redis_exporter's names where it has one; `redis_up 0` alone when the sample failed.
std::string monitor_prometheus(const monitor::Report& report);
/// What the metric is there: its help, and that of a percentage Prometheus gets the ratio.
std::string prometheus_help(const monitor::Metric& metric);

/// `REDIS OK: … | 'memory'=…`: the line of a monitoring plugin, with its further reasons on lines
/// below. At most about 4 KB, which is what Docker and Nagios keep.
std::string monitor_nagios(const monitor::Report& report, const monitor::Thresholds& thresholds);

/// The exit code of a monitoring plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
int nagios_code(monitor::Health health);

/// The table of metrics with their units and limits, for `--metrics`.
std::string metric_list_text(const monitor::Thresholds& thresholds, const Style& style);
/// The document `fogis-redis/metric-list`.
std::string metric_list_json(const monitor::Thresholds& thresholds);

/// A failed sample in the forms of a monitoring plugin: `REDIS UNKNOWN: …`.
std::string nagios_failure(std::string_view message);

}  // namespace fogis::output
