// subscribe: what goes over the channels?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/exit_code.hpp"
#include "cli/target.hpp"
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

redis::Subscriber::Options subscriber_options(const config::Config& config) {
  auto options =
      cli::connect_with<redis::Subscriber::Options>(config, cli::configured_retries(config));
  options.persistent = !config.retries_given;
  options.keepalive = kKeepalive;
  options.limits.bytes = kLargestMessage;
  return options;
}

void tell_ready(output::Console& console, const SubscribeOptions& options,
                const std::string& endpoint) {
  if (console.quiet()) {
    return;
  }
  std::string what;
  if (!options.channels.empty()) {
    what = count_of(options.channels.size(), "channel");
  }
  if (!options.patterns.empty()) {
    what += what.empty() ? "" : " and ";
    what += count_of(options.patterns.size(), "pattern");
  }
  console.raw(fmt::format("subscribed to {} on {}\n", what, escape_for_terminal(endpoint)));
  for (const auto& name : options.channels) {
    console.detail(fmt::format("  channel {}", name));
  }
  for (const auto& name : options.patterns) {
    console.detail(fmt::format("  pattern {}", name));
  }
}

int verdict(const cli::Session& session, const SubscribeOptions& options,
            const output::Reception& reception, bool output_failed) {
  if (output_failed) {
    return cli::exit_code::kInternal;
  }
  if (reception.end == ReceptionEnd::signal && options.has_end()) {
    return cli::exit_code_of(session.stop);
  }
  if (reception.error) {
    return cli::exit_code_of(*reception.error, session.stop);
  }
  const bool too_few = options.count && reception.messages < *options.count &&
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

Result<std::optional<message::RecordFile>> open_record(const SubscribeOptions& options,
                                                       const std::string& endpoint) {
  if (!options.record) {
    return std::optional<message::RecordFile>();
  }
  TRY_ASSIGN(auto record,
             message::RecordFile::open(*options.record, {std::chrono::system_clock::now(), endpoint,
                                                         options.channels, options.patterns}));
  return std::optional(std::move(record));
}

int run_subscribe(cli::Session& session, const config::Config& config,
                  const SubscribeOptions& options) {
  const auto endpoint = config.connection.endpoint();
  auto record = open_record(options, endpoint);
  if (!record) {
    return session.fail(record.error());
  }
  redis::Subscriber subscriber(config.connection, subscriber_options(config), &session.stop);
  {
    output::Progress progress(session.console);
    progress.doing(fmt::format("subscribing on {}", endpoint));
    if (const auto subscribed = subscriber.subscribe(options.channels, options.patterns);
        !subscribed) {
      progress.hide();
      return session.fail(subscribed.error());
    }
  }
  tell_ready(session.console, options, endpoint);
  MessageReceiver receiver(session, options, subscriber, *record ? &**record : nullptr);
  auto reception = receiver.run();
  reception.endpoint = endpoint;
  show_end(session, reception, receiver.output_failed());
  return verdict(session, options, reception, receiver.output_failed());
}

cli::Run declare_subscribe(cli::OptionSet options) {
  const auto values = std::make_shared<SubscribeOptions>();
  options.arguments("[CHANNEL...]", values->channels, "channels [default: all channels of FOGIS]")
      .completes(cli::fogis_channels)
      .each("--pattern", "GLOB", values->patterns,
            "subscribe to every channel that matches; may be repeated")
      .count("--count", "N", values->count, {1, kMostReceived}, "end after N messages")
      .duration("--duration", values->duration, ZeroDuration::refused, "end after DUR")
      .flag(
          "--validate", values->validate,
          "validate each message against the FOGIS contract; an invalid one makes the exit code 1")
      .text("--record", "FILE", values->record,
            "record messages in FILE, for publish --replay; appends to an existing record");
  return [values](cli::Session& session) {
    if (values->channels.empty() && values->patterns.empty()) {
      values->channels = message::channel_names(session.environment);
    }
    remove_repeated(values->channels);
    remove_repeated(values->patterns);
    return cli::with_target(session, [&](const config::Config& config) {
      return run_subscribe(session, config, *values);
    });
  };
}

constexpr cli::Example kSubscribeExamples[] = {
    {"subscribe", "watch all channels of FOGIS"},
    {"subscribe --validate --duration 1h --record today.ndjson",
     "validate and record an hour of traffic"},
    {"subscribe --pattern 'fogis:*' -o json", "print a JSON document per message"},
    {"subscribe my:channel --count 1 -o raw", "wait for one message and print its bytes"},
};

}  // namespace

constinit const cli::Command kSubscribe{
    .name = "subscribe",
    .summary = "show, validate and record what is published",
    .description =
        "Subscribes and shows each message: time, channel, type and summary; with -v the whole "
        "message. Reports on stderr when every subscription is acknowledged. Reconnects after a "
        "lost connection and reports the gap, and the number of missing messages if they carry "
        "sequence numbers. Runs until Ctrl-C, --count or --duration, and prints a summary on "
        "stderr. Exit code 1: --count was "
        "not reached, or --validate saw an invalid message.",
    .examples = kSubscribeExamples,
    .formats = output::kStreamFormats,
    .declare = declare_subscribe,
};

}  // namespace fogis::commands
