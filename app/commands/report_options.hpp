// What the commands that end with a report of checks have in common: its options, its forms, its
// exit code.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.hpp"
#include "checks/report.hpp"
#include "cli/command.hpp"
#include "output/format.hpp"
#include "output/report_file.hpp"
#include "redis/statistics.hpp"

namespace fogis::commands {

/// A report beside the one on stdout.
struct ExtraReport {
  output::Format format;
  output::ReportFile file;
};

struct ReportOptions {
  checks::Policy policy;
  std::vector<ExtraReport> reports;
};

/// Adds --min-success-rate and --strict to the present group.
void declare_verdict(cli::OptionSet& options, ReportOptions& target);
/// Adds --report and --junit in a group of their own.
void declare_report(cli::OptionSet& options, ReportOptions& target);

/// A finished run.
struct FinishedRun {
  const checks::Report& report;
  const redis::StatisticsSnapshot& statistics;
};

/// Writes the report in the session's format (as text its last lines alone: rows are shown by
/// whoever ran the checks), tells about the error that ended it, writes the other reports. Returns
/// the exit code.
int finish(cli::Session& session, const FinishedRun& run, const ReportOptions& options);

/// From now on a failure that leaves no run to report on is reported all the same: as a check
/// `start` in each report that is wanted. CI reads these, and takes a missing one for a test that
/// was not there. `options` must outlive the session's command.
void report_failures(cli::Session& session, const ReportOptions& options);

/// Whether a row is shown at all: --quiet leaves those that failed, under --strict all that did not
/// pass.
bool is_shown(const cli::Session& session, const checks::CheckReport& report,
              const checks::Policy& policy);

}  // namespace fogis::commands
