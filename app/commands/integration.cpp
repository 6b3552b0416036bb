// integration: do the processor's messages reach the calendar, and if not, which failure is it?
#include "checks/integration/integration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/duration.hpp"
#include "checks/integration/checks.hpp"
#include "cli/exit_code.hpp"
#include "cli/target.hpp"
#include "commands/channels_file.hpp"
#include "commands/check_list.hpp"
#include "commands/commands.hpp"
#include "commands/report_options.hpp"
#include "http/url.hpp"
#include "message/channels.hpp"
#include "output/progress.hpp"
#include "output/report.hpp"

namespace fogis::commands {
namespace {

namespace integration = checks::integration;

constexpr std::uint64_t kMostSubscribers = 100'000;
/// Our own messages must pass.
constexpr std::uint64_t kSmallestBound = std::uint64_t{64} << 10U;

constexpr std::array kFlows{integration::Flow::private_channels, integration::Flow::safe,
                            integration::Flow::live};

struct IntegrationOptions {
  integration::Options run;
  std::optional<std::string> match_processor_url;
  std::optional<std::string> calendar_url;
  std::optional<std::string> channels;
  ReportOptions report;
  bool allow_side_effects = false;
  bool list = false;
};

/// The option, else the variable; a variable that is set to nothing counts as not set.
Result<std::optional<http::Url>> service_url(const cli::Session& session, std::string_view option,
                                             const std::optional<std::string>& given,
                                             std::string_view variable) {
  const auto from_environment = session.environment(variable);
  const bool is_set = from_environment && !from_environment->empty();
  if (!given && !is_set) {
    return std::nullopt;
  }
  auto url = http::parse_url(given ? *given : *from_environment);
  if (!url) {
    auto error = std::move(url.error());
    error.message = fmt::format("bad {}: {}", given ? option : variable, error.message);
    if (!given) {
      error.kind = ErrorKind::configuration;
      error.phase = Phase::config;
    }
    return failure(std::move(error));
  }
  return std::move(*url);
}

/// The channels of the file, and those to which the environment moves the publisher.
Result<void> set_channels(const cli::Session& session, const config::Config& config,
                          IntegrationOptions& options) {
  if (options.channels) {
    TRY_ASSIGN(options.run.channels,
               read_channels_file(*options.channels, session.stop, config.timeout));
  }
  const auto names = message::channel_names(session.environment);
  auto& channels = options.run.channels;
  channels.insert(channels.end(), names.begin(), names.end());
  return {};
}

/// What the options leave to the environment.
Result<void> complete(const cli::Session& session, IntegrationOptions& options) {
  auto& run = options.run;
  if (run.flow == integration::Flow::live && !options.allow_side_effects) {
    return failure(
        make_error(ErrorKind::usage, Phase::usage,
                   "--flow live publishes a match update on fogis:matches:updates, and the "
                   "calendar writes an invented match into its Google calendar",
                   "add --allow-side-effects if that is meant; --flow safe changes nothing"));
  }
  TRY_ASSIGN(run.match_processor, service_url(session, "--match-processor-url",
                                              options.match_processor_url, "MATCH_PROCESSOR_URL"));
  TRY_ASSIGN(run.calendar, service_url(session, "--calendar-service-url", options.calendar_url,
                                       "CALENDAR_SERVICE_URL"));
  return {};
}

void show_rows(cli::Session& session, const checks::Report& report, const checks::Policy& policy) {
  output::RowLayout layout{
      .id_columns = 0, .details = session.console.verbose(), .known_cause = {}};
  for (const auto& step : integration::steps()) {
    layout.id_columns = std::max(layout.id_columns, step.id.size());
  }
  for (const auto& check : report.checks) {
    if (is_shown(session, check, policy)) {
      session.out.write(output::report_row(check, session.style, layout));
      layout.note_shown(check.result);
    } else {
      session.console.step(check.id, check.duration);
    }
  }
}

/// Said even when quiet: it cannot be taken back.
void announce_live_update(cli::Session& session) {
  constexpr std::string_view kText =
      "--flow live: publishing a match update with has_changes on fogis:matches:updates; every "
      "calendar service that hears it writes the invented match into its Google calendar";
  if (session.console.quiet()) {
    session.console.raw(fmt::format("note: {}\n", kText));
  } else {
    session.console.note(kText);
  }
}

int run_checks(cli::Session& session, const config::Config& config,
               const IntegrationOptions& options) {
  if (options.run.flow == integration::Flow::live) {
    announce_live_update(session);
  }
  output::Progress progress(session.console);
  const auto run = integration::run_integration(
      {config.connection, cli::timeouts(config), config.service}, options.run, &session.stop,
      [&](std::string_view what) { progress.doing(what); });
  progress.hide();
  show_rows(session, run.report, options.report.policy);
  return finish(session, {run.report, run.statistics}, options.report);
}

int run_integration(cli::Session& session, IntegrationOptions& options) {
  if (options.list) {
    std::vector<CheckLine> lines;
    for (const auto& step : integration::steps()) {
      lines.push_back({step.id, step.title, step.purpose});
    }
    return show_check_list(session, lines);
  }
  if (const auto prepared = prepare_reports(session, options.report); !prepared) {
    return session.fail(prepared.error());
  }
  if (const auto completed = complete(session, options); !completed) {
    return session.fail(completed.error());
  }
  return cli::with_target(session, [&](const config::Config& config) {
    const auto named = set_channels(session, config, options);
    return named ? run_checks(session, config, options) : session.fail(named.error());
  });
}

cli::Run declare_integration(cli::OptionSet options) {
  const auto values = std::make_shared<IntegrationOptions>();
  auto& run = values->run;
  options.group("Services")
      .text("--match-processor-url", "URL", values->match_processor_url,
            "HTTP of match-list-processor [env MATCH_PROCESSOR_URL]")
      .text("--calendar-service-url", "URL", values->calendar_url,
            "HTTP of the calendar service [env CALENDAR_SERVICE_URL]");
  options.group("Observation")
      .duration("--observe", run.observe, ZeroDuration::allowed,
                "time to watch the traffic [default 5s]")
      .duration(
          "--service-interval", run.service_interval, ZeroDuration::refused,
          "interval at which the processor runs; only checked if --observe is at least as long "
          "[default 1h]")
      .duration("--reconnect-wait", run.reconnect_wait, ZeroDuration::allowed,
                "after a restart of Redis: uptime until which to wait for a calendar that says it "
                "is subscribed [default 65s]")
      .count("--expect-subscribers", "N", run.expected_subscribers, {0, kMostSubscribers},
             "consumers expected on each calendar channel [default 1]")
      .count("--max-message-size", "BYTES", run.max_message_size,
             {kSmallestBound, redis::kLargestReplyBytes},
             "read no larger message; it ends the observation [default 67108864]")
      .text("--channels", "FILE", values->channels,
            "also examine these channels, one per line; - for stdin");
  options.group("Messages")
      .choice("--flow", "WAY", run.flow, kFlows,
              "private: private channels only; safe: also harmless messages on the live "
              "channels; live: also a match update that the calendar acts on [default safe]")
      .flag("--allow-side-effects", values->allow_side_effects,
            "confirm --flow live: the calendar may write")
      .flag("--allow-evictions", run.allow_evictions,
            "do everything on a full server too, which may evict keys");
  options.group("Verdict").flag("--list", values->list,
                                "list the checks and what each one proves; run nothing");
  declare_verdict(options, values->report);
  declare_report(options, values->report);
  return [values](cli::Session& session) { return run_integration(session, *values); };
}

constexpr cli::Example kIntegrationExamples[] = {
    {"integration", "what Redis alone can show"},
    {"integration --match-processor-url http://localhost:9082 --calendar-service-url "
     "http://localhost:9083",
     "check everything, from the host of a compose deployment"},
    {"integration --observe 65m --service-interval 1h", "also check whether the hourly cycle runs"},
    {"integration --strict --junit report.xml", "in CI"},
};

}  // namespace

constinit const cli::Command kIntegration{
    .name = "integration",
    .summary = "prove that the processor's messages reach the calendar, or name what is wrong",
    .description =
        "Examines Redis, the HTTP endpoints of both services (read-only ones) and the traffic, "
        "and names the cause of each problem by its number (D1 to D24), with evidence, "
        "consequence and hint. Publishes only harmless messages: changes no match, writes no "
        "key, removes every subscription. Exit code 1: something is wrong; 3 or "
        "4: Redis could not be reached or refused this client.",
    .examples = kIntegrationExamples,
    .formats = output::kReportFormats,
    .declare = declare_integration,
};

}  // namespace fogis::commands
