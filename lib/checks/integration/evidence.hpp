// What a run has seen. Data only, so that judging it is a pure function.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "checks/integration/options.hpp"
#include "checks/report.hpp"
#include "message/channels.hpp"
#include "message/finding.hpp"
#include "redis/canary.hpp"
#include "redis/client_list.hpp"
#include "redis/output_buffer_limit.hpp"

namespace fogis::checks::integration {

/// How an HTTP endpoint answered.
enum class Answer : std::uint8_t {
  not_asked,
  usable,       ///< 200 (or the status that belongs to it) with the document that belongs there
  missing,      ///< 404
  failing,      ///< another status than expected
  not_json,     ///< HTML, broken JSON, or JSON that is no object
  unreachable,  ///< no HTTP answer at all; `error` says why
};

struct Endpoint {
  Answer answer = Answer::not_asked;
  int status = 0;              ///< of HTTP; 0 without an answer
  std::optional<Error> error;  ///< of an unreachable one
  std::string fault;           ///< what is wrong with a document that is none
  std::chrono::nanoseconds elapsed{};

  [[nodiscard]] bool answered() const { return status != 0; }
};

/// What match-list-processor says of itself.
struct ProcessorClaims {
  std::string url;          ///< empty: not asked
  Endpoint simple;          ///< /health/simple: whether it runs
  Endpoint health;          ///< /health: it probes others, and may take six seconds
  std::string health_word;  ///< `healthy`, `degraded`, `unhealthy`; as it came
  std::optional<std::chrono::nanoseconds> uptime;  ///< since it started, by its /health
};

/// Whether two addresses lead to one server.
enum class Sameness : std::uint8_t {
  unknown,  ///< the names differ, as they do inside and outside of compose
  same,
  other,
};

/// What the calendar says of itself.
struct CalendarClaims {
  std::string url;  ///< empty: not asked
  Endpoint health;
  std::string health_word;            ///< `healthy`, `initializing`, `error`; as it came
  std::string auth_status;            ///< of its Google credentials, as it came; empty: not told
  std::optional<double> token_hours;  ///< until its Google token expires; negative: expired
  std::optional<bool> has_refresh_token;  ///< whether it can renew that token itself
  Endpoint status;                        ///< /redis-status
  std::optional<bool> enabled;
  std::optional<bool> connected;
  std::optional<bool> subscribed;
  std::optional<bool> redis_available;
  Endpoint stats;  ///< /redis-stats
  std::optional<bool> subscription_active;
  std::vector<std::string> active_channels;
  Endpoint config;                                   ///< /redis-config
  std::string redis_url;                             ///< redacted
  std::optional<std::vector<std::string>> channels;  ///< that it is configured to listen to
  Sameness redis = Sameness::unknown;                ///< its Redis against ours
  std::string redis_proof;                           ///< how that was told
  /// Nothing listens at the address of its Redis, which is not ours and means the same there.
  bool redis_is_silent = false;

  /// What it says about listening: /redis-status, else /redis-stats.
  [[nodiscard]] std::optional<bool> claims_listening() const {
    return subscribed ? subscribed : subscription_active;
  }
};

/// A client in pub/sub mode, as CLIENT LIST shows it.
struct PubSubClient : redis::PubSubClient {
  bool ours = false;  ///< named as this tool names its connections
};

/// The subscriptions at one moment; in a cluster those on all nodes.
struct Survey {
  std::map<std::string, std::int64_t, std::less<>> listeners;  ///< PUBSUB NUMSUB
  std::int64_t patterns = 0;                                   ///< PUBSUB NUMPAT
  std::optional<std::vector<PubSubClient>> clients;            ///< nothing when it may not be asked
  std::string clients_refusal;                                 ///< why not
  /// Why subscribers on other nodes of a cluster may be missing; empty: none is.
  std::string unseen_nodes;

  /// Clients that listen to some channel and are not ours; nothing when that is not known.
  [[nodiscard]] std::optional<std::int64_t> foreign_clients() const;
  [[nodiscard]] std::int64_t own_clients() const;
};

/// How many listeners of a channel are not this tool's. CLIENT LIST tells which clients listen, and
/// to how many channels each, but never to which: so bounds, by elimination.
struct Listeners {
  std::int64_t at_least = 0;
  std::int64_t at_most = 0;
};

/// What Redis tells of the time since it started.
struct ServerStart {
  std::optional<std::chrono::nanoseconds> uptime;  ///< at the end of the run
  /// Calls of SUBSCRIBE before this run; nothing where INFO does not tell, or its counts were
  /// reset.
  std::optional<std::int64_t> subscribes;
  /// The uptime at which the calendar was seen to have subscribed again; nothing: it was not waited
  /// for, or in vain.
  std::optional<std::chrono::nanoseconds> subscribed_again;
};

struct MessageFault {
  std::string id;  ///< of the finding: the rule's number, else its name
  message::Severity severity = message::Severity::error;
  std::string rule;
  std::string channel;  ///< of the first message that has it
  std::string pointer;
  std::string found;
  std::string consequence;
  std::string hint;
  std::uint64_t messages = 0;  ///< that have it
};

/// The messages of one channel while observing, without those of this tool.
struct ChannelTraffic {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

struct Traffic {
  bool watched = false;              ///< the subscription was acknowledged
  std::optional<Error> error;        ///< why not, or why it ended early
  std::vector<std::string> refused;  ///< channels that this user may not subscribe to
  std::chrono::nanoseconds watched_for{};
  std::map<std::string, ChannelTraffic, std::less<>> channels;
  std::uint64_t messages = 0;
  std::uint64_t judged = 0;          ///< the rest was only counted
  std::uint64_t started = 0;         ///< processing_status messages that say so
  std::uint64_t broken = 0;          ///< of the judged, those with an error
  std::uint64_t unheard_cycles = 0;  ///< that say they changed something, without any update
  std::uint64_t endless_cycles = 0;  ///< that were started, and neither published nor ended
  std::uint64_t complaints = 0;      ///< in which the processor says itself that something failed
  std::string complaint;             ///< what the first of them says
  std::vector<MessageFault> faults;  ///< each once, in the order of their appearance
};

/// A subscribed connection that is as quiet as the calendar's while nothing is published.
struct QuietLine {
  bool watched = false;                        ///< it was there
  std::vector<std::chrono::nanoseconds> cuts;  ///< the silence before each time that it was cut
  std::string cause;                           ///< of the last one
};

/// A message that was published and looked out for.
struct FlowStep {
  std::string channel;
  std::string what;                        ///< `probe`, `private`, `live update`
  std::optional<Error> error;              ///< of subscribing or publishing
  std::optional<std::int64_t> receivers;   ///< that PUBLISH counted, ours included
  std::optional<std::int64_t> subscribed;  ///< NUMSUB just before, ours included
  bool arrived = false;
  bool unchanged = false;
  std::chrono::nanoseconds latency{};
};

/// Signs of subscribers that read too slowly.
struct SlowSubscribers {
  /// client-output-buffer-limit for pub/sub clients; as long as it is not known Redis's default.
  redis::OutputBufferLimit limit{
      .hard = std::int64_t{32} << 20U, .soft = std::int64_t{8} << 20U, .soft_seconds = 60};
  bool limit_known = false;
  std::int64_t most_waiting = 0;  ///< bytes for one subscriber, the most that was seen
  std::string slowest;            ///< who that was, as CLIENT LIST names it
  /// Bytes of the largest output buffer of the last seconds, of any client (INFO clients): a sign
  /// only when a subscriber vanished as well.
  std::int64_t recent_largest = 0;
  std::optional<std::int64_t> cut_before;  ///< disconnections counted since the server's start
  std::optional<std::int64_t> cut_after;   ///< at the end of the run

  /// Whether at least half of the limit was waiting for a subscriber.
  [[nodiscard]] bool near_limit() const { return is_near(most_waiting); }
  /// Whether at least half of it was waiting for some client lately.
  [[nodiscard]] bool recently_near_limit() const {
    return is_near(std::max(most_waiting, recent_largest));
  }

private:
  [[nodiscard]] bool is_near(std::int64_t bytes) const {
    const auto lowest = limit.lowest();
    return lowest && bytes >= *lowest / 2;
  }
};

/// Everything. What was not looked at is as its defaults are.
struct Evidence {
  Options options;
  std::string endpoint;              ///< of our Redis, redacted
  std::string service;               ///< our own name
  std::optional<Error> redis_error;  ///< Redis could not be reached, refused us, or was lost
  CheckResult redis_health;
  ProcessorClaims processor;
  CalendarClaims calendar;
  std::optional<Error> survey_error;  ///< PUBSUB NUMSUB is refused
  std::optional<Survey> before;       ///< any subscription of ours
  std::optional<Survey> after;        ///< all of them were taken back
  Traffic traffic;
  QuietLine quiet;
  /// A message of ours to ourselves, under each version of the protocol; nothing: not tried.
  std::optional<redis::CanaryReport> resp2;
  std::optional<redis::CanaryReport> resp3;
  std::vector<FlowStep> flow;
  SlowSubscribers slow;
  ServerStart start;
  /// What was spent on each check, by its id.
  std::map<std::string_view, std::chrono::nanoseconds> took;

  /// Listeners of a channel now, at the end of the run; nothing when it may not be asked.
  [[nodiscard]] std::optional<Listeners> listeners(std::string_view channel) const;
  /// The same at the beginning.
  [[nodiscard]] std::optional<Listeners> listeners_before(std::string_view channel) const;
  [[nodiscard]] ChannelTraffic traffic_on(std::string_view channel) const;
  /// Whether what is published there would have been seen.
  [[nodiscard]] bool watched(std::string_view channel) const;
};

/// The known channels with a part in the wiring that the calendar listens to, and of these the live
/// ones.
std::vector<std::string_view> calendar_channels();
std::vector<std::string_view> live_channels();
/// The known channels and those of the options, each once.
std::vector<std::string> all_channels(const Options& options);

}  // namespace fogis::checks::integration
