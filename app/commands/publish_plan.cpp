#include "commands/publish_plan.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/number.hpp"
#include "cli/values.hpp"

namespace fogis::commands {
namespace {

constexpr std::uint64_t kMostMessages = 1'000'000'000;
constexpr std::uint64_t kMostReceivers = 1'000'000;
constexpr double kHighestRate = 10'000'000;
constexpr double kHighestSpeed = 1'000'000;

Error usage(std::string message, std::string hint) {
  return make_error(ErrorKind::usage, Phase::usage, std::move(message), std::move(hint));
}

/// `2x`, `0.5x` or `max`, which is 0.
Result<double> parse_speed(const std::optional<std::string>& text) {
  if (!text) {
    return 1.0;
  }
  if (*text == "max") {
    return 0.0;
  }
  std::string_view number = *text;
  if (number.ends_with('x')) {
    number.remove_suffix(1);
    const auto speed = parse_number<double>(number);
    if (speed && *speed > 0 && *speed <= kHighestSpeed) {
      return *speed;
    }
  }
  return failure(usage(fmt::format("--speed: \"{}\" is no speed", *text),
                       "write how many times as fast, such as 2x or 0.5x, or max"));
}

/// Options that say nothing beside a recording.
Result<void> check_replay(const PublishOptions& options) {
  const std::array<std::pair<bool, std::string_view>, 6> misplaced{{
      {!options.arguments.empty(), "a channel or message"},
      {options.file.has_value(), "--file"},
      {options.type.has_value() || options.payload.has_value(), "--type and --payload"},
      {options.count.has_value(), "--count"},
      {options.rate.has_value(), "--rate"},
      {options.ndjson, "--ndjson"},
  }};
  for (const auto& [given, what] : misplaced) {
    if (given) {
      return failure(usage(fmt::format("--replay does not go with {}", what),
                           "the recording has messages, channels and times; --to names another "
                           "channel, --speed another pace"));
    }
  }
  return {};
}

/// Finds the one source of messages among argument, `-`, --file and --type.
Result<void> find_source(const PublishOptions& options, PublishPlan& plan) {
  const auto& arguments = options.arguments;
  if (arguments.empty() || arguments.front().empty()) {
    return failure(usage("no channel given", "write fogis-redis publish CHANNEL MESSAGE"));
  }
  if (arguments.size() > 2) {
    return failure(usage(fmt::format("one message is expected, {} are given", arguments.size() - 1),
                         "put a message with spaces in quotes"));
  }
  plan.channel = arguments.front();
  const int sources =
      (arguments.size() == 2 ? 1 : 0) + (options.file ? 1 : 0) + (options.type ? 1 : 0);
  if (sources != 1) {
    return failure(usage(sources == 0 ? "no message given" : "the message is given twice",
                         "give one of: a MESSAGE, - for stdin, --file FILE, or --type TYPE with "
                         "--payload JSON"));
  }
  if (options.type) {
    plan.source = PublishSource::built;
  } else if (options.file) {
    plan.source = PublishSource::file;
    plan.text = *options.file;
  } else {
    plan.source = arguments[1] == "-" ? PublishSource::standard_input : PublishSource::argument;
    plan.text = arguments[1];
  }
  return {};
}

Result<void> read_type(const PublishOptions& options, PublishPlan& plan) {
  if (options.payload && !options.type) {
    return failure(usage("--payload needs --type", "say which type of message it belongs to"));
  }
  if (!options.type) {
    return {};
  }
  const auto type = message::parse_type(*options.type);
  if (!type) {
    return failure(usage(fmt::format("--type: \"{}\" is no type of message", *options.type),
                         "write match_updates, processing_status or system_alert"));
  }
  if (!options.payload) {
    return failure(usage("--type needs --payload", "give the payload as JSON, or @FILE"));
  }
  plan.type = *type;
  plan.text = *options.payload;
  return {};
}

Result<void> read_lines(const PublishOptions& options, PublishPlan& plan) {
  plan.lines = options.ndjson;
  if (!plan.lines) {
    return {};
  }
  if (plan.source != PublishSource::standard_input && plan.source != PublishSource::file) {
    return failure(usage("--ndjson needs lines", "give them on stdin with -, or with --file FILE"));
  }
  if (options.count) {
    return failure(usage("--ndjson and --count exclude each other", "the lines are the messages"));
  }
  return {};
}

Result<void> read_numbers(const PublishOptions& options, PublishPlan& plan) {
  TRY_ASSIGN(const auto count, cli::whole_number("--count", options.count, 1, 1, kMostMessages));
  plan.count = count;
  TRY_ASSIGN(const auto rate, cli::decimal("--rate", options.rate, kHighestRate));
  if (rate && *rate <= 0) {
    return failure(usage("--rate: 0 would never send", "write messages a second, such as 100"));
  }
  plan.rate = rate;
  if (options.require_receivers) {
    TRY_ASSIGN(
        const auto receivers,
        cli::whole_number("--require-receivers", options.require_receivers, 0, 1, kMostReceivers));
    plan.receivers = receivers;
  }
  return {};
}

}  // namespace

std::string_view name(PublishSource source) {
  switch (source) {
    case PublishSource::argument:
      return "argument";
    case PublishSource::standard_input:
      return "stdin";
    case PublishSource::file:
      return "file";
    case PublishSource::built:
      return "built";
    case PublishSource::replay:
      break;
  }
  return "replay";
}

Result<PublishPlan> make_publish_plan(const PublishOptions& options) {
  PublishPlan plan;
  plan.validate = !options.no_validate;
  TRY(read_numbers(options, plan));
  if (!options.replay) {
    if (options.speed || options.to) {
      return failure(usage(fmt::format("{} needs --replay", options.speed ? "--speed" : "--to"),
                           "name the recording with --replay FILE"));
    }
    for (const auto step : {find_source, read_type, read_lines}) {
      TRY(step(options, plan));
    }
    return plan;
  }
  TRY(check_replay(options));
  TRY_ASSIGN(auto speed, parse_speed(options.speed));
  if (options.to && options.to->empty()) {
    return failure(usage("--to: the channel has no name", "name a channel"));
  }
  plan.source = PublishSource::replay;
  plan.text = *options.replay;
  plan.replay = {speed, options.to};
  plan.channel = options.to.value_or(std::string());
  return plan;
}

}  // namespace fogis::commands
