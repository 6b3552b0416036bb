#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/integration/checks.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {
namespace {

constexpr std::array<Stage, 8> kStages{{
    {"redis", "Redis is reached and healthy",
     "The server is reached, lets us in, and shows no sign of trouble.", false, judge_redis},
    {"services", "Both services answer over HTTP",
     "match-list-processor and the calendar answer their health endpoints; nothing with side "
     "effects is called.",
     false, judge_services},
    {"configuration", "The calendar is set up for this Redis",
     "The calendar's own configuration names this server and the processor's channels.", true,
     judge_configuration},
    {"wiring", "Every channel has both ends",
     "For each known channel: who listens, by PUBSUB NUMSUB and CLIENT LIST, and what is "
     "published meanwhile.",
     true, judge_wiring},
    {"flow", "Messages flow through the channels",
     "Messages are published and come back byte for byte, to as many receivers as are subscribed.",
     true, judge_flow},
    {"contract", "Observed messages keep the contract",
     "Every message seen is judged as the calendar reads it.", true, judge_contract},
    {"liveness", "What the services claim is true",
     "A message of ours to ourselves arrives over RESP2 and RESP3, and the calendar's claims fit "
     "what Redis shows.",
     true, judge_liveness},
    {"activity", "The processor gives signs of life",
     "A processing cycle was announced within the service interval; not observed where --observe "
     "is shorter.",
     true, judge_activity},
}};

/// Adds what was found to the result that stands without it.
void add_findings(CheckResult& result, std::vector<Finding> findings) {
  if (findings.empty()) {
    return;
  }
  const bool fails = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.status == Status::fail;
  });
  if (result.status != Status::error && result.status != Status::fail) {
    result.status = fails ? Status::fail : Status::warn;
  }
  std::string ids;
  std::string problems;
  for (const auto& finding : findings) {
    ids += fmt::format("{}{}", ids.empty() ? "" : ", ", finding.id);
    problems += fmt::format("{}{}: {}", problems.empty() ? "" : "; ", finding.id, finding.problem);
  }
  result.summary = result.summary.empty() ? ids : fmt::format("{}; {}", ids, result.summary);
  if (result.cause.empty()) {
    result.cause = std::move(problems);
    result.hint = findings.front().mend;
  }
  result.findings = std::move(findings);
}

CheckResult judge(const Stage& stage, const Evidence& evidence,
                  const std::vector<Diagnosis>& diagnoses) {
  if (stage.needs_redis && evidence.redis_error) {
    return skipped("not run", "there is no connection: " + evidence.redis_error->message);
  }
  auto result = stage.judge(evidence, diagnoses);
  std::vector<Finding> findings;
  for (const auto& diagnosis : diagnoses) {
    if (diagnosis.check == stage.id) {
      findings.push_back(diagnosis.finding);
    }
  }
  add_findings(result, std::move(findings));
  return result;
}

}  // namespace

std::span<const Stage> stages() {
  return kStages;
}

std::vector<CheckReport> judge_all(const Evidence& evidence) {
  const auto diagnoses = diagnose(evidence);
  std::vector<CheckReport> reports;
  for (const auto& stage : kStages) {
    CheckReport report;
    report.id = stage.id;
    report.title = stage.title;
    report.result = judge(stage, evidence, diagnoses);
    if (const auto took = evidence.took.find(stage.id); took != evidence.took.end()) {
      report.duration = took->second;
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<std::string> unseen(const Evidence& evidence) {
  std::vector<std::string> list;
  if (evidence.processor.url.empty()) {
    list.emplace_back(
        "match-list-processor's HTTP: no --match-processor-url or MATCH_PROCESSOR_URL");
  }
  if (evidence.calendar.url.empty()) {
    list.emplace_back(
        "the calendar's HTTP, configuration and claims: no --calendar-service-url or "
        "CALENDAR_SERVICE_URL");
  }
  if (evidence.redis_error) {
    list.emplace_back("everything in Redis: there is no connection");
    return list;
  }
  if (evidence.survey_error) {
    list.push_back("who listens: " + evidence.survey_error->message);
  } else if (evidence.before && !evidence.before->clients_refusal.empty()) {
    list.push_back(evidence.before->clients_refusal);
  }
  if (evidence.traffic.error) {
    list.push_back("part of what was published: " + evidence.traffic.error->message);
  } else if (evidence.traffic.watched && evidence.traffic.judged < evidence.traffic.messages) {
    list.push_back(fmt::format("{} of {} messages, which were only counted",
                               evidence.traffic.messages - evidence.traffic.judged,
                               evidence.traffic.messages));
  }
  return list;
}

}  // namespace fogis::checks::integration
