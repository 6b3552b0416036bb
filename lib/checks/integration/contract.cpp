#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "checks/integration/checks.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {

CheckResult judge_contract(const Evidence& evidence, const std::vector<Diagnosis>& /*diagnoses*/) {
  const auto& traffic = evidence.traffic;
  if (!traffic.watched) {
    return skipped("not seen", traffic.error ? traffic.error->message : "nothing was observed",
                   traffic.error ? traffic.error->hint : std::string());
  }
  auto result =
      traffic.messages == 0
          ? skipped("no message seen",
                    fmt::format("nobody published in {}", format_duration(traffic.watched_for)),
                    "a longer --observe sees more: the processor publishes once an hour")
          : passed(fmt::format("{} kept the contract", count_of(traffic.judged, "message")));
  result.detail("messages", static_cast<std::int64_t>(traffic.messages))
      .detail("judged", static_cast<std::int64_t>(traffic.judged));
  return result;
}

}  // namespace fogis::checks::integration
