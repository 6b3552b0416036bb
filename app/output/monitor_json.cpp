#include <cmath>
#include <nlohmann/json.hpp>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "message/channels.hpp"
#include "monitor/metrics.hpp"
#include "output/format.hpp"
#include "output/json.hpp"
#include "output/monitor.hpp"

namespace fogis::output {
namespace {

using monitor::Observation;
using monitor::Unit;

/// Whole numbers without a fraction, others to the third decimal.
Json number_json(double value) {
  constexpr double kExact = 9e15;
  const double rounded = std::round(value);
  if (std::abs(value) < kExact && rounded == value) {
    return static_cast<std::int64_t>(rounded);
  }
  return std::round(value * 1000) / 1000;
}

Json value_json(Unit unit, double value) {
  if (unit == Unit::flag) {
    return value != 0;
  }
  return unit == Unit::moment ? Json(monitor::format_value(unit, value)) : number_json(value);
}

Json optional_number(const std::optional<double>& value) {
  return value ? number_json(*value) : Json(nullptr);
}

Json seconds_json(std::int64_t unix_seconds) {
  return monitor::format_value(Unit::moment, static_cast<double>(unix_seconds));
}

Json metrics_json(const Observation& seen) {
  auto json = Json::object();
  for (const auto& metric : monitor::metrics()) {
    if (const auto value = monitor::value_of(metric, seen)) {
      json[monitor::json_key(metric)] = value_json(metric.unit, *value);
    }
  }
  return json;
}

Json channels_json(const Observation& seen) {
  if (!seen.sample.channels) {
    return nullptr;
  }
  auto json = Json::array();
  for (const auto& [channel, subscribers, uncertain] : *seen.sample.channels) {
    const auto* const known = message::find_channel(channel);
    Json item;
    item["channel"] = channel;
    item["subscribers"] = subscribers;
    item["role"] = known == nullptr ? Json(nullptr) : Json(name(known->role));
    item["publisher"] = known == nullptr ? Json(nullptr) : Json(name(known->publisher));
    item["subscriber"] = known == nullptr ? Json(nullptr) : Json(name(known->subscriber));
    json.push_back(std::move(item));
  }
  return json;
}

Json clients_json(const Observation& seen) {
  if (!seen.sample.pubsub_clients) {
    return nullptr;
  }
  auto json = Json::array();
  for (const auto& client : *seen.sample.pubsub_clients) {
    Json item;
    item["id"] = client.id;
    item["name"] = text_or_null(client.name);
    item["address"] = text_or_null(client.address);
    item["channels"] = client.channels;
    item["patterns"] = client.patterns;
    item["unread_bytes"] = client.output_buffer;
    item["age_ms"] = client.age_ms ? Json(*client.age_ms) : Json(nullptr);
    json.push_back(std::move(item));
  }
  return json;
}

Json slow_commands_json(const Observation& seen) {
  if (!seen.sample.slow_log) {
    return nullptr;
  }
  auto json = Json::array();
  for (const auto& entry : *seen.sample.slow_log) {
    json.push_back({{"id", entry.id},
                    {"at", seconds_json(entry.at_seconds)},
                    {"duration_ms", milliseconds(entry.duration)},
                    {"command", entry.command}});
  }
  return json;
}

Json latency_events_json(const Observation& seen) {
  if (!seen.sample.latency_events) {
    return nullptr;
  }
  auto json = Json::array();
  for (const auto& event : *seen.sample.latency_events) {
    json.push_back({{"event", event.name},
                    {"at", seconds_json(event.at_seconds)},
                    {"latest_ms", event.latest.count()},
                    {"max_ms", event.longest.count()}});
  }
  return json;
}

Json errors_json(const Observation& seen) {
  if (!seen.changes) {
    return nullptr;
  }
  auto json = Json::object();
  for (const auto& [code, count] : seen.changes->errors()) {
    json[escape_for_terminal(code)] = count;  // which keeps two from becoming the same
  }
  return json;
}

Json canary_json(const Observation& seen) {
  if (!seen.canary) {
    return nullptr;
  }
  const auto& canary = *seen.canary;
  Json json;
  json["sent"] = canary.sent;
  json["delivered"] = canary.delivered;
  json["lost"] = canary.lost();
  json["disordered"] = canary.disordered;
  json["error"] = canary.error ? to_json(*canary.error) : Json(nullptr);
  return json;
}

Json server_json(const monitor::Report& report) {
  const auto* const sample = report.observation ? &report.observation->sample : nullptr;
  Json json;
  json["kind"] = sample == nullptr ? Json(nullptr) : text_or_null(sample->server.kind);
  json["version"] = sample == nullptr ? Json(nullptr) : text_or_null(sample->server.version);
  json["mode"] = sample == nullptr ? Json(nullptr) : text_or_null(sample->server.mode);
  json["role"] = sample == nullptr ? Json(nullptr) : text_or_null(sample->role());
  json["run_id"] = sample == nullptr ? Json(nullptr) : text_or_null(sample->run_id());
  return json;
}

Json events_json(const auto& events) {
  auto json = Json::array();
  for (const auto& event : events) {
    json.push_back(
        {{"at", format_timestamp(event.at)}, {"event", name(event.kind)}, {"text", event.text}});
  }
  return json;
}

Json absent_json(const monitor::Report& report) {
  auto json = Json::array();
  if (report.observation) {
    for (const auto& [what, refusal] : report.observation->sample.refusals) {
      json.push_back({{"what", what}, {"reason", refusal.reason}});
    }
  }
  return json;
}

void add_observation(Json& document, const monitor::Report& report) {
  static const Observation kNothing;
  const auto& seen = report.observation ? *report.observation : kNothing;
  const bool rates = seen.changes.has_value();
  document["span_ms"] = rates ? milliseconds(seen.changes->span()) : Json(nullptr);
  document["metrics"] = metrics_json(seen);
  document["channels"] = channels_json(seen);
  document["pubsub_clients"] = clients_json(seen);
  document["canary"] = canary_json(seen);
  document["slow_commands"] = slow_commands_json(seen);
  document["latency_events"] = latency_events_json(seen);
  document["errors"] = errors_json(seen);
}

Json report_document(const monitor::Report& report) {
  auto document = json_document("monitor");
  document["endpoint"] = report.endpoint;
  document["taken"] = format_timestamp(report.taken);
  document["number"] = report.number;
  document["server"] = server_json(report);
  document["health"] = name(report.verdict.health);
  add_verdict(document, report.verdict);
  add_observation(document, report);
  document["absent"] = absent_json(report);
  document["events"] = events_json(report.events);
  document["restarts"] = report.restarts;
  document["error"] = report.error ? to_json(*report.error) : Json(nullptr);
  document["statistics"] = to_json(report.statistics);
  return document;
}

std::string on_one_line(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

void add_verdict(Json& document, const monitor::Verdict& verdict) {
  auto& findings = document["findings"] = Json::array();
  for (const auto& finding : verdict.findings) {
    const auto* const metric = finding.metric;
    Json item;
    item["severity"] = name(finding.severity);
    item["metric"] = metric == nullptr ? Json(nullptr) : Json(metric->name);
    item["value"] = metric != nullptr && finding.value ? value_json(metric->unit, *finding.value)
                                                       : Json(nullptr);
    item["limit"] = metric != nullptr && finding.limit ? value_json(metric->unit, *finding.limit)
                                                       : Json(nullptr);
    item["message"] = finding.message;
    item["hint"] = text_or_null(finding.hint);
    item["advice"] = text_or_null(finding.hint);  // the name before 0.2
    findings.push_back(std::move(item));
  }
  auto& unjudged = document["unjudged"] = Json::array();
  for (const auto& [metric, reason, refused] : verdict.unjudged) {
    unjudged.push_back({{"metric", metric->name}, {"reason", reason}});
  }
}

std::string monitor_json(const monitor::Report& report, JsonLayout layout) {
  const auto document = report_document(report);
  return layout == JsonLayout::one_line ? on_one_line(document) : dump(document);
}

std::string monitor_json(const monitor::Report& report, const monitor::History& history) {
  auto document = report_document(report);
  auto points = Json::array();
  for (const auto& point : history.points()) {
    Json item;
    item["taken"] = format_timestamp(point.taken);
    item["ops_per_second"] = optional_number(point.ops);
    item["ping_ms"] = optional_number(point.latency);
    item["canary_ms"] = optional_number(point.canary);
    item["memory_used_bytes"] = optional_number(point.memory);
    item["clients"] = optional_number(point.clients);
    points.push_back(std::move(item));
  }
  document["history"] = {{"points", std::move(points)}, {"events", events_json(history.events())}};
  return on_one_line(document);
}

std::string metrics_json(const MetricsView& view) {
  return monitor_json(view.report, JsonLayout::indented);
}

}  // namespace fogis::output
