#include "checks/integration/checks.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {

CheckResult judge_redis(const Evidence& evidence, const std::vector<Diagnosis>& /*diagnoses*/) {
  if (!evidence.redis_error) {
    return evidence.redis_health;
  }
  auto result = verdict_of(*evidence.redis_error);
  result.status =
      evidence.redis_error->kind == ErrorKind::interrupted ? Status::skip : Status::error;
  return result;
}

}  // namespace fogis::checks::integration
