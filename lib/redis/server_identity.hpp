// Which server this is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "redis/info.hpp"
#include "redis/reply.hpp"

namespace fogis::redis {

class Connection;

/// What a server says of itself. Empty texts: it did not say. Texts from the network.
struct ServerIdentity {
  std::string kind;     ///< `redis`, `valkey`, `keydb`, `dragonfly`, …
  std::string version;  ///< `7.0.15`
  std::string mode;     ///< `standalone`, `cluster`, `sentinel`
  std::string role;     ///< `master`, `replica`; none of a Sentinel
  std::string run_id;   ///< of this run of this server; HELLO does not tell it
  std::string master;   ///< `127.0.0.1:6379`: whose replica it is

  /// `redis 7.0.15`; empty when unknown.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_sentinel() const { return mode == "sentinel"; }
  [[nodiscard]] bool is_cluster() const { return mode == "cluster"; }
  [[nodiscard]] bool is_replica() const { return role == "replica"; }
};

/// What to do about `cluster_state:fail`.
inline constexpr std::string_view kClusterHint =
    "CLUSTER INFO and CLUSTER NODES show which slots have no node: until then keys are refused "
    "(CLUSTERDOWN), and nodes that cannot see each other do not pass messages on";

/// What OpenReport::likely_proxy means.
inline constexpr std::string_view kProxyNote =
    "probably a proxy (such as twemproxy), not Redis: it closes the connection on CLIENT SETNAME "
    "or "
    "HELLO, so they are left out";

/// By a HELLO reply (Redis 6.0 and later; needs no rights): kind, version, mode and role.
ServerIdentity identify_by_hello(const Reply& reply);
/// By INFO, of which a part may be enough: all but the mode of a Sentinel's masters. Valkey has its
/// version under its own name and its mode in `server_mode`, Redis in `redis_mode`.
ServerIdentity identify_by_info(const Info& info);
/// What a publisher, and what a subscriber, has to know of a replica; empty for other servers.
/// Outside of a cluster messages go from masters to replicas alone.
std::string replica_note_for_publisher(const ServerIdentity& identity);
std::string replica_note_for_subscriber(const ServerIdentity& identity);
/// Adds what a ROLE reply (Redis 2.8.12) tells: the role, and the address of the master. Another
/// reply, an error too, adds nothing.
void add_role(ServerIdentity& identity, const Reply& reply);

/// What the connection's server is by now, run id, role and master included: asks ROLE and INFO
/// server in one round trip. What it refuses stays as it was known when the connection was opened.
/// Errors: those of Connection::run.
Result<ServerIdentity> identify(Connection& connection, const Deadline& deadline);

/// A master that a Sentinel watches.
struct WatchedMaster {
  std::string name;
  std::string address;  ///< `127.0.0.1:6379`, `[::1]:6379`
};

/// The rows of a SENTINEL MASTERS reply, in RESP2 or RESP3; those of another form are left out.
std::vector<WatchedMaster> parse_sentinel_masters(const Reply& reply);

/// Why nothing works with a Sentinel, and where to go instead: rejected.
Error sentinel_error(const std::vector<WatchedMaster>& masters);

}  // namespace fogis::redis
