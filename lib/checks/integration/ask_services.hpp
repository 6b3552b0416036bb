// Asks both services over HTTP: read-only endpoints alone.
#pragma once

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

/// Asks the endpoints of those services that have a URL, both services side by side and one
/// endpoint after the other. Over by `deadline`: what was not answered then is unreachable.
ServiceAnswers ask_services(const Options& options, const Deadline& deadline);

}  // namespace fogis::checks::integration
