// What publish was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "message/shape.hpp"

namespace fogis::commands {

/// What publish was asked for.
struct PublishOptions {
  std::vector<std::string> arguments;
  std::optional<std::string> file;
  std::optional<message::Type> type;
  std::optional<std::string> payload;
  std::optional<std::uint64_t> count;
  std::optional<double> rate;  ///< messages a second
  std::optional<std::uint64_t> receivers;
  std::optional<std::string> replay;
  std::optional<double> speed;  ///< of the replay
  std::optional<std::string> to;
  bool ndjson = false;  ///< each line is a message
  bool no_validate = false;
};

/// Where the messages come from.
enum class PublishSource : std::uint8_t { argument, standard_input, file, built, replay };

/// `argument`, `stdin`, `file`, `built` or `replay`.
std::string_view name(PublishSource source);

/// Where the messages come from and go to.
struct PublishRoute {
  PublishSource source = PublishSource::argument;
  std::string channel;  ///< empty: each recorded message's own
  std::string text;     ///< the message, the file's name, or the payload as it was written
};

/// Judges what the options say together.
/// Errors (usage): the first fault, with what would be right.
Result<PublishRoute> find_route(const PublishOptions& options);

/// `2x`, `0.5x` or `max`, which is 0. Errors (usage): anything else.
Result<double> parse_speed(std::string_view text);

/// Messages a second, more than 0. Errors (usage): anything else.
Result<double> parse_rate(std::string_view text);

}  // namespace fogis::commands
