// Asks the server who is subscribed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "checks/context.hpp"
#include "checks/integration/evidence.hpp"

namespace fogis::checks::integration {

/// The clients of a CLIENT LIST reply that are in pub/sub mode. `our_name` tells which are this
/// tool's, see redis::is_own_client. Pure; time is linear in the
/// size.
std::vector<PubSubClient> parse_client_list(std::string_view reply, std::string_view our_name);

/// PUBSUB NUMSUB of the channels, PUBSUB NUMPAT and CLIENT LIST TYPE pubsub, in a cluster of all
/// nodes. A CLIENT LIST or
/// NUMPAT that is refused leaves its part out.
/// Errors: forbidden when NUMSUB is refused; those of Context::ask.
Result<Survey> take_survey(Context& context, const std::vector<std::string>& channels);

/// Asks for the client-output-buffer-limit of pub/sub clients; a refusal leaves it unknown.
/// Errors: those of Context::ask but refusals.
Result<void> ask_output_limit(Context& context, SlowSubscribers& slow);

/// INFO's count of clients that were cut for reading too slowly (Redis 7.4); nothing when the
/// server does not count.
/// Errors: those of Context::info but refusals.
Result<std::optional<std::int64_t>> ask_cut_clients(Context& context);

/// How long the server has run, and how often SUBSCRIBE was called since; a refusal leaves both
/// out. Errors: those of Context::info but refusals.
Result<ServerStart> ask_start(Context& context);

/// Notes the most that waits for a subscriber that is not ours.
void note_waiting(const Survey& survey, SlowSubscribers& slow);

/// Asks for what waits now: CLIENT LIST, and `client_recent_max_output_buffer` of INFO clients,
/// which remembers the largest of the last seconds. Refusals are passed over.
/// Errors: those of Context::ask but refusals.
Result<void> sample_waiting(Context& context, SlowSubscribers& slow);

}  // namespace fogis::checks::integration
