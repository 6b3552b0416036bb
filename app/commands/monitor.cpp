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
/// Between two looks of one sample: long enough for rates, short enough for a person.
constexpr auto kGlance = std::chrono::milliseconds(500);
constexpr auto kSecond = std::chrono::seconds(1);
constexpr auto kLongestBackoff = std::chrono::seconds(5);  ///< somebody is watching

struct MonitorOptions {
  std::optional<nanoseconds> interval;
  std::optional<std::uint64_t> count;
  std::optional<http::ListenAddress> listen;
  std::vector<std::string> warn;
  std::vector<std::string> crit;
  bool watch = false;
  bool canary = false;
  bool strict = false;
  bool metrics = false;

  [[nodiscard]] bool is_stream() const { return watch || count || listen; }
};

Error exclusive(std::string_view left, std::string_view right) {
  return make_error(ErrorKind::usage, Phase::usage,
                    fmt::format("{} and {} cannot be used together", left, right),
                    "give one of them");
}

Result<monitor::Thresholds> make_thresholds(const MonitorOptions& options) {
  monitor::Thresholds thresholds;
  for (const auto& [severity, assignments] :
       {std::pair(monitor::AlertLevel::warning, &options.warn),
        std::pair(monitor::AlertLevel::critical, &options.crit)}) {
    for (const auto& assignment : *assignments) {
      TRY(thresholds.set(severity, assignment));
    }
  }
  TRY(thresholds.check());
  return thresholds;
}

Result<void> check_together(const MonitorOptions& options, Format format) {
  if (options.count && options.watch) {
    return failure(exclusive("--count", "--watch"));
  }
  if ((options.watch || options.count) &&
      (format == Format::prometheus || format == Format::nagios)) {
    return failure(exclusive(options.watch ? "--watch" : "--count",
                             fmt::format("--output {}", output::name(format))));
  }
  if (options.listen && (options.watch || options.count)) {
    return failure(exclusive("--listen", options.watch ? "--watch" : "--count"));
  }
  return {};
}

/// The exit code of one sample, but for nagios.
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

/// The same, and why, where nothing that was written before stays to say so.
int end_watch(cli::Session& session, const monitor::Report& report, bool strict) {
  const auto code = watch_code(session, report, strict);
  if (code != cli::exit_code::kSuccess) {
    session.console.raw("the last verdict: " + output::monitor_quiet_line(report, strict));
  }
  return code;
}

/// How to ask: the collector's options and what is asked for.
struct MonitorPlan {
  const MonitorOptions& options;
  monitor::Collector::Options collector;
};

monitor::Collector::Options collector_options(const config::Config& config,
                                              const MonitorOptions& options,
                                              monitor::Thresholds thresholds) {
  // A single report makes its attempts itself.
  auto collector = cli::connect_with<monitor::Collector::Options>(
      config, {.retries = 0,
               .delay = options.is_stream() ? config.retry_delay : nanoseconds::zero(),
               .cap = kLongestBackoff});
  const auto glance = options.interval.value_or(kGlance);
  if (!options.is_stream()) {
    collector.glance = glance;
  } else if (thresholds.need_two_looks()) {
    collector.glance = std::min<nanoseconds>(glance, kGlance);
  }
  collector.thresholds = std::move(thresholds);
  collector.probe = options.canary;
  return collector;
}

/// One sample, made again as often as --retries says.
monitor::Report sample_once(cli::Session& session, const config::Config& config,
                            const MonitorPlan& plan) {
  output::Progress progress(session.console);
  progress.doing(fmt::format("sampling {}", config.connection.endpoint()));
  const auto unlimited = Deadline::never(&session.stop);
  redis::Backoff backoff(cli::asked_retries(config));
  monitor::Collector collector(config.connection, plan.collector, &session.stop);
  auto report = collector.take_sample();
  while (report.error && backoff.wait(*report.error, unlimited)) {
    report = collector.take_sample();
  }
  if (session.stop.requested()) {
    report.error = interrupted_error(Phase::command);
    report.verdict = monitor::judge(*report.error);
  }
  return report;
}

int report_once(cli::Session& session, const config::Config& config, const MonitorPlan& plan) {
  const auto report = sample_once(session, config, plan);
  session.console.statistics(report.statistics);
  const bool shows_failure = session.format != Format::text && session.format != Format::json;
  if (report.error && !shows_failure) {
    return session.fail(*report.error);
  }
  session.out.write(output::row_of(session.format)
                        .metrics({.report = report,
                                  .thresholds = plan.collector.thresholds,
                                  .style = session.style,
                                  .quiet = session.console.quiet(),
                                  .strict = plan.options.strict}));
  if (report.error) {
    session.console.error(*report.error);
  }
  if (session.format == Format::nagios) {
    return output::nagios_code(report.verdict.health);
  }
  return code_of(session, report, plan.options.strict);
}

void write_look(cli::Session& session, const monitor::Report& report) {
  session.out.write(session.format == Format::json
                        ? output::monitor_json(report, output::JsonLayout::one_line)
                        : output::monitor_line(report, session.style));
}

/// A failure that no further sample can fix, before the server was ever seen.
bool is_hopeless(const monitor::Report& report, bool seen) {
  return report.error && !seen && !report.error->retryable &&
         report.error->kind != ErrorKind::interrupted;
}

/// One sample after the other, a line or a document each.
int report_stream(cli::Session& session, const config::Config& config, const MonitorPlan& plan) {
  const auto unlimited = Deadline::never(&session.stop);
  const auto interval = plan.options.interval.value_or(kSecond);
  monitor::Collector collector(config.connection, plan.collector, &session.stop);
  monitor::Report last;
  int worst = cli::exit_code::kSuccess;
  bool seen = false;
  auto next = Deadline::Clock::now();
  std::uint64_t looks = 0;
  while (!session.out.closed()) {
    auto report = collector.take_sample();
    if (session.stop.requested()) {
      break;
    }
    if (is_hopeless(report, seen)) {
      return session.fail(*report.error);
    }
    last = std::move(report);
    seen = seen || last.observation;
    if (!last.error) {
      worst = std::max(worst, code_of(session, last, plan.options.strict));
    }
    write_look(session, last);
    if (++looks == plan.options.count.value_or(0)) {
      break;
    }
    const auto now = Deadline::Clock::now();
    next = std::max(next + interval, now);
    if (unlimited.pause(next - now) == WaitOutcome::stopped) {
      break;
    }
  }
  session.console.statistics(last.statistics);
  if (session.stop.requested() && plan.options.count && !session.out.closed()) {
    return cli::exit_code_of(session.stop);
  }
  if (last.error) {
    session.console.error(*last.error);
    return plan.options.watch ? watch_code(session, last, plan.options.strict)
                              : code_of(session, last, plan.options.strict);
  }
  return plan.options.watch ? watch_code(session, last, plan.options.strict) : worst;
}

int run_monitor(cli::Session& session, const config::Config& config, const MonitorPlan& plan) {
  const auto& options = plan.options;
  const auto interval = options.interval.value_or(kSecond);
  if (options.listen) {
    const auto report = listen(session, {.address = *options.listen,
                                         .connection = config.connection,
                                         .collector = plan.collector,
                                         .interval = interval});
    return report ? end_watch(session, *report, options.strict) : session.fail(report.error());
  }
  if (options.watch && session.format == Format::text && can_watch(session)) {
    const auto report = watch(session, config, plan.collector, interval);
    if (!report) {
      return session.fail(report.error());
    }
    return *report ? end_watch(session, **report, options.strict) : cli::exit_code::kSuccess;
  }
  return options.is_stream() ? report_stream(session, config, plan)
                             : report_once(session, config, plan);
}

int run_monitor(cli::Session& session, const MonitorOptions& options) {
  if (!options.metrics) {
    if (const auto together = check_together(options, session.format); !together) {
      return session.fail(together.error());
    }
  }
  const auto thresholds = make_thresholds(options);
  if (!thresholds) {
    return session.fail(thresholds.error());
  }
  if (options.metrics) {
    session.out.write(session.format == Format::json
                          ? output::metric_list_json(*thresholds)
                          : output::metric_list_text(*thresholds, session.style));
    return cli::exit_code::kSuccess;
  }
  return cli::with_target(session, [&](const config::Config& config) {
    return run_monitor(session, config, {options, collector_options(config, options, *thresholds)});
  });
}

/// Each metric with the sign that its limit follows.
std::vector<std::string> begun_limits() {
  std::vector<std::string> limits;
  for (const auto& metric : monitor::metrics()) {
    limits.push_back(fmt::format("{}=", metric.name));
  }
  return limits;
}

cli::Run declare_monitor(cli::OptionSet options) {
  const auto values = std::make_shared<MonitorOptions>();
  options.group("Samples")
      .duration("--interval", values->interval, ZeroDuration::refused,
                "time between samples [default 1s; 500ms between the two of a single report]")
      .count("--count", "N", values->count, {1, kMostLooks},
             "take N samples, one line or JSON document each")
      .flag("--watch", values->watch, "sample until interrupted; a live view on a terminal")
      .parsed("--listen", "[ADDR:]PORT", values->listen, cli::parse_listen_address,
              "serve /metrics, /health, /api/v1/report and a page, until interrupted")
      .flag("--canary,--probe", values->canary,
            "send canaries through pub/sub, on a private channel, with each sample");
  options.group("Verdict")
      .list("--warn", "METRIC=VALUE,...", values->warn,
            "limits beyond which the server is degraded")
      .completes(begun_limits)
      .list("--crit", "METRIC=VALUE,...", values->crit,
            "limits beyond which the server is unhealthy")
      .completes(begun_limits)
      .flag("--strict", values->strict, "also exit with 1 if degraded")
      .flag("--metrics", values->metrics, "show all metrics with their limits; does not connect");
  return [values](cli::Session& session) { return run_monitor(session, *values); };
}

constexpr cli::Example kMonitorExamples[] = {
    {"monitor", "one report: is the server healthy?"},
    {"monitor --canary --watch", "a live view with round trips through pub/sub"},
    {"monitor -q --crit memory=90%,clients=100", "a container's health check"},
    {"monitor -o nagios --canary", "a check for Nagios or Icinga"},
    {"monitor --listen 9121", "a page for people and /metrics for Prometheus"},
    {"monitor --count 60 --json | jq .metrics.ops_per_second", "one minute of samples"},
};

}  // namespace

constinit const cli::Command kMonitor{
    .name = "monitor",
    .summary = "show whether the server and its pub/sub are healthy",
    .description =
        "Samples a server and compares the metrics with limits: healthy, degraded (exit code 0, "
        "or 1 with --strict), unhealthy (1) or unknown (3). Rates are computed from two samples. "
        "With "
        "--canary it also sends canaries through pub/sub, which is the only proof that messages "
        "arrive. "
        "-o nagios uses plugin exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
    .examples = kMonitorExamples,
    .formats = output::kMetricsFormats,
    .declare = declare_monitor,
};

}  // namespace fogis::commands
