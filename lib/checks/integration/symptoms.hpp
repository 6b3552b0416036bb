// The questions that the rows of the decision table ask.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checks/integration/evidence.hpp"

namespace fogis::checks::integration {

/// Messages of ours did not arrive, though the server answers PING.
bool is_starving(const Evidence& evidence);

/// The server, or what stands before it, has no SUBSCRIBE or no PUBLISH.
bool lacks_pubsub(const Evidence& evidence);

/// The calendar has no Google credentials, or has expired ones that it cannot renew.
bool lacks_credentials(const Evidence& evidence);

/// Who listens may not be asked, and no message was validated: nothing is known of the wiring.
bool is_not_judged(const Evidence& evidence);
/// This user was to hear the messages, and may subscribe to no channel.
bool is_not_observed(const Evidence& evidence);

/// Nobody but us listens to any of the channels that the calendar listens to.
bool is_unheard(const Evidence& evidence);

/// The live channels that nobody but us listens to.
std::vector<std::string_view> unheard_channels(const Evidence& evidence);

/// The calendar listens, but not to every live channel, and the publisher was not seen to talk to
/// nobody, which would tell more.
bool listens_elsewhere(const Evidence& evidence);

/// Messages seen on live channels that nobody listens to.
std::uint64_t messages_lost(const Evidence& evidence);

/// Nobody listens though the calendar says so, and it may just be waiting for its next attempt to
/// connect: Redis started less than Options::reconnect_wait ago, or the listener vanished during
/// the run.
bool may_be_reconnecting(const Evidence& evidence);

/// The same, and nobody has subscribed since Redis started: worth waiting for.
bool is_due_to_reconnect(const Evidence& evidence);

/// The same, and it had that time.
bool never_subscribed_again(const Evidence& evidence);

/// Why the listeners are not all known: nodes of the cluster that did not answer; empty: they are.
std::string unseen_nodes(const Evidence& evidence);

/// Somebody who is not this tool receives what is published on the live channels, by a pattern:
/// PUBLISH counted more receivers than subscribers there, or where nothing was published, there are
/// clients with patterns.
bool hears_by_pattern(const Evidence& evidence);

/// Redis was restarted lately, while match-list-processor or the calendar ran.
bool was_restarted(const Evidence& evidence);

/// The calendar does not listen, and nothing answers at the address of its Redis.
bool is_at_silent_redis(const Evidence& evidence);

/// One listener too many, and by CLIENT LIST it is a second subscription of one client that
/// nobody reads.
bool has_leftover_subscription(const Evidence& evidence);

/// A connection as quiet as the calendar's is cut again and again, each time after the same
/// silence.
bool has_idle_timeout(const Evidence& evidence);

/// Signs that the server cut a subscriber that read too slowly.
bool was_cut(const Evidence& evidence);

/// The calendar runs, but has none of the /redis-* endpoints.
bool lacks_endpoints(const Evidence& evidence);

/// The channels of the calendar's configuration leave a live one out.
std::vector<std::string_view> unconfigured_channels(const Evidence& evidence);

/// Channels on which the calendar is wanted and more listen than expected.
std::vector<std::string_view> crowded_channels(const Evidence& evidence);
/// The same with fewer, but some.
std::vector<std::string_view> thin_channels(const Evidence& evidence);

/// Channels with traffic that nobody listens to, and that no known subscriber listens to either.
std::vector<std::string> unheard_traffic(const Evidence& evidence);

// What was seen, in words.

/// "NUMSUB 0 on a, b and c": what is known of these channels.
std::string numsub_text(const Evidence& evidence, const std::vector<std::string_view>& channels);

/// "a, b and c".
std::string list_text(const std::vector<std::string_view>& names);

/// What the calendar's /redis-status says: "/redis-status says connected true, subscribed false".
std::string claims_text(const CalendarClaims& calendar);

/// Why an endpoint is no help: "/health: 127.0.0.1:9083: Connection refused".
std::string describe(const Endpoint& endpoint, std::string_view path);

/// The NUMSUB of the live channels where it is known, then `more`; the same with claims_text.
std::string with_numsub(const Evidence& evidence, std::string_view more);
std::string claims_with_numsub(const Evidence& evidence);

/// How the messages to ourselves went over each protocol.
std::string canary_text(const Evidence& evidence);
/// Why no message of ours could be sent to ourselves.
std::string no_pubsub_text(const Evidence& evidence);
/// What the calendar's /health says of its credentials.
std::string credentials_text(const Evidence& evidence);
/// The refusals behind is_not_judged, and the rules that would allow it, each right once.
std::string not_judged_text(const Evidence& evidence);
std::string rights_hint(const Evidence& evidence);
/// "Redis started 3 s ago", and what is known since; empty where the server does not tell.
std::string start_text(const Evidence& evidence);
/// The signs behind was_restarted.
std::string restart_text(const Evidence& evidence);
/// The clients behind has_leftover_subscription.
std::string leftover_text(const Evidence& evidence);
/// What must be said of live channels that have no listener while others have: which messages are
/// lost, and what to do.
std::string apart_evidence(const Evidence& evidence);
std::string apart_consequence(const Evidence& evidence);
std::string apart_hint(const Evidence& evidence);
/// The signs behind was_cut.
std::string cut_text(const Evidence& evidence);
/// Who listens beyond what is expected.
std::string crowd_text(const Evidence& evidence);
/// What was published behind unheard_traffic.
std::string unheard_traffic_text(const Evidence& evidence);
/// The URLs that lead nowhere though there are signs that the service runs; empty without any.
std::string misaddressed_text(const Evidence& evidence);

}  // namespace fogis::checks::integration
