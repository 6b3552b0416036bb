#include "support/redis_cluster.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>

namespace fogis::testing {
namespace {

constexpr int kSlots = 16384;
constexpr auto kPatience = std::chrono::seconds(20);

/// CLUSTER INFO tells of no change by itself: it is asked again and again.
void wait_for(const RedisServer& node, const std::vector<std::string>& signs) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  auto client = node.client();
  while (true) {
    const auto info = client.command({"CLUSTER", "INFO"});
    bool all = true;
    for (const auto& sign : signs) {
      all = all && info.find(sign) != std::string::npos;
    }
    if (all) {
      return;
    }
    if (std::chrono::steady_clock::now() > until) {
      FAIL("the test's cluster did not get ready:\n" << info);
    }
    ::poll(nullptr, 0, 20);
  }
}

}  // namespace

RedisCluster::RedisCluster(std::size_t nodes, bool with_slots) {
  const auto count = static_cast<int>(nodes);
  for (int i = 0; i < count; ++i) {
    bus_.push_back(std::make_unique<ReservedPort>());
    nodes_.push_back(std::make_unique<RedisServer>(RedisServer::Options{
        .arguments = {"--cluster-enabled", "yes", "--cluster-port",
                      std::to_string(bus_.back()->number()), "--cluster-node-timeout", "5000"},
        .tcp = true}));
    if (with_slots) {
      REQUIRE(nodes_.back()->raw({"CLUSTER", "ADDSLOTSRANGE", std::to_string(i * kSlots / count),
                                  std::to_string((i + 1) * kSlots / count - 1)}) == "OK");
      REQUIRE(nodes_.back()->raw({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)}) == "OK");
    }
    meet(nodes_.size() - 1);
  }
  for (const auto& node : nodes_) {
    wait_for(*node, {with_slots ? "cluster_state:ok" : "cluster_state:fail",
                     fmt::format("cluster_known_nodes:{}", nodes)});
  }
}

void RedisCluster::meet(std::size_t index) const {
  REQUIRE(
      nodes_.front()->raw({"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[index]->port()),
                           std::to_string(bus_[index]->number())}) == "OK");
}

RedisServer::Options sentinel_of(const RedisServer& master) {
  return {.arguments = {"--sentinel"},
          .line = fmt::format("sentinel monitor mymaster 127.0.0.1 {} 1", master.port()),
          .tcp = true,
          .awaited = "+monitor master mymaster"};
}

}  // namespace fogis::testing
