// Asks both services over HTTP: read-only endpoints alone.
#pragma once

#include <chrono>
#include <optional>

#include "base/deadline.hpp"
#include "checks/integration/evidence.hpp"
#include "config/connection_settings.hpp"
#include "http/url.hpp"

namespace fogis::checks::integration {

/// What the services say of themselves, and the Redis that the calendar names.
struct ServiceAnswers {
  ProcessorClaims processor;
  CalendarClaims calendar;
  std::optional<config::ConnectionSettings> calendar_redis;
};

/// How long to wait, each time in all.
struct PatienceForServices {
  std::chrono::nanoseconds answer;  ///< for one endpoint
  std::chrono::nanoseconds all;     ///< for everything, and for match-list-processor's /health,
                                    ///< which looks at others and may take six seconds
};

/// Asks the endpoints of those services that have a URL, both services side by side and one
/// endpoint after the other. `stop` may be null. What was not answered in time is unreachable.
ServiceAnswers ask_services(const Options& options, const PatienceForServices& patience,
                            const StopEvent* stop);

}  // namespace fogis::checks::integration
