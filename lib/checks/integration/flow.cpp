#include <fmt/format.h>

#include <algorithm>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "checks/integration/checks.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {
namespace {

void judge_step(const FlowStep& step, Findings& findings) {
  const auto where = fmt::format("{} on {}", step.what, step.channel);
  if (step.error) {
    const auto text = fmt::format("{}: {}", where, step.error->message);
    if (step.error->kind == ErrorKind::forbidden) {
      findings.skip(text, step.error->hint);
    } else {
      findings.fail(text, step.error->hint);
    }
    return;
  }
  if (!step.arrived) {
    findings.fail(fmt::format("{}: published, but it did not come back", where),
                  "look for a proxy between, and whether the server is a replica or in a cluster");
    return;
  }
  if (!step.unchanged) {
    findings.fail(fmt::format("{}: came back altered", where),
                  "a proxy between treats messages as text");
  }
  if (step.subscribed && step.receivers.value_or(0) < *step.subscribed) {
    findings.fail(fmt::format("{}: PUBLISH counts {} receivers, NUMSUB {}", where,
                              step.receivers.value_or(0), *step.subscribed),
                  "a proxy or a cluster may hide some; a subscriber may just have left");
  }
}

/// Receivers beyond those of the channel itself: clients whose patterns match it.
std::int64_t by_pattern(const std::vector<FlowStep>& steps) {
  std::int64_t most = 0;
  for (const auto& step : steps) {
    if (step.receivers && step.subscribed) {
      most = std::max(most, *step.receivers - *step.subscribed);
    }
  }
  return most;
}

}  // namespace

CheckResult judge_flow(const Evidence& evidence, const std::vector<Diagnosis>& diagnoses) {
  const bool is_explained =
      std::any_of(diagnoses.begin(), diagnoses.end(),
                  [](const Diagnosis& diagnosis) { return diagnosis.finding.id == "D17"; });
  if (is_explained) {
    return skipped("not tried", "published messages do not arrive: see D17");
  }
  if (evidence.flow.empty()) {
    return skipped("not tried", "nothing was published");
  }
  Findings findings;
  std::chrono::nanoseconds slowest{};
  for (const auto& step : evidence.flow) {
    judge_step(step, findings);
    slowest = std::max(slowest, step.latency);
  }
  const auto arrived =
      static_cast<std::size_t>(std::count_if(evidence.flow.begin(), evidence.flow.end(),
                                             [](const FlowStep& step) { return step.arrived; }));
  auto result = findings.result(fmt::format("{} of {} came back, the slowest after {}", arrived,
                                            count_of(evidence.flow.size(), "message"),
                                            format_duration(slowest)));
  result.detail("mode", std::string(name(evidence.options.flow)))
      .detail("messages", static_cast<std::int64_t>(evidence.flow.size()))
      .detail("arrived", static_cast<std::int64_t>(arrived))
      .detail("slowest", slowest)
      .detail("receivers_by_pattern", by_pattern(evidence.flow));
  return result;
}

}  // namespace fogis::checks::integration
