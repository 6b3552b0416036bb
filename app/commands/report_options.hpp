// What the commands that end with a report of checks have in common: its options, its forms, its
// exit code.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "checks/report.hpp"
#include "cli/command.hpp"
#include "output/format.hpp"
#include "output/report_file.hpp"
#include "redis/statistics.hpp"

namespace fogis::commands {

/// A report that is asked for by --report.
struct ExtraReport {
  output::Format format;
  std::optional<output::ReportFile> file;  ///< none: it goes to stdout
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

/// A report to stdout takes the place of the text there; then, from now on, a failure that leaves
/// no run to report on is reported all the same: as a check `start` in each report that is wanted.
/// CI reads these, and takes a missing one for a test that was not there. `options` must outlive
/// the session's command. Errors (usage): the session's format goes to stdout as well.
Result<void> prepare_reports(cli::Session& session, ReportOptions& options);

/// Whether a row is shown at all: --quiet leaves those that failed, under --strict all that did not
/// pass.
bool is_shown(const cli::Session& session, const checks::CheckReport& report,
              const checks::Policy& policy);

}  // namespace fogis::commands
