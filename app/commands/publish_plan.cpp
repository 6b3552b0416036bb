#include "commands/publish_plan.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/number.hpp"
#include "cli/values.hpp"

namespace fogis::commands {
namespace {

constexpr double kHighestRate = 10'000'000;
constexpr double kHighestSpeed = 1'000'000;

Error usage(std::string message, std::string hint) {
  return make_error(ErrorKind::usage, Phase::usage, std::move(message), std::move(hint));
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
      return failure(usage(fmt::format("--replay cannot be used with {}", what),
                           "the recording has messages, channels and times; --to sets another "
                           "channel, --speed another speed"));
    }
  }
  return {};
}

/// Finds the one source of messages among argument, `-`, --file and --type.
Result<PublishRoute> find_source(const PublishOptions& options) {
  const auto& arguments = options.arguments;
  if (arguments.empty() || arguments.front().empty()) {
    return failure(usage("no channel given", "write fogis-redis publish CHANNEL MESSAGE"));
  }
  if (arguments.size() > 2) {
    return failure(usage(fmt::format("expected one message, got {}", arguments.size() - 1),
                         "put a message with spaces in quotes"));
  }
  const int sources =
      (arguments.size() == 2 ? 1 : 0) + (options.file ? 1 : 0) + (options.type ? 1 : 0);
  if (sources != 1) {
    return failure(
        usage(sources == 0 ? "no message given" : "more than one message source is given",
              "give one of: a MESSAGE, - for stdin, --file FILE, or --type TYPE with "
              "--payload JSON"));
  }
  const auto& channel = arguments.front();
  if (options.type) {
    return PublishRoute{PublishSource::built, channel, options.payload.value_or(std::string())};
  }
  if (options.file) {
    return PublishRoute{PublishSource::file, channel, *options.file};
  }
  const auto& text = arguments[1];
  return PublishRoute{text == "-" ? PublishSource::standard_input : PublishSource::argument,
                      channel, text};
}

Result<void> check_type(const PublishOptions& options) {
  if (options.payload && !options.type) {
    return failure(usage("--payload needs --type", "give the message type with --type"));
  }
  if (options.type && !options.payload) {
    return failure(usage("--type needs --payload", "give the payload as JSON, or @FILE"));
  }
  return {};
}

Result<void> check_lines(const PublishOptions& options, PublishSource source) {
  if (options.ndjson && source != PublishSource::standard_input && source != PublishSource::file) {
    return failure(usage("--ndjson needs lines", "give them on stdin with -, or with --file FILE"));
  }
  if (options.ndjson && options.count) {
    return failure(usage("--ndjson and --count cannot be used together",
                         "each line is a message; leave out --count"));
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

Result<PublishRoute> find_route(const PublishOptions& options) {
  if (options.replay) {
    TRY(check_replay(options));
    if (options.to && options.to->empty()) {
      return failure(usage("--to: the channel has no name", "name a channel"));
    }
    return PublishRoute{PublishSource::replay, options.to.value_or(std::string()), *options.replay};
  }
  if (options.speed || options.to) {
    return failure(usage(fmt::format("{} needs --replay", options.speed ? "--speed" : "--to"),
                         "name the recording with --replay FILE"));
  }
  TRY_ASSIGN(auto route, find_source(options));
  TRY(check_type(options));
  TRY(check_lines(options, route.source));
  return route;
}

Result<double> parse_speed(std::string_view text) {
  if (text == "max") {
    return 0.0;
  }
  if (text.ends_with('x')) {
    const auto speed = parse_number<double>(text.substr(0, text.size() - 1));
    if (speed && *speed > 0 && *speed <= kHighestSpeed) {
      return *speed;
    }
  }
  return failure(usage(fmt::format("--speed: invalid speed \"{}\"", text),
                       "write a factor such as 2x or 0.5x, or max"));
}

Result<double> parse_rate(std::string_view text) {
  auto rate = cli::decimal("--rate", text, kHighestRate);
  if (rate && *rate <= 0) {
    return failure(
        usage("--rate: 0 would never send", "write a number of messages per second, such as 100"));
  }
  return rate;
}

}  // namespace fogis::commands
