// test-suite: does this server do what the FOGIS services need of it?
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
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
#include "commands/commands.hpp"
#include "output/json.hpp"
#include "output/layout.hpp"
#include "output/progress.hpp"
#include "output/report.hpp"
#include "output/report_file.hpp"

namespace fogis::commands {
namespace {

using output::Format;

constexpr std::uint64_t kFewestOperations = 50;
constexpr std::uint64_t kMostOperations = 1'000'000;
constexpr std::uint64_t kLargestPayload = std::uint64_t{64} << 20U;
constexpr std::uint64_t kMostRepeats = 1'000'000;

struct SuiteArguments {
  std::vector<std::string> only;
  std::vector<std::string> skip;
  std::optional<std::string> operations;
  std::optional<std::string> payload_size;
  std::optional<std::string> max_p99;
  std::optional<std::string> min_ops;
  std::optional<std::string> min_success_rate;
  std::optional<std::string> repeat;
  std::optional<std::string> junit;
  bool list = false;
  bool fail_fast = false;
  bool strict = false;
};

/// What the arguments mean.
struct SuitePlan {
  checks::SuiteOptions options;
  checks::Policy policy;
  std::optional<output::ReportFile> junit;
};

Result<checks::SuiteOptions> suite_options(const SuiteArguments& arguments) {
  checks::SuiteOptions options;
  options.only = arguments.only;
  options.skip = arguments.skip;
  options.fail_fast = arguments.fail_fast;
  const auto operations = cli::whole_number("--operations", arguments.operations,
                                            options.operations, kFewestOperations, kMostOperations);
  if (!operations) {
    return failure(operations.error());
  }
  options.operations = *operations;
  const auto payload_size = cli::whole_number("--payload-size", arguments.payload_size,
                                              options.payload_size, 1, kLargestPayload);
  if (!payload_size) {
    return failure(payload_size.error());
  }
  options.payload_size = *payload_size;
  const auto repeat = cli::whole_number("--repeat", arguments.repeat, 1, 1, kMostRepeats);
  if (!repeat) {
    return failure(repeat.error());
  }
  options.repeat = static_cast<unsigned>(*repeat);
  const auto max_p99 = cli::duration("--max-p99", arguments.max_p99, ZeroDuration::refused);
  if (!max_p99) {
    return failure(max_p99.error());
  }
  options.max_p99 = *max_p99;
  const auto min_ops = cli::decimal("--min-ops", arguments.min_ops, 1e9);
  if (!min_ops) {
    return failure(min_ops.error());
  }
  options.min_ops = *min_ops;
  return options;
}

Result<SuitePlan> make_plan(const SuiteArguments& arguments) {
  SuitePlan plan;
  auto options = suite_options(arguments);
  if (!options) {
    return failure(options.error());
  }
  plan.options = std::move(*options);
  const auto rate = cli::decimal("--min-success-rate", arguments.min_success_rate, 100);
  if (!rate) {
    return failure(rate.error());
  }
  plan.policy = {.min_success_rate = rate->value_or(100), .strict = arguments.strict};
  if (arguments.junit) {
    auto file = output::ReportFile::prepare(*arguments.junit);
    if (!file) {
      return failure(file.error());
    }
    plan.junit = std::move(*file);
  }
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
    const auto status = report.result.status;
    const bool is_failure = status == checks::Status::fail || status == checks::Status::error;
    if (session_->format == Format::text && (is_failure || !session_->console.quiet())) {
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

void show_report(cli::Session& session, const checks::SuiteRun& run, const checks::Policy& policy) {
  switch (session.format) {
    case Format::text:
      session.out.write(output::report_end(run.report, policy, session.style));
      return;
    case Format::json:
      session.out.write(output::report_json(run.report, policy, run.statistics));
      return;
    case Format::junit:
      session.out.write(output::report_junit(run.report, policy));
      return;
    case Format::github:
      session.out.write(output::report_github(run.report, policy));
      return;
    case Format::markdown:
      session.out.write(output::report_markdown(run.report, policy));
      return;
    case Format::prometheus:
    case Format::nagios:
      return;  // not among the command's formats
  }
}

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
  show_report(session, *run, plan.policy);
  session.console.statistics(run->statistics);
  if (run->report.error) {
    session.console.error(*run->report.error);
  }
  if (plan.junit) {
    const auto written = plan.junit->write(output::report_junit(run->report, plan.policy));
    if (!written) {
      session.console.error(written.error());
      return cli::exit_code_of(written.error(), session.stop);
    }
  }
  return verdict(session, run->report, plan.policy);
}

std::string list_text(const output::Style& style) {
  const auto column = longest_id() + 2;
  std::string text;
  for (const auto& check : checks::suite_checks()) {
    text += output::pad_right(check.id, column) +
            output::wrap_indented(check.purpose, column, style.width) + "\n";
  }
  return text;
}

std::string list_json() {
  auto document = output::json_document("check-list");
  document["checks"] = output::Json::array();
  for (const auto& check : checks::suite_checks()) {
    document["checks"].push_back(
        {{"id", check.id}, {"title", check.title}, {"purpose", check.purpose}});
  }
  return output::dump(document);
}

int run_list(cli::Session& session) {
  if (session.format != Format::text && session.format != Format::json) {
    return session.fail(
        make_error(ErrorKind::usage, Phase::usage,
                   fmt::format("--list has no format \"{}\"", output::name(session.format)),
                   fmt::format("write {}", output::list_of(output::kPlainFormats))));
  }
  session.out.write(session.format == Format::json ? list_json() : list_text(session.style));
  return cli::exit_code::kSuccess;
}

int run_test_suite(cli::Session& session, const SuiteArguments& arguments) {
  if (arguments.list) {
    return run_list(session);
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
      .value("--min-ops", "N", values->min_ops, "fewest acceptable operations per second")
      .value("--min-success-rate", "PCT", values->min_success_rate,
             "passed and warned, in percent of all that were not skipped [default 100]")
      .flag("--strict", values->strict, "a warning or a skipped check fails too");
  options.group("Report").value("--junit", "FILE", values->junit,
                                "also write a JUnit XML report, whatever the outcome");
  return [values](cli::Session& session) { return run_test_suite(session, *values); };
}

constexpr cli::Example kExamples[] = {
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
    .examples = kExamples,
    .formats = output::kReportFormats,
    .declare = declare_test_suite,
};

}  // namespace fogis::commands
