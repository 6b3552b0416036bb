// The test suite: its table of checks and the runner.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/stop_event.hpp"
#include "checks/check.hpp"
#include "checks/report.hpp"
#include "config/connection_settings.hpp"
#include "redis/client.hpp"
#include "redis/statistics.hpp"

namespace fogis::checks {

/// All checks of the suite, in the order in which they run; `connection` is the first.
std::span<const Check> suite_checks();

/// The checks that `options` select, in the suite's order; maybe none.
/// Errors: usage as run_suite().
Result<std::vector<const Check*>> select_checks(const SuiteOptions& options);

/// Told while a run goes on; both may be empty.
struct Observer {
  std::function<void(const Check& check, std::size_t index, std::size_t total)> started;
  std::function<void(const CheckReport& report)> finished;
};

struct SuiteRun {
  Report report;
  redis::StatisticsSnapshot statistics;
};

/// Runs the selected checks against the server. `connection` is the gate: it is tried in any case,
/// and reported where it was selected or failed. What an unreachable or refusing server makes
/// impossible is skipped with the reason, `connection` is error, also when the server is lost in
/// the middle, and Report::error is set; an interruption leaves the rest skipped and is noted. Of a
/// `repeat` only the runs that have begun are reported. Test keys are removed in every case.
/// Errors: usage for an unknown id in `only` or `skip` (the message names the nearest), for
/// operations outside of 50 to 1,000,000, for a payload size outside of 1 byte to 64 MiB and for a
/// repeat of 0.
Result<SuiteRun> run_suite(const config::ConnectionSettings& settings, redis::Timeouts timeouts,
                           const SuiteOptions& options, const StopEvent* stop,
                           const Observer& observer);

}  // namespace fogis::checks
