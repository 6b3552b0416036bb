// The integration checks: collects evidence, judges it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/stop_event.hpp"
#include "checks/integration/options.hpp"
#include "checks/report.hpp"
#include "config/connection_settings.hpp"
#include "redis/client.hpp"
#include "redis/statistics.hpp"

namespace fogis::checks::integration {

struct Run {
  Report report;
  redis::StatisticsSnapshot statistics;
};

/// Whom a run talks to, as whom, and for how long.
struct Target {
  config::ConnectionSettings settings;
  redis::Timeouts timeouts;
  std::string service;  ///< the `source` of our messages
};

/// Runs every integration check: about Options::observe plus a second, longer where a service is
/// slow to answer, but no more than eight seconds for that. `doing` is told what goes on; it may be
/// empty. Nothing is published on a channel of the services but harmless probes, unless the options
/// say otherwise; no key is written; all subscriptions are taken back.
/// A Redis that cannot be reached, refuses us or is lost in the middle makes `redis` error, skips
/// what needs it and sets Report::error; the services are asked all the same. An interruption
/// leaves what is not known skipped, and is noted.
Run run_integration(const Target& target, const Options& options, const StopEvent* stop,
                    const std::function<void(std::string_view)>& doing);

}  // namespace fogis::checks::integration
