#include "commands/report_options.hpp"

#include <utility>

#include "cli/exit_code.hpp"
#include "output/report.hpp"

namespace fogis::commands {
namespace {

int verdict(const cli::Session& session, const checks::Report& report,
            const checks::Policy& policy) {
  if (report.interrupted) {
    return cli::exit_code_of(session.stop);
  }
  if (report.error) {
    return cli::exit_code_of(*report.error, session.stop);
  }
  return checks::passes(report, policy) ? cli::exit_code::kSuccess : cli::exit_code::kNegative;
}

}  // namespace

void declare_verdict(cli::OptionSet& options, ReportOptions& target) {
  options
      .decimal("--min-success-rate", "PCT", target.policy.min_success_rate, 100,
               "minimum percentage of passed and warned checks, of those not skipped [default 100]")
      .flag("--strict", target.policy.strict, "also fail on a warning or a skipped check");
}

void declare_report(cli::OptionSet& options, ReportOptions& target) {
  options.group("Report").parsed("--junit", "FILE", target.junit, output::ReportFile::prepare,
                                 "also write a JUnit XML report, whatever the outcome");
}

int finish(cli::Session& session, const FinishedRun& run, const ReportOptions& options) {
  const output::CheckView view{.report = run.report,
                               .policy = options.policy,
                               .statistics = run.statistics,
                               .style = session.style};
  session.out.write(output::row_of(session.format).checks(view));
  session.console.statistics(run.statistics);
  if (run.report.error) {
    session.console.error(*run.report.error);
  }
  if (options.junit) {
    const auto written = options.junit->write(output::report_junit(view), &session.stop);
    if (!written) {
      session.console.error(written.error());
      return cli::exit_code_of(written.error(), session.stop);
    }
  }
  return verdict(session, run.report, options.policy);
}

bool is_shown(const cli::Session& session, const checks::CheckReport& report,
              const checks::Policy& policy) {
  const auto status = report.result.status;
  const bool is_failure = status == checks::Status::fail || status == checks::Status::error ||
                          (policy.strict && status != checks::Status::pass);
  return session.format == output::Format::text && (is_failure || !session.console.quiet());
}

}  // namespace fogis::commands
