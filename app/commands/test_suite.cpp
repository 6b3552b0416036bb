// test-suite: does this server do what the FOGIS services need of it?
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "checks/suite.hpp"
#include "cli/exit_code.hpp"
#include "cli/target.hpp"
#include "cli/values.hpp"
#include "commands/check_list.hpp"
#include "commands/commands.hpp"
#include "commands/report_options.hpp"
#include "output/progress.hpp"
#include "output/report.hpp"

namespace fogis::commands {
namespace {

using output::Format;

constexpr std::uint64_t kFewestOperations = 50;
constexpr std::uint64_t kMostOperations = 1'000'000;
constexpr std::uint64_t kPayloadLimit = std::uint64_t{64} << 20U;
constexpr std::uint64_t kMostRepeats = 1'000'000;

struct SuiteArguments {
  std::vector<std::string> only;
  std::vector<std::string> skip;
  std::optional<std::string> operations;
  std::optional<std::string> payload_size;
  std::optional<std::string> max_p99;
  std::optional<std::string> min_ops;
  std::optional<std::string> repeat;
  ReportArguments report;
  bool list = false;
  bool fail_fast = false;
};

/// What the arguments mean.
struct SuitePlan {
  checks::SuiteOptions options;
  ReportPlan report;
};

Result<checks::SuiteOptions> suite_options(const SuiteArguments& arguments) {
  checks::SuiteOptions options;
  options.only = arguments.only;
  options.skip = arguments.skip;
  options.fail_fast = arguments.fail_fast;
  TRY_ASSIGN(const auto operations,
             cli::whole_number("--operations", arguments.operations, options.operations,
                               kFewestOperations, kMostOperations));
  options.operations = operations;
  TRY_ASSIGN(const auto payload_size, cli::whole_number("--payload-size", arguments.payload_size,
                                                        options.payload_size, 1, kPayloadLimit));
  options.payload_size = payload_size;
  TRY_ASSIGN(const auto repeat,
             cli::whole_number("--repeat", arguments.repeat, 1, 1, kMostRepeats));
  options.repeat = static_cast<unsigned>(repeat);
  TRY_ASSIGN(const auto max_p99,
             cli::duration("--max-p99", arguments.max_p99, ZeroDuration::refused));
  options.max_p99 = max_p99;
  TRY_ASSIGN(const auto min_ops, cli::decimal("--min-ops", arguments.min_ops, 1e9));
  options.min_ops = min_ops;
  return options;
}

Result<SuitePlan> make_plan(const SuiteArguments& arguments) {
  SuitePlan plan;
  TRY_ASSIGN(auto options, suite_options(arguments));
  plan.options = std::move(options);
  TRY_ASSIGN(auto report, report_plan(arguments.report));
  plan.report = std::move(report);
  return plan;
}

std::size_t longest_id() {
  std::size_t longest = 0;
  for (const auto& check : checks::suite_checks()) {
    longest = std::max(longest, check.id.size());
  }
  return longest;
}

/// A row as soon as its check is over, and what is going on meanwhile.
class LiveRows {
public:
  explicit LiveRows(cli::Session& session)
      : session_(&session),
        layout_{
            .id_columns = longest_id(), .details = session.console.verbose(), .known_cause = {}},
        progress_(session.console) {}

  checks::Observer observer() {
    return {.started = [this](const checks::Check& check, std::size_t index,
                              std::size_t total) { started(check, index, total); },
            .finished = [this](const checks::CheckReport& report) { finished(report); }};
  }

  void end() { progress_.hide(); }

private:
  void started(const checks::Check& check, std::size_t index, std::size_t total) {
    progress_.doing(fmt::format("{} ({} of {})", check.id, index + 1, total));
  }

  void finished(const checks::CheckReport& report) {
    progress_.hide();
    if (is_shown(*session_, report)) {
      session_->out.write(output::report_row(report, session_->style, layout_));
      layout_.known_cause = report.result.cause;
    } else {
      session_->console.step(report.id, report.duration);
    }
  }

  cli::Session* session_;
  output::RowLayout layout_;
  output::Progress progress_;
};

int run_checks(cli::Session& session, const SuitePlan& plan) {
  int exit_code = cli::exit_code::kSuccess;
  const auto target = cli::find_target(session, exit_code);
  if (!target) {
    return exit_code;
  }
  const auto& config = target->config;
  LiveRows rows(session);
  const auto run = checks::run_suite(
      config.connection, {.connect = config.connect_timeout, .operation = config.timeout},
      plan.options, &session.stop, rows.observer());
  rows.end();
  if (!run) {
    return session.fail(run.error());
  }
  return finish(session, {run->report, run->statistics}, plan.report);
}

int run_test_suite(cli::Session& session, const SuiteArguments& arguments) {
  if (arguments.list) {
    std::vector<CheckLine> lines;
    for (const auto& check : checks::suite_checks()) {
      lines.push_back({check.id, check.title, check.purpose});
    }
    return show_check_list(session, lines);
  }
  const auto plan = make_plan(arguments);
  return plan ? run_checks(session, *plan) : session.fail(plan.error());
}

cli::Run declare_test_suite(cli::OptionSet options) {
  const auto values = std::make_shared<SuiteArguments>();
  options.group("Choice of checks")
      .flag("--list", values->list, "show the checks and what each one proves; runs nothing")
      .list("--only", "ID,...", values->only, "run these checks alone")
      .list("--skip", "ID,...", values->skip, "leave these checks out")
      .value("--repeat", "N", values->repeat, "run everything so often [default 1]")
      .flag("--fail-fast", values->fail_fast, "stop at the first check that fails");
  options.group("Amount of work")
      .value("--operations", "N", values->operations,
             "operations of each kind in performance, 50 to 1000000 [default 1000]")
      .value("--payload-size", "N", values->payload_size,
             "largest value and message in binary-safety, bytes [default 262144]");
  options.group("Verdict")
      .value("--max-p99", "DUR", values->max_p99, "slowest acceptable 99th percentile")
      .value("--min-ops", "N", values->min_ops, "fewest acceptable operations per second");
  declare_verdict(options, values->report);
  declare_report(options, values->report);
  return [values](cli::Session& session) { return run_test_suite(session, *values); };
}

constexpr cli::Example kTestSuiteExamples[] = {
    {"--ephemeral test-suite", "on a private server that needs no set-up"},
    {"test-suite --only pub-sub,performance --max-p99 5ms", "two checks and a limit"},
    {"test-suite --strict --junit report.xml", "in CI"},
    {"test-suite -o markdown >> \"$GITHUB_STEP_SUMMARY\"", "a table for a job summary"},
};

}  // namespace

constinit const cli::Command kTestSuite{
    .name = "test-suite",
    .summary = "check that a server does what the FOGIS services need of it",
    .description =
        "Runs checks against a real server, from connecting to recovering from a lost connection. "
        "It writes under its own keys and channels alone (fogis:test:...), and removes them also "
        "after a failure or Ctrl-C. What the server forbids is skipped, with the reason. Exit code "
        "1: a check failed; 3 or 4: the server could not be reached or refused us.",
    .examples = kTestSuiteExamples,
    .formats = output::kReportFormats,
    .declare = declare_test_suite,
};

}  // namespace fogis::commands
