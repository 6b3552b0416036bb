// What the services' HTTP answers say, taken out of their documents.
#pragma once

#include "base/result.hpp"
#include "checks/integration/evidence.hpp"
#include "config/connection_settings.hpp"
#include "http/probe.hpp"

namespace fogis::checks::integration {

/// The outcome of a request, and where it is a usable document what that says. Fields of another
/// kind than expected count as absent. Documents are bounded in depth and size. Pure.
Endpoint read_health(const Result<http::Response>& response, std::string& health_word);
Endpoint read_processor_health(const Result<http::Response>& response, ProcessorClaims& processor);
Endpoint read_calendar_health(const Result<http::Response>& response, CalendarClaims& calendar);
Endpoint read_redis_status(const Result<http::Response>& response, CalendarClaims& calendar);
Endpoint read_redis_stats(const Result<http::Response>& response, CalendarClaims& calendar);

/// The same for /redis-config. `redis` gets the address that it names, without credentials; nothing
/// when it names none that can be read.
Endpoint read_redis_config(const Result<http::Response>& response, CalendarClaims& calendar,
                           std::optional<config::ConnectionSettings>& redis);

}  // namespace fogis::checks::integration
