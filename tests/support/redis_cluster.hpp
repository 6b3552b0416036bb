// Real Redis servers that belong together: a cluster, a Sentinel with its master.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"

namespace fogis::testing {

/// A cluster of masters that know each other and share the slots, or of one master without slots,
/// whose state is therefore `fail`. The constructor returns when each node says of the cluster what
/// it is to say. Not thread-safe.
class RedisCluster {
public:
  explicit RedisCluster(std::size_t nodes, bool with_slots = true);

  [[nodiscard]] RedisServer& node(std::size_t index) { return *nodes_[index]; }
  [[nodiscard]] std::string url(std::size_t index = 0) const { return nodes_[index]->tcp_url(); }

  /// Introduces the node to the first one, anew after CLUSTER RESET.
  void meet(std::size_t index) const;

private:
  std::vector<std::unique_ptr<ReservedPort>> bus_;
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

/// Options of a Sentinel that watches this master as `mymaster`.
RedisServer::Options sentinel_of(const RedisServer& master);

}  // namespace fogis::testing
