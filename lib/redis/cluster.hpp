// Who listens anywhere in a cluster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "config/connection_settings.hpp"
#include "redis/client_list.hpp"
#include "redis/connection.hpp"

namespace fogis::redis {

/// A node as CLUSTER NODES lists it.
struct ClusterNode {
  std::string host;
  std::uint16_t port = 0;
  bool myself = false;  ///< the one that was asked
  bool failed = false;  ///< by that one's judgement, or without an address
};

/// The lines of CLUSTER NODES; those of another form are left out.
std::vector<ClusterNode> parse_cluster_nodes(std::string_view text);

/// Subscribers that the asked node does not count: PUBLISH reaches all nodes, while PUBSUB and
/// CLIENT LIST tell of one.
struct OtherNodes {
  std::size_t nodes = 0;    ///< there are so many others
  std::size_t reached = 0;  ///< and so many of them have answered
  std::string reason;       ///< why the first of the rest has not; from the network
  std::map<std::string, std::int64_t, std::less<>> subscribers;  ///< by channel, of them all
  std::int64_t patterns = 0;
  std::vector<PubSubClient> clients;
  bool lists_clients = true;  ///< each that answered told its clients

  /// `1 of 2 other nodes did not answer (127.0.0.1:7001: …)`; empty when all did.
  [[nodiscard]] std::string unseen() const;
};

/// Asks the other nodes of a cluster, over connections that it keeps. Not thread-safe.
class ClusterNodes {
public:
  /// `settings` are those of the node that is asked for the others, which are reached in the same
  /// way, at their own addresses. Connects nothing yet.
  explicit ClusterNodes(config::ConnectionSettings settings) : settings_(std::move(settings)) {}

  /// PUBSUB NUMSUB of the channels, PUBSUB NUMPAT and CLIENT LIST TYPE pubsub of every other node,
  /// one after the other until `deadline`. What cannot be had is told in the result.
  /// Errors: those of Connection::command on `node`; interrupted.
  Result<OtherNodes> ask(Connection& node, const std::vector<std::string>& channels,
                         const Deadline& deadline);

private:
  Result<std::vector<Reply>> ask_node(const ClusterNode& node, const Pipeline& pipeline,
                                      const Deadline& deadline);

  config::ConnectionSettings settings_;
  std::map<std::string, Connection> connections_;  ///< by address
};

}  // namespace fogis::redis
