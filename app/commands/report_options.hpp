// What the commands that end with a report of checks have in common: its options, its forms, its
// exit code.
#pragma once

#include <cstddef>
#include <optional>

#include "base/result.hpp"
#include "checks/report.hpp"
#include "cli/command.hpp"
#include "output/report_file.hpp"
#include "redis/statistics.hpp"

namespace fogis::commands {

struct ReportOptions {
  checks::Policy policy;
  std::optional<output::ReportFile> junit;
};

/// Adds --min-success-rate and --strict to the present group.
void declare_verdict(cli::OptionSet& options, ReportOptions& target);
/// Adds --junit in a group of its own.
void declare_report(cli::OptionSet& options, ReportOptions& target);

/// A finished run.
struct FinishedRun {
  const checks::Report& report;
  const redis::StatisticsSnapshot& statistics;
};

/// Writes the report in the session's format (as text its last lines alone: rows are shown by
/// whoever ran the checks), tells about the error that ended it, writes the JUnit file. Returns the
/// exit code.
int finish(cli::Session& session, const FinishedRun& run, const ReportOptions& options);

/// Whether a row is shown at all: --quiet leaves those that failed, under --strict all that did not
/// pass.
bool is_shown(const cli::Session& session, const checks::CheckReport& report,
              const checks::Policy& policy);

}  // namespace fogis::commands
