#include <fmt/format.h>

#include <string>

#include "checks/integration/checks.hpp"
#include "checks/integration/symptoms.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {
namespace {

/// One endpoint of a service whose answer is looked at.
struct Question {
  std::string_view service;
  std::string_view url;
  std::string_view path;
};

void judge_endpoint(const Question& question, const Endpoint& endpoint, Findings& findings) {
  const auto what =
      fmt::format("{} {}{}", question.service, question.url, describe(endpoint, question.path));
  switch (endpoint.answer) {
    case Answer::not_asked:
    case Answer::usable:
      return;
    case Answer::missing:
      findings.fail(what, "something else may answer at this URL: check host and port");
      return;
    case Answer::not_json:
      findings.fail(what, "something else, such as a proxy, may answer at this URL");
      return;
    case Answer::failing:
      findings.fail(what, "look at the service's log");
      return;
    case Answer::unreachable:
      findings.fail(what, endpoint.error ? endpoint.error->hint : "look at the service's log");
      return;
  }
}

/// What the service says of itself.
void judge_word(const Question& question, const std::string& word, Findings& findings) {
  if (word.empty() || word == "healthy" || word == "ok") {
    return;
  }
  const auto what = fmt::format("{} reports that it is {}", question.service, word);
  if (word == "degraded" || word == "initializing" || word == "starting") {
    findings.warn(what, fmt::format("GET {}{} has details", question.url, question.path));
  } else {
    findings.fail(what, fmt::format("GET {}{} has details", question.url, question.path));
  }
}

void judge_processor(const ProcessorClaims& processor, Findings& findings) {
  const Question simple{"match-list-processor", processor.url, "/health/simple"};
  const Question health{"match-list-processor", processor.url, "/health"};
  judge_endpoint(simple, processor.simple, findings);
  const bool is_slow = processor.health.answer == Answer::unreachable && processor.health.error &&
                       processor.health.error->kind == ErrorKind::timed_out;
  if (is_slow) {
    findings.warn("match-list-processor runs, but its /health takes too long",
                  "it probes the services that it depends on: one of them is slow");
  } else if (processor.simple.answer == Answer::usable) {
    judge_endpoint(health, processor.health, findings);
  }
  judge_word(health, processor.health_word, findings);
}

std::string word_of(const std::string& url, const Endpoint& endpoint, const std::string& word) {
  if (url.empty()) {
    return "not asked";
  }
  if (endpoint.answer == Answer::unreachable) {
    return "no answer";
  }
  return word.empty() ? fmt::format("HTTP {}", endpoint.status) : word;
}

}  // namespace

CheckResult judge_services(const Evidence& evidence) {
  const auto& processor = evidence.processor;
  const auto& calendar = evidence.calendar;
  if (processor.url.empty() && calendar.url.empty()) {
    return skipped("not asked", "no URL of a service was given",
                   "give --match-processor-url and --calendar-service-url, or "
                   "MATCH_PROCESSOR_URL and CALENDAR_SERVICE_URL");
  }
  Findings findings;
  judge_processor(processor, findings);
  const Question health{"calendar", calendar.url, "/health"};
  judge_endpoint(health, calendar.health, findings);
  judge_word(health, calendar.health_word, findings);
  auto result = findings.result(fmt::format(
      "match-list-processor {}, calendar {}",
      word_of(processor.url, processor.health.answered() ? processor.health : processor.simple,
              processor.health_word),
      word_of(calendar.url, calendar.health, calendar.health_word)));
  if (processor.simple.answered()) {
    result.detail("match_processor_response", processor.simple.elapsed);
  }
  if (calendar.health.answered()) {
    result.detail("calendar_response", calendar.health.elapsed);
  }
  return result;
}

}  // namespace fogis::checks::integration
