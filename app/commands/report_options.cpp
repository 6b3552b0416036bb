#include "commands/report_options.hpp"

#include <utility>

#include "cli/exit_code.hpp"
#include "cli/values.hpp"
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

void declare_verdict(cli::OptionSet& options, ReportArguments& arguments) {
  options
      .value("--min-success-rate", "PCT", arguments.min_success_rate,
             "passed and warned, in percent of all that were not skipped [default 100]")
      .flag("--strict", arguments.strict, "a warning or a skipped check fails too");
}

void declare_report(cli::OptionSet& options, ReportArguments& arguments) {
  options.group("Report").value("--junit", "FILE", arguments.junit,
                                "also write a JUnit XML report, whatever the outcome");
}

Result<ReportPlan> report_plan(const ReportArguments& arguments) {
  ReportPlan plan;
  TRY_ASSIGN(const auto rate, cli::decimal("--min-success-rate", arguments.min_success_rate, 100));
  plan.policy = {.min_success_rate = rate.value_or(100), .strict = arguments.strict};
  if (arguments.junit) {
    TRY_ASSIGN(auto file, output::ReportFile::prepare(*arguments.junit));
    plan.junit = std::move(file);
  }
  return plan;
}

int finish(cli::Session& session, const FinishedRun& run, const ReportPlan& plan) {
  const output::CheckView view{.report = run.report,
                               .policy = plan.policy,
                               .statistics = run.statistics,
                               .style = session.style};
  session.out.write(output::row_of(session.format).checks(view));
  session.console.statistics(run.statistics);
  if (run.report.error) {
    session.console.error(*run.report.error);
  }
  if (plan.junit) {
    const auto written = plan.junit->write(output::report_junit(view), &session.stop);
    if (!written) {
      session.console.error(written.error());
      return cli::exit_code_of(written.error(), session.stop);
    }
  }
  return verdict(session, run.report, plan.policy);
}

bool is_shown(const cli::Session& session, const checks::CheckReport& report) {
  const auto status = report.result.status;
  const bool is_failure = status == checks::Status::fail || status == checks::Status::error;
  return session.format == output::Format::text && (is_failure || !session.console.quiet());
}

}  // namespace fogis::commands
