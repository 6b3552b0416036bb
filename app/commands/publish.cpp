// publish: send messages, checked before and accounted for after.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "cli/completion.hpp"
#include "cli/exit_code.hpp"
#include "cli/target.hpp"
#include "commands/commands.hpp"
#include "commands/publish_messages.hpp"
#include "commands/publish_plan.hpp"
#include "commands/replay.hpp"
#include "message/builder.hpp"
#include "message/channels.hpp"
#include "redis/cluster.hpp"

namespace fogis::commands {
namespace {

using output::Format;
using output::Numbering;

constexpr std::uint64_t kMostMessages = 1'000'000'000;
constexpr std::uint64_t kMostReceivers = 1'000'000;

/// What was asked for, and how the messages go.
struct PublishPlan {
  const PublishOptions& options;
  PublishRoute route;
  ReplayPlan replay{options.speed.value_or(1), options.to};
  std::uint64_t count = options.count.value_or(1);
};

/// What is read before anything is sent: the one message, or the input that has many.
struct Material {
  std::string body;
  std::optional<Input> input;
};

/// The envelope around --payload, which is JSON or @FILE.
Result<std::string> build(const PublishPlan& plan, const config::Config& config,
                          const StopEvent& stop) {
  TRY_ASSIGN(auto payload,
             plan.route.text.starts_with('@')
                 ? Input::read_whole(plan.route.text.substr(1), stop, {.patience = config.timeout})
                 : Result<std::string>(plan.route.text));
  message::BuildOptions options;
  options.source = config.service;
  return message::wrap_payload(*plan.options.type, payload, options);
}

Result<Material> gather(const PublishPlan& plan, const config::Config& config,
                        const StopEvent& stop, output::Publication& publication) {
  Material material;
  if (plan.options.ndjson || plan.route.source == PublishSource::replay) {
    TRY_ASSIGN(auto input, Input::open(plan.route.text, stop, {.patience = config.timeout}));
    if (plan.route.source == PublishSource::replay) {
      publication.replay.emplace().speed = plan.replay.speed;
      if (auto inspected = inspect_recording(input, plan.replay, *publication.replay); !inspected) {
        return failure(std::move(inspected.error()));
      }
    }
    material.input.emplace(std::move(input));
    return material;
  }
  Result<std::string> body = plan.route.text;
  if (plan.route.source == PublishSource::built) {
    body = build(plan, config, stop);
  } else if (plan.route.source != PublishSource::argument) {
    body = Input::read_whole(plan.route.text, stop, {.patience = config.timeout});
  }
  if (!body) {
    return failure(std::move(body.error()));
  }
  material.body = std::move(*body);
  return material;
}

/// The same message, `count` times.
Result<void> publish_copies(const PublishPlan& plan, const std::string& body,
                            MessagePublisher& publisher) {
  publisher.expect(plan.count);
  for (std::uint64_t number = 1; number <= plan.count; ++number) {
    if (auto published = publisher.send(plan.route.channel, body, number); !published) {
      if (number < plan.count) {
        publisher.skip(number + 1, plan.count);
      }
      return published;
    }
  }
  return publisher.flush();
}

/// A line's message: a Windows line end goes as the line break does.
std::string_view message_of(const Input::Part& line) {
  auto text = line.text;
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text.find_first_not_of(" \t\r") == std::string_view::npos ? std::string_view() : text;
}

/// Counts the lines that are left after a failure. False when they have no end that can be reached.
bool skip_lines(Input& input, MessagePublisher& publisher, output::Publication& publication) {
  if (input.is_regular()) {
    input.ignore_stop();
  }
  while (true) {
    const auto line = input.next();
    if (!line) {
      return false;
    }
    if (!*line) {
      return true;
    }
    if (message_of(**line).empty()) {
      ++publication.blank_lines;
    } else {
      publisher.skip((*line)->number);
    }
  }
}

/// A message a line.
Result<void> publish_lines(const PublishPlan& plan, Input& input, MessagePublisher& publisher,
                           output::Publication& publication) {
  Result<void> outcome;
  while (outcome) {
    // Whoever writes the lines may pause: what has come is sent and answered before that.
    if (!input.ready()) {
      outcome = publisher.flush();
      if (!outcome) {
        break;
      }
    }
    const auto line = input.next();
    if (!line) {
      // What is under way is still wanted; should the connection fail too, that is in the account.
      [[maybe_unused]] const auto settled = publisher.flush();
      outcome = failure(line.error());
    } else if (!*line) {
      return publisher.flush();
    } else if (const auto text = message_of(**line); text.empty()) {
      ++publication.blank_lines;
    } else {
      outcome = publisher.publish(plan.route.channel, text, (*line)->number);
    }
  }
  publication.complete = skip_lines(input, publisher, publication);
  return outcome;
}

Result<void> publish_all(const PublishPlan& plan, Material& material, MessagePublisher& publisher,
                         output::Publication& publication) {
  if (plan.route.source == PublishSource::replay) {
    return replay(*material.input, plan.replay, publisher);
  }
  return plan.options.ndjson ? publish_lines(plan, *material.input, publisher, publication)
                             : publish_copies(plan, material.body, publisher);
}

/// What has to be known of the server before anything is published; mostly nothing.
std::string note_of(const redis::OpenReport& opened) {
  return opened.likely_proxy ? std::string(redis::kProxyNote)
                             : redis::replica_note_for_publisher(opened.server);
}

/// PUBLISH counts the receivers of the node that it was sent to; the message reaches all nodes.
void count_elsewhere(const cli::Session& session, const config::Config& config,
                     output::Publication& publication) {
  if (!publication.server.is_cluster() || publication.channel.empty() || publication.error ||
      publication.interrupted) {
    return;
  }
  const auto deadline = Deadline::after(config.timeout, &session.stop);
  auto connection = redis::Connection::open(config.connection, deadline);
  redis::ClusterNodes nodes(config.connection);
  const auto others = connection ? nodes.ask(*connection, {publication.channel}, deadline)
                                 : Result<redis::OtherNodes>(failure(connection.error()));
  if (!others) {
    publication.unseen_nodes = others.error().message;
    return;
  }
  const auto found = others->subscribers.find(publication.channel);
  publication.elsewhere = found == others->subscribers.end() ? 0 : found->second;
  publication.unseen_nodes = others->unseen();
}

int verdict(const cli::Session& session, const output::Publication& publication) {
  if (publication.interrupted) {
    return cli::exit_code_of(session.stop);
  }
  if (publication.error) {
    return cli::exit_code_of(*publication.error, session.stop);
  }
  const bool all_confirmed = publication.account.confirmed == publication.total();
  const bool whole_record = !publication.replay || publication.replay->damaged.empty();
  return all_confirmed && whole_record && publication.has_receivers() &&
                 !publication.has_cut_receivers() && !publication.account.demoted_to
             ? cli::exit_code::kSuccess
             : cli::exit_code::kNegative;
}

/// What the number of receivers leaves out, in a cluster.
std::string missing_nodes(const output::Publication& publication) {
  if (!publication.unseen_nodes.empty()) {
    return "; " + publication.unseen_nodes;
  }
  return publication.server.is_cluster() && !publication.elsewhere
             ? " on this node; those of a cluster's other nodes are not counted for a replay"
             : "";
}

void show_end(cli::Session& session, const output::Publication& publication) {
  if (session.format == Format::json) {
    session.out.write(output::publication_json(publication));
  } else {
    session.out.write(session.console.quiet()
                          ? output::publication_quiet(publication)
                          : output::publication_text(publication, session.style));
  }
  if (publication.error) {
    session.console.error(*publication.error);
  } else if (!publication.has_receivers()) {
    session.console.note("fewer receivers than --require-receivers" + missing_nodes(publication));
  }
}

int run_publish(cli::Session& session, const config::Config& config, const PublishPlan& plan) {
  output::Publication publication;
  publication.endpoint = config.connection.endpoint();
  publication.channel = plan.route.channel;
  publication.source = name(plan.route.source);
  publication.numbering =
      plan.options.ndjson || plan.options.replay ? Numbering::line : Numbering::message;
  publication.wanted_receivers = plan.options.receivers;
  if (message::looks_like_pattern(plan.route.channel)) {
    session.console.note(fmt::format(
        "\"{}\" is taken as the name of one channel: patterns are for subscribe --pattern",
        plan.route.channel));
  }
  auto material = gather(plan, config, session.stop, publication);
  if (!material) {
    return session.fail(material.error());
  }
  std::optional<Error> error;
  MessagePublisher publisher(session, config, {!plan.options.no_validate, plan.options.rate});
  // A single message that must not be sent needs no server.
  if (!material->input && publisher.refuses(plan.route.channel, material->body, 1)) {
    publisher.refuse_copies(plan.count);
  } else {
    if (auto connected = publisher.connect(); !connected) {
      publisher.finish(publication, std::nullopt);
      return session.fail(connected.error());
    }
    publication.server = publisher.opened().server;
    if (const auto note = note_of(publisher.opened()); !note.empty()) {
      session.console.note(note);
    }
    auto published = publish_all(plan, *material, publisher, publication);
    error = published ? std::nullopt : std::optional(std::move(published.error()));
  }
  publisher.finish(publication, error);
  count_elsewhere(session, config, publication);
  show_end(session, publication);
  return verdict(session, publication);
}

int run_publish(cli::Session& session, const PublishOptions& options) {
  auto route = find_route(options);
  if (!route) {
    return session.fail(route.error());
  }
  return cli::with_target(session, [&](const config::Config& config) {
    return run_publish(session, config, PublishPlan{options, std::move(*route)});
  });
}

cli::Run declare_publish(cli::OptionSet options) {
  const auto values = std::make_shared<PublishOptions>();
  options
      .arguments("CHANNEL [MESSAGE | -]", values->arguments,
                 "channel, then message; - reads the message from stdin")
      .completes(cli::fogis_channels)
      .text("--file", "FILE", values->file, "read the message from FILE")
      .choice("--type", "TYPE", values->type, message::kTypes,
              "wrap --payload in an envelope of this type: match_updates, processing_status or "
              "system_alert")
      .text("--payload", "JSON", values->payload, "the payload, or @FILE")
      .flag("--ndjson", values->ndjson, "each line of stdin or --file is a message")
      .count("--count", "N", values->count, {1, kMostMessages},
             "send the message N times [default 1]")
      .parsed("--rate", "R", values->rate, parse_rate, "send at most R messages per second")
      .flag("--no-validate", values->no_validate, "do not validate messages on FOGIS channels")
      .count("--require-receivers", "N", values->receivers, {1, kMostReceivers},
             "exit with 1 if a message has fewer than N receivers");
  options.group("Replay")
      .text("--replay", "FILE", values->replay, "send the messages of a recording again")
      .parsed("--speed", "SPEED", values->speed, parse_speed,
              "replay speed: 2x, 0.5x or max [default 1x]")
      .text("--to", "CHANNEL", values->to,
            "send all of them on this channel; required if the recording has production channels")
      .completes(cli::fogis_channels);
  return [values](cli::Session& session) { return run_publish(session, *values); };
}

constexpr cli::Example kPublishExamples[] = {
    {"publish my:channel 'hello'", "send a message, and see how many receive it"},
    {"publish fogis:processor:status --file status.json --require-receivers 1",
     "validate a message and make sure that it has a receiver"},
    {"publish my:channel - --ndjson < messages.ndjson", "send each line as a message"},
    {"publish --replay today.ndjson --to my:channel --speed 10x", "send recorded traffic again"},
};

}  // namespace

constinit const cli::Command kPublish{
    .name = "publish",
    .summary = "send messages and account for each one",
    .description =
        "Publishes a message, many copies of it, one message per line, or a recording. On a "
        "FOGIS channel each message is first validated against the contract; an invalid one is "
        "not sent. After a lost connection it reconnects and continues, but never resends a "
        "message that may have arrived. At the end it reports how many messages are confirmed, "
        "unknown and unsent, and which. Exit code 1: not all were confirmed, or there were too "
        "few receivers.",
    .examples = kPublishExamples,
    .formats = output::kPlainFormats,
    .declare = declare_publish,
};

}  // namespace fogis::commands
