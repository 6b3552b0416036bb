#include <fmt/format.h>

#include "base/duration.hpp"
#include "checks/integration/checks.hpp"
#include "checks/integration/symptoms.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {
namespace {

void judge_canary(std::string_view protocol, const Canary& canary, Findings& findings) {
  if (!canary.tried) {
    return;
  }
  if (canary.error) {
    const auto text = fmt::format("canary over {}: {}", protocol, canary.error->message);
    const auto kind = canary.error->kind;
    // A server before Redis 6.0 knows no RESP3; what is forbidden says nothing either.
    if (kind == ErrorKind::forbidden || kind == ErrorKind::rejected) {
      findings.skip(text, canary.error->hint);
    } else {
      findings.fail(text, canary.error->hint);
    }
  } else if (!canary.arrived) {
    findings.fail(fmt::format("the canary over {} did not arrive", protocol), {});
  } else if (!canary.unchanged) {
    findings.fail(fmt::format("the canary over {} came back altered", protocol),
                  "a proxy between treats messages as text");
  }
}

std::string round_trip(const Canary& canary) {
  return canary.arrived ? format_duration(canary.round_trip) : std::string("not seen");
}

}  // namespace

CheckResult judge_liveness(const Evidence& evidence, const std::vector<Diagnosis>& /*diagnoses*/) {
  Findings findings;
  judge_canary("RESP2", evidence.resp2, findings);
  judge_canary("RESP3", evidence.resp3, findings);
  auto result =
      findings.result(fmt::format("canary {} over RESP2, {} over RESP3", round_trip(evidence.resp2),
                                  round_trip(evidence.resp3)));
  if (evidence.resp2.arrived) {
    result.detail("round_trip_resp2", evidence.resp2.round_trip);
  }
  if (evidence.resp3.arrived) {
    result.detail("round_trip_resp3", evidence.resp3.round_trip);
  }
  if (!evidence.calendar.url.empty()) {
    result.detail("calendar_claims", claims_text(evidence.calendar));
  }
  return result;
}

}  // namespace fogis::checks::integration
