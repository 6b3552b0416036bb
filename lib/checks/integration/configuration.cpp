#include <fmt/format.h>

#include "checks/integration/checks.hpp"
#include "checks/integration/symptoms.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {
namespace {

CheckResult compare(const CalendarClaims& calendar) {
  if (calendar.redis_url.empty()) {
    return warned("no Redis URL", "the calendar's /redis-config names no Redis URL",
                  "look at the calendar's version");
  }
  if (calendar.redis == Sameness::unknown) {
    return passed(fmt::format("{}: {}", calendar.redis_url, calendar.redis_proof));
  }
  return passed(fmt::format("{}: {}", calendar.redis_url, calendar.redis_proof));
}

}  // namespace

CheckResult judge_configuration(const Evidence& evidence,
                                const std::vector<Diagnosis>& /*diagnoses*/) {
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
  auto result = compare(calendar);
  result.detail("redis_url", calendar.redis_url);
  if (calendar.channels) {
    result.detail("channels", static_cast<std::int64_t>(calendar.channels->size()));
  }
  return result;
}

}  // namespace fogis::checks::integration
