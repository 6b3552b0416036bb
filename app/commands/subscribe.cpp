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

redis::Subscriber::Options subscriber_options(const config::Config& config,
                                              std::size_t largest_message) {
  auto options =
      cli::connect_with<redis::Subscriber::Options>(config, cli::configured_retries(config));
  options.persistent = !config.retries_given;
  options.keepalive = kKeepalive;
  options.limits = {.bytes = largest_message, .option = "--max-message-size"};
  return options;
}

using Names = std::vector<std::string>;

/// Subscribes to one after the other. Those that are refused are taken out of `names` and returned.
Result<Names> subscribe_each(redis::Subscriber& subscriber, Names& names, bool are_patterns) {
  Names refused;
  Names taken;
  for (auto& name : names) {
    const Names one{name};
    auto done = are_patterns ? subscriber.subscribe({}, one) : subscriber.subscribe(one);
    if (!done && done.error().kind != ErrorKind::forbidden) {
      return failure(std::move(done.error()));
    }
    (done ? taken : refused).push_back(std::move(name));
  }
  names = std::move(taken);
  return refused;
}

std::string quoted_list(const Names& names) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    text += fmt::format("{}\"{}\"", i > 0 ? ", " : "", names[i]);
  }
  return names.size() > kShown ? text + fmt::format(" and {} more", names.size() - kShown) : text;
}

/// Subscribes to all names. The server refuses a SUBSCRIBE as a whole and does not say why: then
/// each name is tried, and those that are refused are returned when they may be skipped.
/// Errors: those of Subscriber::subscribe; forbidden, with the names.
Result<Names> subscribe_all(redis::Subscriber& subscriber, SubscribeOptions& options,
                            const std::string& user) {
  auto done = subscriber.subscribe(options.channels, options.patterns);
  if (done) {
    return Names();
  }
  auto& error = done.error();
  if (error.kind != ErrorKind::forbidden || error.message.find("channel") == std::string::npos) {
    return failure(std::move(error));
  }
  TRY_ASSIGN(auto refused, subscribe_each(subscriber, options.channels, false));
  TRY_ASSIGN(auto refused_patterns, subscribe_each(subscriber, options.patterns, true));
  refused.insert(refused.end(), refused_patterns.begin(), refused_patterns.end());
  const auto taken = options.channels.size() + options.patterns.size();
  if (options.skip_refused && taken > 0) {
    return refused;
  }
  error.message = fmt::format("{}: {}", quoted_list(refused), error.message);
  error.hint = fmt::format("an administrator can allow {} with ACL SETUSER {} '&{}'",
                           refused.size() == 1 ? "it" : "each of them", user, refused.front());
  if (taken > 0) {
    error.hint += fmt::format("; --skip-refused goes on with the {}",
                              taken == 1 ? "other one" : fmt::format("other {}", taken));
  }
  return failure(std::move(error));
}

/// Names that were probably meant as patterns.
void hint_at_patterns(output::Console& console, const Names& channels) {
  for (const auto& name : channels) {
    if (message::looks_like_pattern(name)) {
      console.note(
          fmt::format("\"{0}\" is taken as the name of one channel; --pattern '{0}' "
                      "subscribes to every channel that matches",
                      name));
    }
  }
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
  const bool too_few = options.count && reception.kept() < *options.count &&
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

std::string describe(const message::RecordChange& change, const std::string& path) {
  using Kind = message::RecordChange::Kind;
  if (change.kind == Kind::moved) {
    return fmt::format("the record was moved; recording goes on in a new file \"{}\"", path);
  }
  const bool is_cut = change.kind == Kind::cut;
  return fmt::format("the record \"{}\" was {}, with {} of this recording; recording goes on {}",
                     path, is_cut ? "cut" : "removed", count_of(change.lost, "message"),
                     is_cut ? "at its end" : "in a new file");
}

message::RecordHeader header_of(const SubscribeOptions& options, const std::string& endpoint) {
  return {std::chrono::system_clock::now(), endpoint, options.channels, options.patterns};
}

Result<std::optional<message::RecordFile>> open_record(output::Console& console,
                                                       const SubscribeOptions& options,
                                                       const std::string& endpoint) {
  if (!options.record || options.records_to_stdout()) {
    return std::optional<message::RecordFile>();
  }
  TRY_ASSIGN(auto record,
             message::RecordFile::open(*options.record, header_of(options, endpoint),
                                       [&console, &options](const message::RecordChange& change) {
                                         console.note(describe(change, *options.record));
                                       }));
  return std::optional(std::move(record));
}

int run_subscribe(cli::Session& session, const config::Config& config, SubscribeOptions options) {
  const auto endpoint = config.connection.endpoint();
  auto record = open_record(session.console, options, endpoint);
  if (!record) {
    return session.fail(record.error());
  }
  hint_at_patterns(session.console, options.channels);
  redis::Subscriber subscriber(config.connection,
                               subscriber_options(config, options.max_message_size), &session.stop);
  Names refused;
  {
    output::Progress progress(session.console);
    progress.doing(fmt::format("subscribing on {}", endpoint));
    const auto& user = config.connection.username;
    auto subscribed = subscribe_all(subscriber, options, user.empty() ? "default" : user);
    if (!subscribed) {
      progress.hide();
      return session.fail(subscribed.error());
    }
    refused = std::move(*subscribed);
  }
  if (!refused.empty()) {
    session.console.note(fmt::format("the server refuses {}: left out", quoted_list(refused)));
  }
  tell_ready(session.console, options, endpoint);
  if (const auto note = redis::replica_note_for_subscriber(subscriber.server()); !note.empty()) {
    session.console.note(note);
  }
  if (options.records_to_stdout()) {
    session.out.write(message::format_record_header(header_of(options, endpoint)));
  }
  MessageReceiver receiver(session, options, subscriber, *record ? &**record : nullptr);
  auto reception = receiver.run();
  reception.endpoint = endpoint;
  reception.refused = std::move(refused);
  show_end(session, reception, receiver.output_failed());
  return verdict(session, options, reception, receiver.output_failed());
}

cli::Run declare_subscribe(cli::OptionSet options) {
  const auto values = std::make_shared<SubscribeOptions>();
  options.arguments("[CHANNEL...]", values->channels, "channels [default: all channels of FOGIS]")
      .completes(cli::fogis_channels)
      .each("--pattern", "GLOB", values->patterns,
            "subscribe to every channel that matches; may be repeated")
      .choice("--type", "TYPE", values->type, message::kTypes,
              "keep only messages of this type (match_updates, processing_status or system_alert), "
              "and those that name none")
      .flag("--only-invalid", values->only_invalid,
            "keep only messages that --validate, which this includes, finds invalid")
      .count("--count", "N", values->count, {1, kMostReceived},
             "end after N messages that are kept")
      .duration("--duration", values->duration, ZeroDuration::refused, "end after DUR")
      .flag(
          "--validate", values->validate,
          "validate each message against the FOGIS contract; an invalid one makes the exit code 1")
      .flag("--skip-refused", values->skip_refused,
            "go on without the channels that the server refuses")
      .count("--max-message-size", "BYTES", values->max_message_size,
             {1, redis::kLargestReplyBytes},
             "refuse larger messages, without holding them in memory [default 67108864]")
      .text("--record", "FILE", values->record,
            "record messages in FILE, for publish --replay; appends to an existing record; - is "
            "stdout, in place of the text");
  return [values](cli::Session& session) {
    if (values->channels.empty() && values->patterns.empty()) {
      values->channels = message::channel_names(session.environment);
    }
    if (values->records_to_stdout()) {
      if (const auto claimed = cli::claim_stdout(session, "record"); !claimed) {
        return session.fail(claimed.error());
      }
    }
    values->validate = values->validate || values->only_invalid;
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
