#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "message/quote.hpp"
#include "message/rule_checks.hpp"

namespace fogis::message::checks {

void counters_in_payload(const RuleInput& input, Collector& findings) {
  static constexpr auto kCounters = std::to_array<std::string_view>(
      {"matches_processed", "changes_detected", "match_publishing_success"});
  if (input.view.payload == nullptr) {
    return;
  }
  const Path root;
  const Path payload(root, "payload");
  for (const auto key : kCounters) {
    if (const auto* counter = find_member(*input.view.payload, key)) {
      findings.add("counters-in-payload", Path(payload, key), [&] { return describe(*counter); });
    }
  }
}

void alert_severity(const RuleInput& input, Collector& findings) {
  const auto* severity = input.view.payload == nullptr
                             ? nullptr
                             : as_text(find_member(*input.view.payload, "severity"));
  if (severity != nullptr && (*severity == "high" || *severity == "critical")) {
    findings.add("alert-severity", Path(Path(Path(), "payload"), "severity"),
                 [&] { return "\"" + *severity + "\""; });
  }
}

}  // namespace fogis::message::checks
