#include "checks/integration/checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "checks/integration/symptoms.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {
namespace {

/// Why nothing could be asked.
std::string no_redis_text(const Error& error) {
  return (is_connection_failure(error) && error.kind != ErrorKind::unauthenticated
              ? "there is no connection: "
              : "Redis refuses this client: ") +
         error.message;
}

CheckResult judge_redis(const Evidence& evidence) {
  if (!evidence.redis_error) {
    return evidence.redis_health;
  }
  auto result = verdict_of(*evidence.redis_error);
  result.status =
      evidence.redis_error->kind == ErrorKind::interrupted ? Status::skip : Status::error;
  return result;
}

CheckResult judge_configuration(const Evidence& evidence) {
  const auto& calendar = evidence.calendar;
  if (calendar.url.empty()) {
    return skipped("not asked", "no URL of the calendar was given",
                   "give --calendar-service-url or CALENDAR_SERVICE_URL");
  }
  if (!calendar.health.answered()) {
    return skipped("not seen", "the calendar does not answer over HTTP");
  }
  if (calendar.config.answer != Answer::usable) {
    return warned("not seen", "the calendar's " + describe(calendar.config, "/redis-config"),
                  "look at the calendar's log");
  }
  auto result = calendar.redis_url.empty()
                    ? warned("no Redis URL", "the calendar's /redis-config names no Redis URL",
                             "check the calendar's version")
                    : passed(fmt::format("{}: {}", calendar.redis_url, calendar.redis_proof));
  result.detail("redis_url", calendar.redis_url);
  if (calendar.channels) {
    result.detail("channels", static_cast<std::int64_t>(calendar.channels->size()));
  }
  return result;
}

/// Nothing was observed, so `what` is not known.
CheckResult unobserved(const Traffic& traffic, std::string what) {
  return skipped(std::move(what), traffic.error ? traffic.error->message : "nothing was observed",
                 traffic.error ? traffic.error->hint : std::string());
}

CheckResult judge_contract(const Evidence& evidence) {
  const auto& traffic = evidence.traffic;
  if (!traffic.watched) {
    return unobserved(traffic, "not seen");
  }
  if (const auto& error = traffic.error;
      error && (traffic.messages == 0 || error->kind == ErrorKind::protocol)) {
    return verdict_of(*error);
  }
  auto result =
      traffic.messages == 0
          ? skipped(
                "no message seen",
                fmt::format("nothing was published in {}", format_duration(traffic.watched_for)),
                "a longer --observe sees more: the processor publishes once an hour")
          : passed(fmt::format("{} {}", count_of(traffic.judged, "message"),
                               traffic.faults.empty() ? "conformed to the contract" : "validated"));
  result.detail("messages", static_cast<std::int64_t>(traffic.messages))
      .detail("judged", static_cast<std::int64_t>(traffic.judged));
  return result;
}

void judge_canary(std::string_view protocol, const std::optional<redis::CanaryReport>& canary,
                  Findings& findings) {
  if (!canary) {
    return;
  }
  if (canary->error) {
    const auto text = fmt::format("canary over {}: {}", protocol, canary->error->message);
    const auto kind = canary->error->kind;
    // A server before Redis 6.0 knows no RESP3; what is forbidden says nothing either.
    if (kind == ErrorKind::forbidden || kind == ErrorKind::rejected) {
      findings.skip(text, canary->error->hint);
    } else {
      findings.fail(text, canary->error->hint);
    }
  } else if (!canary->arrived()) {
    findings.fail(fmt::format("the canary over {} did not arrive", protocol), {});
  } else if (canary->altered > 0) {
    findings.fail(fmt::format("the canary over {} came back changed", protocol),
                  "a proxy treats messages as text");
  }
}

CheckResult judge_liveness(const Evidence& evidence) {
  Findings findings;
  judge_canary("RESP2", evidence.resp2, findings);
  judge_canary("RESP3", evidence.resp3, findings);
  const auto round_trip = [](const std::optional<redis::CanaryReport>& canary) {
    return canary && canary->latency ? std::optional(canary->latency->latest) : std::nullopt;
  };
  const auto resp2 = round_trip(evidence.resp2);
  const auto resp3 = round_trip(evidence.resp3);
  const auto text = [](const auto& time) { return time ? format_duration(*time) : "not seen"; };
  auto result =
      findings.result(fmt::format("canary {} over RESP2, {} over RESP3", text(resp2), text(resp3)));
  if (result.status == Status::skip && !resp2 && !resp3) {
    result.summary = "not permitted";
  }
  if (resp2) {
    result.detail("round_trip_resp2", *resp2);
  }
  if (resp3) {
    result.detail("round_trip_resp3", *resp3);
  }
  if (evidence.quiet.watched) {
    result.detail("quiet_connection_cuts", static_cast<std::int64_t>(evidence.quiet.cuts.size()));
  }
  if (!evidence.calendar.url.empty()) {
    result.detail("calendar_claims", claims_text(evidence.calendar));
  }
  return result;
}

CheckResult judge_activity(const Evidence& evidence) {
  const auto& traffic = evidence.traffic;
  if (!traffic.watched) {
    return unobserved(traffic, "not observed");
  }
  auto result =
      traffic.started > 0
          ? passed(count_of(traffic.started, "cycle was announced", "cycles were announced"))
          : skipped(
                "not observed",
                fmt::format("no \"started\" in {}; one is expected every {}",
                            format_duration(traffic.watched_for),
                            format_duration(evidence.options.service_interval)),
                "only an --observe of at least --service-interval can show whether it is missing");
  result.detail("started", static_cast<std::int64_t>(traffic.started))
      .detail("observed", traffic.watched_for)
      .detail("service_interval", evidence.options.service_interval);
  return result;
}

constexpr std::array<Step, 8> kSteps{{
    {"redis", "Redis is reachable and healthy",
     "The server is reachable, accepts the login, and shows no sign of trouble.", false,
     judge_redis},
    {"services", "Both services answer over HTTP",
     "match-list-processor and the calendar answer their health endpoints; no endpoint with side "
     "effects is called.",
     false, judge_services},
    {"configuration", "The calendar is set up for this Redis",
     "The calendar's own configuration names this server and the processor's channels.", true,
     judge_configuration},
    {"wiring", "Every channel has a publisher and a listener",
     "For each known channel: who listens, by PUBSUB NUMSUB and CLIENT LIST, and what is "
     "published during the run.",
     true, judge_wiring},
    {"flow", "Messages flow through the channels",
     "Messages are published and come back byte for byte, to as many receivers as are subscribed.",
     true, judge_flow},
    {"contract", "Observed messages conform to the contract",
     "Every observed message is validated as the calendar reads it.", true, judge_contract},
    {"liveness", "The services' claims are true",
     "Our message to ourselves arrives over RESP2 and RESP3, and the calendar's claims match "
     "what Redis shows.",
     true, judge_liveness},
    {"activity", "The processor is active",
     "A processing cycle was announced within the service interval; not observed where --observe "
     "is shorter.",
     true, judge_activity},
}};

/// Adds what was found to the result that stands without it.
void add_findings(CheckResult& result, std::vector<Issue> findings) {
  if (findings.empty()) {
    return;
  }
  const bool fails = std::any_of(findings.begin(), findings.end(), [](const Issue& finding) {
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
    result.hint = findings.front().hint;
  }
  result.findings = std::move(findings);
}

/// Channels without a listener are no pass, though the cause is the finding of another check.
void point_to_cause(CheckResult& result, const std::vector<Diagnosis>& diagnoses) {
  const bool is_bad =
      std::any_of(result.channels.begin(), result.channels.end(),
                  [](const ChannelVerdict& channel) { return channel.status == Status::fail; });
  if (!is_bad || diagnoses.empty() || result.status != Status::pass) {
    return;
  }
  const auto own = std::find_if(diagnoses.begin(), diagnoses.end(), [](const Diagnosis& diagnosis) {
    return diagnosis.check == "wiring" && diagnosis.finding.status == Status::fail;
  });
  if (own == diagnoses.end()) {
    result.status = Status::fail;
    result.cause = "see the finding " + diagnoses.front().finding.id;
  }
}

CheckResult judge(const Step& step, const Evidence& evidence,
                  const std::vector<Diagnosis>& diagnoses) {
  if (step.needs_redis && evidence.redis_error) {
    return skipped("not run", no_redis_text(*evidence.redis_error));
  }
  auto result = step.judge(evidence);
  point_to_cause(result, diagnoses);
  std::vector<Issue> findings;
  for (const auto& diagnosis : diagnoses) {
    if (diagnosis.check == step.id) {
      findings.push_back(diagnosis.finding);
    }
  }
  add_findings(result, std::move(findings));
  return result;
}

}  // namespace

std::span<const Step> steps() {
  return kSteps;
}

std::vector<CheckReport> judge_all(const Evidence& evidence) {
  const auto diagnoses = diagnose(evidence);
  std::vector<CheckReport> reports;
  for (const auto& step : kSteps) {
    CheckReport report;
    report.id = step.id;
    report.title = step.title;
    report.result = judge(step, evidence, diagnoses);
    if (const auto took = evidence.took.find(step.id); took != evidence.took.end()) {
      report.duration = took->second;
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

namespace {

/// Without the processor's own uptime nothing tells a restart of Redis from a start of everything.
std::string lost_before_text(const std::optional<std::chrono::nanoseconds>& uptime) {
  constexpr auto kLately = std::chrono::hours(1);
  return uptime && *uptime < kLately ? fmt::format(
                                           " (so not whether Redis, started {} ago, was restarted "
                                           "under it, and a change lost)",
                                           format_duration(*uptime))
                                     : std::string();
}

}  // namespace

std::vector<std::string> unseen(const Evidence& evidence) {
  std::vector<std::string> list;
  if (evidence.processor.url.empty()) {
    list.push_back("match-list-processor's HTTP: no --match-processor-url or MATCH_PROCESSOR_URL" +
                   lost_before_text(evidence.start.uptime));
  }
  if (evidence.calendar.url.empty()) {
    list.emplace_back(
        "the calendar's HTTP, configuration and claims: no --calendar-service-url or "
        "CALENDAR_SERVICE_URL");
  }
  if (evidence.redis_error) {
    list.push_back("everything in Redis: " + no_redis_text(*evidence.redis_error));
    return list;
  }
  if (evidence.survey_error) {
    list.push_back("who listens: " + evidence.survey_error->message);
  } else if (evidence.before && !evidence.before->clients_refusal.empty()) {
    list.push_back(evidence.before->clients_refusal);
  }
  if (const auto& refused = evidence.traffic.refused; !refused.empty()) {
    list.push_back(
        fmt::format("what is published on {}: this user may not subscribe; allow it with ACL "
                    "SETUSER <user> &{}",
                    list_text({refused.begin(), refused.end()}), fmt::join(refused, " &")));
  }
  std::vector<std::string_view> untried;
  std::string refusal;
  for (const auto& step : evidence.flow) {
    if (step.error && step.error->kind == ErrorKind::forbidden) {
      untried.push_back(step.channel);
      refusal = step.error->message;
    }
  }
  if (!untried.empty()) {
    list.push_back(
        fmt::format("whether messages are delivered on {}: {}", list_text(untried), refusal));
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
