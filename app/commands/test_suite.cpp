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

struct SuiteCommandOptions {
  checks::SuiteOptions suite;
  ReportOptions report;
  bool list = false;
};

std::vector<std::string> check_ids() {
  std::vector<std::string> ids;
  for (const auto& check : checks::suite_checks()) {
    ids.emplace_back(check.id);
  }
  return ids;
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
  LiveRows(cli::Session& session, const checks::Policy& policy)
      : session_(&session),
        policy_(policy),
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
    progress_.doing(
        fmt::format("{} ({} of {}, {} % done)", check.id, index + 1, total, index * 100 / total));
  }

  void finished(const checks::CheckReport& report) {
    progress_.hide();
    if (is_shown(*session_, report, policy_)) {
      session_->out.write(output::report_row(report, session_->style, layout_));
      layout_.note_shown(report.result);
    } else {
      session_->console.step(report.id, report.duration);
    }
  }

  cli::Session* session_;
  checks::Policy policy_;
  output::RowLayout layout_;
  output::Progress progress_;
};

int run_checks(cli::Session& session, const config::Config& config,
               const SuiteCommandOptions& options) {
  LiveRows rows(session, options.report.policy);
  const auto run = checks::run_suite(config.connection, cli::timeouts(config), options.suite,
                                     &session.stop, rows.observer());
  rows.end();
  if (!run) {
    return session.fail(run.error());
  }
  return finish(session, {run->report, run->statistics}, options.report);
}

int run_test_suite(cli::Session& session, SuiteCommandOptions& options) {
  if (options.list) {
    std::vector<CheckLine> lines;
    for (const auto& check : checks::suite_checks()) {
      lines.push_back({check.id, check.title, check.purpose});
    }
    return show_check_list(session, lines);
  }
  if (const auto prepared = prepare_reports(session, options.report); !prepared) {
    return session.fail(prepared.error());
  }
  return cli::with_target(
      session, [&](const config::Config& config) { return run_checks(session, config, options); });
}

cli::Run declare_test_suite(cli::OptionSet options) {
  const auto values = std::make_shared<SuiteCommandOptions>();
  auto& suite = values->suite;
  options.group("Selection of checks")
      .flag("--list", values->list, "list the checks and what each one proves; run nothing")
      .list("--only", "ID,...", suite.only, "run only these checks")
      .completes(check_ids)
      .list("--skip", "ID,...", suite.skip, "skip these checks")
      .completes(check_ids)
      .count("--repeat", "N", suite.repeat, {1, kMostRepeats}, "repeat N times [default 1]")
      .flag("--fail-fast", suite.fail_fast, "stop at the first check that fails");
  options.group("Amount of work")
      .count("--operations", "N", suite.operations, {kFewestOperations, kMostOperations},
             "operations of each kind in performance, 50 to 1000000 [default 1000]")
      .count("--payload-size", "N", suite.payload_size, {1, kPayloadLimit},
             "largest value and message in binary-safety, bytes [default 262144]")
      .flag("--allow-evictions", suite.allow_evictions,
            "run all checks on a full server too, which may evict keys");
  options.group("Verdict")
      .duration("--max-p99", suite.max_p99, ZeroDuration::refused,
                "highest acceptable 99th percentile")
      .decimal("--min-ops", "N", suite.min_ops, 1e9, "lowest acceptable operations per second");
  declare_verdict(options, values->report);
  declare_report(options, values->report);
  return [values](cli::Session& session) { return run_test_suite(session, *values); };
}

constexpr cli::Example kTestSuiteExamples[] = {
    {"--ephemeral test-suite", "run on a private server; needs no set-up"},
    {"test-suite --only pub-sub,performance --max-p99 5ms", "two checks and a limit"},
    {"test-suite --wait 30s --strict --junit report.xml", "in CI"},
    {"test-suite -o github --report markdown=\"$GITHUB_STEP_SUMMARY\"",
     "annotations and a job summary from one run"},
};

}  // namespace

constinit const cli::Command kTestSuite{
    .name = "test-suite",
    .summary = "check that a server behaves as the FOGIS services need",
    .description =
        "Runs checks against a real server, from connecting to recovering from a lost connection. "
        "Uses only its own keys and channels (fogis:test:...), and removes them even after a "
        "failure or Ctrl-C. What the server forbids is skipped, with the reason. Exit code "
        "1: a check failed; 3 or 4: the server could not be reached or refused this client.",
    .examples = kTestSuiteExamples,
    .formats = output::kReportFormats,
    .declare = declare_test_suite,
};

}  // namespace fogis::commands
