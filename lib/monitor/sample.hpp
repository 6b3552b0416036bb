// One sample of a server: what it said, and what it did not say.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/client_list.hpp"
#include "redis/info.hpp"
#include "redis/output_buffer_limit.hpp"
#include "redis/reply.hpp"
#include "redis/server_identity.hpp"

namespace fogis::monitor {

/// Why something could not be had: a denied command, a server that does not know it.
struct Refusal {
  std::string reason;     ///< the server's text, from the network, or ours
  std::string hint = {};  ///< what to do; may be empty
  bool for_now = false;   ///< the server is not ready, and may be with the next sample
};

/// By what was asked for: `SLOWLOG GET`, `CLIENT LIST`, …
using Refusals = std::map<std::string, Refusal, std::less<>>;

/// How many listen on a channel of the FOGIS table, patterns not counted (PUBSUB NUMSUB); in a
/// cluster on all nodes.
struct ChannelSubscribers {
  std::string channel;
  std::int64_t subscribers = 0;  ///< at least so many, without this tool's own
  bool uncertain = false;        ///< none for certain, but some may not be this tool's
};

/// An entry of the slow log. Arguments are left out: they may be anybody's data.
struct SlowCommand {
  std::int64_t id = 0;
  std::int64_t at_seconds = 0;  ///< Unix time by the server's clock
  std::chrono::microseconds duration{};
  std::string command;  ///< its name; from the network
};

/// A row of LATENCY LATEST.
struct LatencyEvent {
  std::string name;
  std::int64_t at_seconds = 0;  ///< Unix time by the server's clock
  std::chrono::milliseconds latest{};
  std::chrono::milliseconds longest{};  ///< since the server started or LATENCY RESET
};

/// Settings that give figures their meaning; each is absent where CONFIG is denied.
struct Settings {
  std::optional<redis::OutputBufferLimit> pubsub_limit;
  std::optional<bool> snapshots;      ///< whether any `save` rule is set
  std::optional<double> max_clients;  ///< INFO tells it since Redis 7.0
};

/// All parts are optional: a server that does not offer one, or denies it, is not a server with a
/// zero there.
struct Sample {
  std::chrono::system_clock::time_point taken;  ///< for people; may jump
  std::chrono::steady_clock::time_point at;     ///< for rates
  std::uint64_t own_commands = 0;               ///< that we had sent until then
  redis::ServerIdentity server;
  redis::Info info;
  std::optional<redis::Info> cluster;  ///< CLUSTER INFO, of a node of a cluster
  /// Why subscribers on other nodes of the cluster may be missing below; empty: none is.
  std::string unseen_nodes;
  Settings settings;
  std::optional<std::vector<ChannelSubscribers>> channels;
  std::optional<std::vector<redis::PubSubClient>> pubsub_clients;  ///< without this tool's own
  std::optional<std::vector<SlowCommand>> slow_log;  ///< newest first, without our own
  std::optional<std::vector<LatencyEvent>> latency_events;
  Refusals refusals;
  std::string ping_refusal;  ///< what PING was answered with instead of PONG; empty: PONG

  /// A whole number of INFO.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view field) const {
    return info.integer(field);
  }
  [[nodiscard]] const std::string& run_id() const { return server.run_id; }
  /// `master` or `replica`; empty when it did not say.
  [[nodiscard]] const std::string& role() const { return server.role; }
  /// The server's clock in Unix seconds, by which its logs go; ours where it does not tell.
  [[nodiscard]] std::int64_t server_seconds() const;
  /// Error replies by code, from INFO errorstats (6.2).
  [[nodiscard]] std::map<std::string, std::int64_t> errors() const;
};

/// Entries of SLOWLOG GET that were not caused by clients whose name begins with `our_name` (which
/// may be empty). Entries of an unexpected form are left out.
std::vector<SlowCommand> parse_slow_log(const redis::Reply& reply, std::string_view our_name);

/// Rows of LATENCY LATEST; those of an unexpected form are left out.
std::vector<LatencyEvent> parse_latency_events(const redis::Reply& reply);

/// Pairs of PUBSUB NUMSUB.
std::vector<ChannelSubscribers> parse_channel_subscribers(const redis::Reply& reply);

/// Leaves this tool's own listeners out of `channels`. Redis tells of a client how many channels it
/// has, never which, so the rest follows from the numbers: who has as many as are active is on each
/// of them. `active` are all channels that anybody is subscribed to, without those of canaries,
/// which belong to this tool; `canaries` is how many subscriptions those have.
void discount(std::vector<ChannelSubscribers>& channels,
              const std::vector<redis::PubSubClient>& own,
              const std::vector<redis::PubSubClient>& others,
              const std::vector<std::string>& active, std::int64_t canaries);

}  // namespace fogis::monitor
