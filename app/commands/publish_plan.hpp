// What publish was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "commands/replay.hpp"
#include "message/shape.hpp"

namespace fogis::commands {

/// The options as they were written.
struct PublishOptions {
  std::vector<std::string> arguments;
  std::optional<std::string> file;
  std::optional<std::string> type;
  std::optional<std::string> payload;
  std::optional<std::string> count;
  std::optional<std::string> rate;
  std::optional<std::string> require_receivers;
  std::optional<std::string> replay;
  std::optional<std::string> speed;
  std::optional<std::string> to;
  bool ndjson = false;
  bool no_validate = false;
};

/// Where the messages come from.
enum class PublishSource : std::uint8_t { argument, standard_input, file, built, replay };

/// `argument`, `stdin`, `file`, `built` or `replay`.
std::string_view name(PublishSource source);

/// What the options mean.
struct PublishPlan {
  PublishSource source = PublishSource::argument;
  std::string channel;
  std::string text;  ///< the message, the file's name, or the payload as it was written
  message::Type type = message::Type::match_updates;  ///< of a built message
  bool lines = false;                                 ///< each line is a message
  std::uint64_t count = 1;
  std::optional<double> rate;
  std::optional<std::uint64_t> receivers;
  bool validate = true;
  ReplayPlan replay;
};

/// Judges the options and what they say together.
/// Errors (usage): the first fault, with what would be right.
Result<PublishPlan> make_publish_plan(const PublishOptions& options);

}  // namespace fogis::commands
