// subscribe: what goes over the channels?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "cli/target.hpp"
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "commands/receive_messages.hpp"
#include "message/channels.hpp"
#include "output/progress.hpp"

namespace fogis::commands {
namespace {

using output::Format;
using output::ReceptionEnd;

constexpr std::uint64_t kMostReceived = 1'000'000'000'000;
/// After so long a silence we ask whether the server is still there.
constexpr auto kKeepalive = std::chrono::seconds(3);
/// The largest value that a server takes by default (proto-max-bulk-len), and its surroundings.
constexpr std::size_t kLargestMessage = (std::size_t{512} << 20U) + 4096;

struct SubscribeOptions {
  std::vector<std::string> channels;
  std::vector<std::string> patterns;
  std::optional<std::string> count;
  std::optional<std::string> duration;
  bool validate = false;
  std::optional<std::string> record;
};

/// A name twice would be counted twice: the server subscribes once.
void remove_repeated(std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (auto& name : names) {
    if (std::find(once.begin(), once.end(), name) == once.end()) {
      once.push_back(std::move(name));
    }
  }
  names = std::move(once);
}

Result<SubscribePlan> make_plan(const SubscribeOptions& options,
                                const config::Environment& environment) {
  SubscribePlan plan;
  plan.channels = options.channels;
  plan.patterns = options.patterns;
  if (plan.channels.empty() && plan.patterns.empty()) {
    plan.channels = message::channel_names(environment);
  }
  remove_repeated(plan.channels);
  remove_repeated(plan.patterns);
  if (options.count) {
    TRY_ASSIGN(const auto count, cli::whole_number("--count", options.count, 0, 1, kMostReceived));
    plan.count = count;
  }
  TRY_ASSIGN(const auto duration,
             cli::duration("--duration", options.duration, ZeroDuration::refused));
  plan.duration = duration;
  plan.validate = options.validate;
  plan.record = options.record;
  return plan;
}

redis::Subscriber::Options subscriber_options(const config::Config& config) {
  redis::Subscriber::Options options;
  options.timeouts = {.connect = config.connect_timeout, .operation = config.timeout};
  options.retry.retries = config.retries;
  options.retry.delay = config.retry_delay;
  options.persistent = !config.retries_given;
  options.keepalive = kKeepalive;
  options.limits.bytes = kLargestMessage;
  return options;
}

void tell_ready(output::Console& console, const SubscribePlan& plan, const std::string& endpoint) {
  if (console.quiet()) {
    return;
  }
  std::string what;
  if (!plan.channels.empty()) {
    what = count_of(plan.channels.size(), "channel");
  }
  if (!plan.patterns.empty()) {
    what += what.empty() ? "" : " and ";
    what += count_of(plan.patterns.size(), "pattern");
  }
  console.raw(fmt::format("subscribed to {} on {}\n", what, escape_for_terminal(endpoint)));
  for (const auto& name : plan.channels) {
    console.detail(fmt::format("  channel {}", name));
  }
  for (const auto& name : plan.patterns) {
    console.detail(fmt::format("  pattern {}", name));
  }
}

int verdict(const cli::Session& session, const SubscribePlan& plan,
            const output::Reception& reception, bool output_failed) {
  if (output_failed) {
    return cli::exit_code::kInternal;
  }
  if (reception.end == ReceptionEnd::signal && plan.has_end()) {
    return cli::exit_code_of(session.stop);
  }
  if (reception.error) {
    return cli::exit_code_of(*reception.error, session.stop);
  }
  const bool too_few = plan.count && reception.messages < *plan.count &&
                       reception.end != ReceptionEnd::closed_output;
  return too_few || reception.invalid > 0 ? cli::exit_code::kNegative : cli::exit_code::kSuccess;
}

void show_end(cli::Session& session, const output::Reception& reception, bool output_failed) {
  if (session.format == Format::json && !output_failed) {
    session.out.write(output::reception_json(reception));
  }
  if (!session.console.quiet()) {
    session.console.raw(output::reception_text(reception, session.console.style()));
  }
  if (reception.error) {
    session.console.error(*reception.error);
  }
}

Result<std::optional<message::RecordFile>> open_record(const SubscribePlan& plan,
                                                       const std::string& endpoint) {
  if (!plan.record) {
    return std::optional<message::RecordFile>();
  }
  TRY_ASSIGN(auto record,
             message::RecordFile::open(*plan.record, {std::chrono::system_clock::now(), endpoint,
                                                      plan.channels, plan.patterns}));
  return std::optional(std::move(record));
}

int run_subscribe(cli::Session& session, const SubscribeOptions& options) {
  const auto plan = make_plan(options, session.environment);
  if (!plan) {
    return session.fail(plan.error());
  }
  int exit_code = cli::exit_code::kSuccess;
  const auto target = cli::find_target(session, exit_code);
  if (!target) {
    return exit_code;
  }
  const auto endpoint = target->config.connection.endpoint();
  auto record = open_record(*plan, endpoint);
  if (!record) {
    return session.fail(record.error());
  }
  redis::Subscriber subscriber(target->config.connection, subscriber_options(target->config),
                               &session.stop);
  {
    output::Progress progress(session.console);
    progress.doing(fmt::format("subscribing on {}", endpoint));
    if (const auto subscribed = subscriber.subscribe(plan->channels, plan->patterns); !subscribed) {
      progress.hide();
      return session.fail(subscribed.error());
    }
  }
  tell_ready(session.console, *plan, endpoint);
  MessageReceiver receiver(session, *plan, subscriber, *record ? &**record : nullptr);
  auto reception = receiver.run();
  reception.endpoint = endpoint;
  show_end(session, reception, receiver.output_failed());
  return verdict(session, *plan, reception, receiver.output_failed());
}

cli::Run declare_subscribe(cli::OptionSet options) {
  const auto values = std::make_shared<SubscribeOptions>();
  options.arguments("CHANNEL", values->channels, "channels [default: all channels of FOGIS]")
      .each("--pattern", "GLOB", values->patterns,
            "subscribe to every channel that matches; may be given several times")
      .value("--count", "N", values->count, "end after so many messages")
      .value("--duration", "DUR", values->duration, "end after this time")
      .flag("--validate", values->validate,
            "judge each message by the FOGIS contract; an invalid one makes the exit code 1")
      .value("--record", "FILE", values->record,
             "keep the messages in FILE, for publish --replay; a record that exists is added to");
  return [values](cli::Session& session) { return run_subscribe(session, *values); };
}

constexpr cli::Example kSubscribeExamples[] = {
    {"subscribe", "watch all channels of FOGIS"},
    {"subscribe --validate --duration 1h --record today.ndjson",
     "judge and keep an hour of traffic"},
    {"subscribe --pattern 'fogis:*' -o json", "a JSON document for each message"},
    {"subscribe my:channel --count 1 -o raw", "wait for one message and print its bytes"},
};

}  // namespace

constinit const cli::Command kSubscribe{
    .name = "subscribe",
    .summary = "show what is published, judge it, record it",
    .description =
        "Subscribes and shows each message: time, channel, type and what it is about; with -v the "
        "whole message. Says on stderr when every subscription stands. A lost connection is "
        "replaced; the gap is told, and how many messages are missing where they carry numbers. "
        "Runs until Ctrl-C, --count or --duration, and sums up on stderr. Exit code 1: --count was "
        "not reached, or --validate saw an invalid message.",
    .examples = kSubscribeExamples,
    .formats = output::kStreamFormats,
    .declare = declare_subscribe,
};

}  // namespace fogis::commands
