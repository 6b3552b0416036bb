// Publishes a recording again.
#pragma once

#include <optional>
#include <string>

#include "base/input.hpp"
#include "commands/publish_messages.hpp"
#include "output/publication.hpp"

namespace fogis::commands {

/// How to replay.
struct ReplayPlan {
  double speed = 1;               ///< 2: in half the time; 0: as fast as possible
  std::optional<std::string> to;  ///< the channel for all; each message's own when absent
};

/// Reads through the whole recording before anything of it is published: tells of lines that cannot
/// be read in `source`, and refuses to send anything onto a production channel that nobody named.
/// Errors (usage): it is no regular file, no record, or goes onto production channels without
/// ReplayPlan::to; interrupted.
Result<void> inspect_recording(Input& input, const ReplayPlan& plan, output::ReplaySource& source);

/// Publishes the messages with the time between them that they had. After an error what was not
/// sent is counted as such. Errors: those of MessagePublisher::publish and Input::next.
Result<void> replay(Input& input, const ReplayPlan& plan, MessagePublisher& publisher);

}  // namespace fogis::commands
