// monitor: is the server, and its pub/sub, healthy?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/listen_address.hpp"
#include "cli/target.hpp"
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "commands/monitor_listen.hpp"
#include "commands/monitor_watch.hpp"
#include "monitor/collector.hpp"
#include "output/monitor.hpp"
#include "output/progress.hpp"
#include "redis/backoff.hpp"

namespace fogis::commands {
namespace {

using output::Format;
using std::chrono::nanoseconds;

constexpr std::uint64_t kMostLooks = 1'000'000'000;
/// Between the two looks of a single report: long enough for rates, short enough for a person.
constexpr auto kGlance = std::chrono::milliseconds(500);
constexpr auto kSecond = std::chrono::seconds(1);
constexpr auto kLongestBackoff = std::chrono::seconds(5);  ///< somebody is watching

struct MonitorArguments {
  std::optional<std::string> interval;
  std::optional<std::string> count;
  std::optional<std::string> listen;
  std::vector<std::string> warn;
  std::vector<std::string> crit;
  bool watch = false;
  bool probe = false;
  bool strict = false;
  bool metrics = false;
};

/// What the arguments mean.
struct MonitorPlan {
  std::optional<nanoseconds> interval;
  std::optional<std::uint64_t> count;
  std::optional<http::ListenAddress> listen;
  monitor::Thresholds thresholds;
  bool watch = false;
  bool probe = false;
  bool strict = false;

  [[nodiscard]] bool is_stream() const { return watch || count || listen; }
};

Error exclusive(std::string_view left, std::string_view right) {
  return make_error(ErrorKind::usage, Phase::usage,
                    fmt::format("{} and {} exclude each other", left, right), "give one of them");
}

Result<monitor::Thresholds> make_thresholds(const MonitorArguments& arguments) {
  monitor::Thresholds thresholds;
  for (const auto& [severity, assignments] :
       {std::pair(monitor::Severity::warning, &arguments.warn),
        std::pair(monitor::Severity::critical, &arguments.crit)}) {
    for (const auto& assignment : *assignments) {
      TRY(thresholds.set(severity, assignment));
    }
  }
  TRY(thresholds.check());
  return thresholds;
}

Result<MonitorPlan> make_plan(const MonitorArguments& arguments, Format format) {
  MonitorPlan plan;
  TRY_ASSIGN(const auto interval,
             cli::duration("--interval", arguments.interval, ZeroDuration::refused));
  plan.interval = interval;
  if (arguments.count) {
    TRY_ASSIGN(const auto count, cli::whole_number("--count", arguments.count, 1, 1, kMostLooks));
    plan.count = count;
  }
  if (arguments.count && arguments.watch) {
    return failure(exclusive("--count", "--watch"));
  }
  plan.watch = arguments.watch;
  if (plan.is_stream() && (format == Format::prometheus || format == Format::nagios)) {
    return failure(exclusive(arguments.watch ? "--watch" : "--count",
                             fmt::format("--output {}", output::name(format))));
  }
  if (arguments.listen) {
    if (arguments.watch || arguments.count) {
      return failure(exclusive("--listen", arguments.watch ? "--watch" : "--count"));
    }
    TRY_ASSIGN(auto address, cli::parse_listen_address(*arguments.listen));
    plan.listen = std::move(address);
  }
  TRY_ASSIGN(auto thresholds, make_thresholds(arguments));
  plan.thresholds = std::move(thresholds);
  plan.probe = arguments.probe;
  plan.strict = arguments.strict;
  return plan;
}

/// The exit code of one look, but for nagios.
int code_of(const cli::Session& session, const monitor::Report& report, bool strict) {
  if (report.error) {
    return cli::exit_code_of(*report.error, session.stop);
  }
  switch (report.verdict.health) {
    case monitor::Health::healthy:
      return cli::exit_code::kSuccess;
    case monitor::Health::degraded:
      return strict ? cli::exit_code::kNegative : cli::exit_code::kSuccess;
    case monitor::Health::unhealthy:
      return cli::exit_code::kNegative;
    case monitor::Health::unknown:
      break;
  }
  return cli::exit_code::kUnreachable;
}

/// A watch is no question that stays without an answer when the server is away at its end: the
/// verdict is no.
int watch_code(const cli::Session& session, const monitor::Report& report, bool strict) {
  return std::min(code_of(session, report, strict), cli::exit_code::kNegative);
}

monitor::Collector::Options collector_options(const config::Config& config,
                                              const MonitorPlan& plan) {
  monitor::Collector::Options options;
  options.timeouts = {.connect = config.connect_timeout, .operation = config.timeout};
  // A single report makes its attempts itself.
  options.retry = {.retries = 0,
                   .delay = plan.is_stream() ? config.retry_delay : nanoseconds::zero(),
                   .cap = kLongestBackoff};
  options.thresholds = plan.thresholds;
  options.probe = plan.probe;
  return options;
}

/// Two looks, for rates; the first again as often as --retries says.
monitor::Report look_twice(cli::Session& session, const config::Config& config,
                           const MonitorPlan& plan) {
  output::Progress progress(session.console);
  progress.doing(fmt::format("looking at {}", config.connection.endpoint()));
  const auto unlimited = Deadline::never(&session.stop);
  redis::Backoff backoff(cli::asked_retries(config));
  monitor::Collector collector(config.connection, collector_options(config, plan), &session.stop);
  auto report = collector.look();
  while (report.error && backoff.wait(*report.error, unlimited)) {
    report = collector.look();
  }
  if (!report.error && unlimited.pause(plan.interval.value_or(kGlance)) == WaitOutcome::ready) {
    report = collector.look();
  }
  if (session.stop.requested()) {
    report.error = interrupted_error(Phase::command);
    report.verdict = monitor::judge(*report.error);
  }
  return report;
}

int report_once(cli::Session& session, const config::Config& config, const MonitorPlan& plan) {
  const auto report = look_twice(session, config, plan);
  session.console.statistics(report.statistics);
  const bool shows_failure = session.format != Format::text && session.format != Format::json;
  if (report.error && !shows_failure) {
    return session.fail(*report.error);
  }
  session.out.write(output::row_of(session.format)
                        .metrics({.report = report,
                                  .thresholds = plan.thresholds,
                                  .style = session.style,
                                  .quiet = session.console.quiet()}));
  if (report.error) {
    session.console.error(*report.error);
  }
  if (session.format == Format::nagios) {
    return output::nagios_code(report.verdict.health);
  }
  return code_of(session, report, plan.strict);
}

void write_look(cli::Session& session, const monitor::Report& report) {
  session.out.write(session.format == Format::json
                        ? output::monitor_json(report, output::JsonLayout::one_line)
                        : output::monitor_line(report, session.style));
}

/// A failure that no further look can mend, before the server was ever seen.
bool is_hopeless(const monitor::Report& report, bool seen) {
  return report.error && !seen && !report.error->retryable &&
         report.error->kind != ErrorKind::interrupted;
}

/// One look after the other, a line or a document each.
int report_stream(cli::Session& session, const config::Config& config, const MonitorPlan& plan) {
  const auto unlimited = Deadline::never(&session.stop);
  const auto interval = plan.interval.value_or(kSecond);
  monitor::Collector collector(config.connection, collector_options(config, plan), &session.stop);
  monitor::Report last;
  int worst = cli::exit_code::kSuccess;
  bool seen = false;
  auto next = Deadline::Clock::now();
  std::uint64_t looks = 0;
  while (!session.out.closed()) {
    auto report = collector.look();
    if (session.stop.requested()) {
      break;
    }
    if (is_hopeless(report, seen)) {
      return session.fail(*report.error);
    }
    last = std::move(report);
    seen = seen || last.observation;
    if (!last.error) {
      worst = std::max(worst, code_of(session, last, plan.strict));
    }
    write_look(session, last);
    if (++looks == plan.count.value_or(0)) {
      break;
    }
    const auto now = Deadline::Clock::now();
    next = std::max(next + interval, now);
    if (unlimited.pause(next - now) == WaitOutcome::stopped) {
      break;
    }
  }
  session.console.statistics(last.statistics);
  if (session.stop.requested() && plan.count && !session.out.closed()) {
    return cli::exit_code_of(session.stop);
  }
  if (last.error) {
    session.console.error(*last.error);
    return plan.watch ? watch_code(session, last, plan.strict)
                      : code_of(session, last, plan.strict);
  }
  return plan.watch ? watch_code(session, last, plan.strict) : worst;
}

int list_metrics(cli::Session& session, const MonitorArguments& arguments) {
  const auto thresholds = make_thresholds(arguments);
  if (!thresholds) {
    return session.fail(thresholds.error());
  }
  session.out.write(session.format == Format::json
                        ? output::metric_list_json(*thresholds)
                        : output::metric_list_text(*thresholds, session.style));
  return cli::exit_code::kSuccess;
}

int run_monitor(cli::Session& session, const MonitorArguments& arguments) {
  if (arguments.metrics) {
    return list_metrics(session, arguments);
  }
  const auto plan = make_plan(arguments, session.format);
  if (!plan) {
    return session.fail(plan.error());
  }
  int exit_code = cli::exit_code::kSuccess;
  const auto target = cli::find_target(session, exit_code);
  if (!target) {
    return exit_code;
  }
  const auto& config = target->config;
  if (plan->listen) {
    return run_listen(session, {.address = *plan->listen,
                                .connection = config.connection,
                                .collector = collector_options(config, *plan),
                                .interval = plan->interval.value_or(kSecond),
                                .strict = plan->strict});
  }
  if (plan->watch && session.format == Format::text && can_watch(session)) {
    const auto report =
        watch(session, config, collector_options(config, *plan), plan->interval.value_or(kSecond));
    if (!report) {
      return session.fail(report.error());
    }
    return *report ? watch_code(session, **report, plan->strict) : cli::exit_code::kSuccess;
  }
  return plan->is_stream() ? report_stream(session, config, *plan)
                           : report_once(session, config, *plan);
}

cli::Run declare_monitor(cli::OptionSet options) {
  const auto values = std::make_shared<MonitorArguments>();
  options.group("Looks")
      .value("--interval", "DUR", values->interval,
             "time between looks [default 1s; 500ms between the two of a single report]")
      .value("--count", "N", values->count, "look so often, a line or JSON document each")
      .flag("--watch", values->watch, "look until interrupted; a live view on a terminal")
      .value("--listen", "[ADDR:]PORT", values->listen,
             "serve /metrics, /health, /api/v1/report and a page, until interrupted")
      .flag("--probe", values->probe,
            "send canaries through pub/sub, on a private channel, at each look");
  options.group("Verdict")
      .list("--warn", "METRIC=VALUE,...", values->warn, "limits beyond which it is degraded")
      .list("--crit", "METRIC=VALUE,...", values->crit, "limits beyond which it is unhealthy")
      .flag("--strict", values->strict, "degraded is exit code 1 too")
      .flag("--metrics", values->metrics, "show all metrics with their limits; connects nothing");
  return [values](cli::Session& session) { return run_monitor(session, *values); };
}

constexpr cli::Example kMonitorExamples[] = {
    {"monitor", "one report: is it healthy?"},
    {"monitor --probe --watch", "a live view with round trips through pub/sub"},
    {"monitor -q --crit memory=90%,clients=100", "a container's health check"},
    {"monitor -o nagios --probe", "a check for Nagios or Icinga"},
    {"monitor --listen 9121", "a page for people and /metrics for Prometheus"},
    {"monitor --count 60 --json | jq .metrics.ops_per_second", "a minute of figures"},
};

}  // namespace

constinit const cli::Command kMonitor{
    .name = "monitor",
    .summary = "show whether the server and its pub/sub are healthy",
    .description =
        "Looks at a server and compares what it tells with limits: healthy, degraded (exit code 0, "
        "or 1 with --strict), unhealthy (1) or unknown (3). Rates come from two looks. With "
        "--probe it also sends canaries through pub/sub, which alone prove that messages arrive. "
        "-o nagios uses the exit codes of plugins: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
    .examples = kMonitorExamples,
    .formats = output::kMetricsFormats,
    .declare = declare_monitor,
};

}  // namespace fogis::commands
