#include <chrono>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <variant>

#include "base/timestamp.hpp"
#include "output/json.hpp"
#include "output/report.hpp"

namespace fogis::output {
namespace {

Json details_json(const checks::CheckResult& result) {
  Json json = Json::object();
  for (const auto& detail : result.details) {
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::chrono::nanoseconds>) {
            json[detail.name + "_ms"] = milliseconds(value);
          } else {
            json[detail.name] = value;
          }
        },
        detail.value);
  }
  return json;
}

Json finding_json(const checks::Issue& finding) {
  return {{"id", finding.id},
          {"severity", finding.status == checks::Status::fail ? "error" : "warning"},
          {"problem", finding.problem},
          {"evidence", finding.evidence},
          {"consequence", finding.consequence},
          {"hint", finding.hint},
          {"mend", finding.hint}};  // the name before 0.2
}

/// All findings of the report, each with its check.
Json all_findings(const checks::Report& report) {
  Json list = Json::array();
  for (const auto& check : report.checks) {
    for (const auto& finding : check.result.findings) {
      auto json = finding_json(finding);
      json["check"] = check.id;
      list.push_back(std::move(json));
    }
  }
  return list;
}

Json channels_json(const std::vector<checks::ChannelVerdict>& channels) {
  Json list = Json::array();
  for (const auto& channel : channels) {
    list.push_back({{"channel", channel.channel},
                    {"role", channel.role},
                    {"listeners", channel.listeners ? Json(*channel.listeners) : Json(nullptr)},
                    {"messages", channel.messages ? Json(*channel.messages) : Json(nullptr)},
                    {"status", checks::name(channel.status)},
                    {"verdict", channel.verdict}});
  }
  return list;
}

Json check_json(const checks::CheckReport& check) {
  Json json;
  json["id"] = check.id;
  json["title"] = check.title;
  json["status"] = checks::name(check.result.status);
  json["run"] = check.run;
  json["duration_ms"] = milliseconds(check.duration);
  json["summary"] = check.result.summary;
  json["cause"] = text_or_null(check.result.cause);
  json["hint"] = text_or_null(check.result.hint);
  json["details"] = details_json(check.result);
  json["error"] = check.result.error ? to_json(*check.result.error) : Json(nullptr);
  if (!check.result.channels.empty()) {
    json["channels"] = channels_json(check.result.channels);
  }
  return json;
}

Json counts_json(const checks::Counts& counts) {
  return {{"total", counts.total()}, {"pass", counts.pass}, {"warn", counts.warn},
          {"fail", counts.fail},     {"skip", counts.skip}, {"error", counts.error}};
}

}  // namespace

std::string report_json(const CheckView& view) {
  const auto& [report, policy, statistics, style] = view;
  const auto rate = report.success_rate();
  auto document = json_document(report.kind);
  document["endpoint"] = text_or_null(report.endpoint);
  document["server"] = text_or_null(report.server);
  document["started"] = format_timestamp(report.started);
  document["duration_ms"] = milliseconds(report.duration);
  document["passed"] = verdict_word(report, policy) == "PASS";
  document["interrupted"] = report.interrupted;
  document["success_rate"] = rate ? Json(*rate) : Json(nullptr);
  document["policy"] = {{"min_success_rate", policy.min_success_rate}, {"strict", policy.strict}};
  document["counts"] = counts_json(report.counts());
  document["checks"] = Json::array();
  for (const auto& check : report.checks) {
    document["checks"].push_back(check_json(check));
  }
  if (report.traces_causes) {
    document["findings"] = all_findings(report);
    document["unseen"] = report.unseen;
  }
  document["leftovers"] = report.leftovers;
  document["error"] = report.error ? to_json(*report.error) : Json(nullptr);
  document["statistics"] = to_json(statistics);
  return dump(document);
}

}  // namespace fogis::output
