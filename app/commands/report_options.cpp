#include "commands/report_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "cli/exit_code.hpp"
#include "output/json.hpp"
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

/// What a report may be written as beside the one on stdout. Text shows its rows while it runs.
constexpr output::Format kFileFormats[] = {output::Format::json, output::Format::junit,
                                           output::Format::github, output::Format::markdown};

/// `-` is stdout.
Result<ExtraReport> to_file(output::Format format, const std::string& path) {
  if (path == "-") {
    return ExtraReport{format, std::nullopt};
  }
  TRY_ASSIGN(auto file, output::ReportFile::prepare(path));
  return ExtraReport{format, std::move(file)};
}

/// `FORMAT=FILE`.
Result<ExtraReport> parse_report(const std::string& text) {
  const auto equals = text.find('=');
  const auto word = text.substr(0, equals);
  const auto format = output::parse_format(word);
  const bool is_known = format && std::find(std::begin(kFileFormats), std::end(kFileFormats),
                                            *format) != std::end(kFileFormats);
  if (equals == std::string::npos || !is_known) {
    return failure(make_error(
        ErrorKind::usage, Phase::usage,
        is_known ? fmt::format("--report: \"{}\" names no file", text)
                 : fmt::format("--report: unknown format \"{}\"", word),
        fmt::format("write FORMAT=FILE, with {} as format", output::list_of(kFileFormats))));
  }
  return to_file(*format, text.substr(equals + 1));
}

Result<ExtraReport> parse_junit(const std::string& path) {
  return to_file(output::Format::junit, path);
}

std::string place_of(const ExtraReport& report) {
  return report.file ? fmt::format("\"{}\"", report.file->path()) : "stdout";
}

/// `parse`, refusing a file that another report goes to.
template <typename Parse>
auto distinct(const ReportOptions& options, Parse parse) {
  return [&options, parse](const std::string& text) -> Result<ExtraReport> {
    TRY_ASSIGN(auto report, parse(text));
    for (const auto& other : options.reports) {
      if (place_of(other) == place_of(report)) {
        return failure(make_error(ErrorKind::usage, Phase::usage,
                                  fmt::format("two reports go to {}", place_of(report)),
                                  "name a file for each"));
      }
    }
    return report;
  };
}

/// Writes each of the reports. Returns the exit code of the last that could not be written, which
/// is told, else nothing.
std::optional<int> write_reports(cli::Session& session, const ReportOptions& options,
                                 const std::function<std::string(output::Format)>& render) {
  std::optional<int> failed;
  for (const auto& report : options.reports) {
    const auto written = report.file->write(render(report.format), &session.stop);
    if (!written) {
      session.console.error(written.error());
      failed = cli::exit_code_of(written.error(), session.stop);
    }
  }
  return failed;
}

/// A run that came to nothing.
checks::Report report_of(std::string_view command, const Error& error) {
  checks::CheckReport start{.id = "start", .title = "what comes before the checks", .result = {}};
  start.result.status = checks::Status::error;
  start.result.summary = "cannot start";
  start.result.cause = output::describe(error);
  start.result.hint = error.hint;
  start.result.error = error;
  checks::Report report;
  report.kind = command;
  report.endpoint = error.endpoint;
  report.started = std::chrono::system_clock::now();
  report.error = error;
  report.checks.push_back(std::move(start));
  return report;
}

}  // namespace

void declare_verdict(cli::OptionSet& options, ReportOptions& target) {
  options
      .decimal("--min-success-rate", "PCT", target.policy.min_success_rate, 100,
               "minimum percentage of passed and warned checks, of those not skipped [default 100]")
      .flag("--strict", target.policy.strict, "also fail on a warning or a skipped check");
}

void declare_report(cli::OptionSet& options, ReportOptions& target) {
  options.group("Report")
      .each("--report", "FORMAT=FILE", target.reports, distinct(target, parse_report),
            "also write a report in FILE as json, junit, github or markdown, whatever the outcome; "
            "- is stdout, in place of the text; may be repeated")
      .completes([] {
        std::vector<std::string> words;
        for (const auto format : kFileFormats) {
          words.push_back(std::string(output::name(format)) + "=");
        }
        return words;
      })
      .each("--junit", "FILE", target.reports, distinct(target, parse_junit),
            "same as --report junit=FILE");
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
  const auto failed = write_reports(
      session, options, [&](output::Format format) { return output::row_of(format).checks(view); });
  if (failed) {
    return *failed;
  }
  return verdict(session, run.report, options.policy);
}

Result<void> prepare_reports(cli::Session& session, ReportOptions& options) {
  auto& reports = options.reports;
  const auto to_stdout = std::find_if(reports.begin(), reports.end(),
                                      [](const ExtraReport& report) { return !report.file; });
  if (to_stdout != reports.end()) {
    TRY(cli::claim_stdout(session, "report"));
    session.format = to_stdout->format;
    reports.erase(to_stdout);
  }
  session.on_failure = [&session, &options](const Error& error) {
    const auto report = report_of(session.command, error);
    const redis::StatisticsSnapshot statistics;
    const output::CheckView view{.report = report,
                                 .policy = options.policy,
                                 .statistics = statistics,
                                 .style = session.style};
    const auto render = [&](output::Format format) {
      return format == output::Format::json ? output::error_document(session.command, error)
                                            : output::row_of(format).checks(view);
    };
    if (session.format != output::Format::text && session.format != output::Format::json) {
      session.out.write(render(session.format));
    }
    write_reports(session, options, render);
  };
  return {};
}

bool is_shown(const cli::Session& session, const checks::CheckReport& report,
              const checks::Policy& policy) {
  const auto status = report.result.status;
  const bool is_failure = status == checks::Status::fail || status == checks::Status::error ||
                          (policy.strict && status != checks::Status::pass);
  return session.format == output::Format::text && (is_failure || !session.console.quiet());
}

}  // namespace fogis::commands
