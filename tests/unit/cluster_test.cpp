#include "redis/cluster.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace fogis::redis;

TEST_CASE("CLUSTER NODES is read with its addresses and failures") {
  const auto nodes = parse_cluster_nodes(
      "a 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-8191\n"
      "b 127.0.0.1:7001@17001,node.example.org master - 0 1 2 connected 8192-16383\n"
      "c ::1:7002@17002 slave,fail? a 0 1 1 connected\n"
      "d 127.0.0.1:7003@17003 master,fail - 0 1 1 disconnected\n"
      "e :0@0 master,noaddr - 0 1 1 disconnected\n"
      "f 127.0.0.1:7004@17004 handshake - 0 0 0 connected\n"
      "g 127.0.0.1:7005 master - 0 0 0 connected\n"
      "nonsense\n\n");
  REQUIRE(nodes.size() == 7);
  CHECK(nodes[0].myself);
  CHECK(nodes[1].host == "127.0.0.1");
  CHECK(nodes[1].port == 7001);
  CHECK_FALSE(nodes[1].failed);
  CHECK(nodes[2].host == "::1");
  CHECK_FALSE(nodes[2].failed);  // suspected alone
  CHECK(nodes[3].failed);
  CHECK(nodes[4].failed);
  CHECK(nodes[5].failed);
  CHECK(nodes[6].port == 7005);  // before Redis 4.0
}
