#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "checks/integration/checks.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {

CheckResult judge_activity(const Evidence& evidence, const std::vector<Diagnosis>& /*diagnoses*/) {
  const auto& traffic = evidence.traffic;
  if (!traffic.watched) {
    return skipped("not observed", traffic.error ? traffic.error->message : "nothing was observed",
                   traffic.error ? traffic.error->hint : std::string());
  }
  auto result =
      traffic.started > 0
          ? passed(count_of(traffic.started, "cycle was announced", "cycles were announced"))
          : skipped("not observed",
                    fmt::format("no \"started\" in {}; one is due every {}",
                                format_duration(traffic.watched_for),
                                format_duration(evidence.options.service_interval)),
                    "only --observe as long as --service-interval can tell whether it is missing");
  result.detail("started", static_cast<std::int64_t>(traffic.started))
      .detail("observed", traffic.watched_for)
      .detail("service_interval", evidence.options.service_interval);
  return result;
}

}  // namespace fogis::checks::integration
