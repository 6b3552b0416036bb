#include "redis/server_identity.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string_view>

#include "redis/reply.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using Catch::Matchers::ContainsSubstring;
using fogis::testing::require_ok;

namespace {

/// The reply that these bytes are.
Reply reply_of(std::string_view bytes) {
  ReplyReader reader;
  REQUIRE(reader.feed(bytes));
  auto reply = require_ok(reader.next());
  REQUIRE(reply);
  return std::move(*reply);
}

ServerIdentity by_role(std::string_view bytes) {
  ServerIdentity identity;
  identity.role = "unchanged";
  add_role(identity, reply_of(bytes));
  return identity;
}

}  // namespace

TEST_CASE("HELLO tells kind, version, mode and role in both protocols") {
  const auto resp2 = identify_by_hello(
      reply_of("*8\r\n+server\r\n+redis\r\n+version\r\n+7.0.15\r\n+mode\r\n+cluster\r\n+role\r\n"
               "+slave\r\n"));
  CHECK(resp2.text() == "redis 7.0.15");
  CHECK(resp2.is_cluster());
  CHECK(resp2.is_replica());
  const auto resp3 = identify_by_hello(
      reply_of("%3\r\n$6\r\nserver\r\n$6\r\nvalkey\r\n$5\r\nproto\r\n:3\r\n$4\r\nmode\r\n$8\r\n"
               "sentinel\r\n"));
  CHECK(resp3.kind == "valkey");
  CHECK(resp3.is_sentinel());
  CHECK(resp3.role.empty());
}

TEST_CASE("INFO tells the mode as Redis, as Valkey and as a Sentinel name it") {
  CHECK(identify_by_info(Info("redis_version:7.0.15\r\nredis_mode:cluster\r\n")).is_cluster());
  const auto valkey =
      identify_by_info(Info("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n"
                            "server_mode:standalone\r\nrun_id:abc\r\n"));
  CHECK(valkey.text() == "valkey 8.0.1");
  CHECK(valkey.mode == "standalone");
  CHECK(valkey.run_id == "abc");
  CHECK(identify_by_info(Info("redis_version:5.0.14\r\nredis_mode:sentinel\r\n")).is_sentinel());
  const auto replica = identify_by_info(Info(
      "redis_version:7.0.15\r\nrole:slave\r\nmaster_host:2001:db8::1\r\nmaster_port:6379\r\n"));
  CHECK(replica.is_replica());
  CHECK(replica.master == "[2001:db8::1]:6379");
  CHECK(identify_by_info(Info("OK")).text().empty());
}

TEST_CASE("ROLE tells master, replica and Sentinel; what is none of them tells nothing") {
  CHECK(by_role("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n").role == "master");
  const auto replica =
      by_role("*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6380\r\n$9\r\nconnected\r\n:14\r\n");
  CHECK(replica.is_replica());
  CHECK(replica.master == "127.0.0.1:6380");
  CHECK(by_role("*2\r\n$8\r\nsentinel\r\n*1\r\n$8\r\nmymaster\r\n").is_sentinel());
  for (const auto* const bytes :
       {"-NOPERM no\r\n", "+OK\r\n", "*0\r\n", "*1\r\n*0\r\n", "*-1\r\n"}) {
    INFO(bytes);
    CHECK(by_role(bytes).role == "unchanged");
  }
}

TEST_CASE("a Sentinel's error names its masters") {
  const auto one = sentinel_error(parse_sentinel_masters(
      reply_of("*1\r\n*6\r\n$4\r\nname\r\n$8\r\nmymaster\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n$4\r\n"
               "port\r\n$4\r\n6379\r\n")));
  CHECK(one.kind == ErrorKind::rejected);
  CHECK(one.message == "this is a Sentinel; its master mymaster is at 127.0.0.1:6379");
  CHECK_THAT(one.hint, ContainsSubstring("redis://127.0.0.1:6379"));
  const auto two = parse_sentinel_masters(
      reply_of("*3\r\n%3\r\n+name\r\n+a\r\n+ip\r\n+::1\r\n+port\r\n+1\r\n%1\r\n+name\r\n+no\r\n"
               "%3\r\n+ip\r\n+h\r\n+port\r\n+2\r\n+name\r\n+b\r\n"));
  CHECK(sentinel_error(two).message ==
        "this is a Sentinel; its masters are a at [::1]:1, b at h:2");
  CHECK(sentinel_error(parse_sentinel_masters(reply_of("-NOPERM no\r\n"))).message ==
        "this is a Sentinel");
}

TEST_CASE("a replica's note is true outside of a cluster, and in one") {
  ServerIdentity identity;
  identity.role = "master";
  CHECK(replica_note_for_publisher(identity).empty());
  CHECK(replica_note_for_subscriber(identity).empty());
  identity.role = "replica";
  identity.master = "h:1";
  CHECK(replica_note_for_publisher(identity) ==
        "this is a replica of h:1: what is published here does not reach the master's subscribers");
  CHECK_THAT(replica_note_for_subscriber(identity), ContainsSubstring("replica of h:1: what"));
  identity.mode = "cluster";
  CHECK(replica_note_for_publisher(identity) ==
        "this is a replica of h:1 in a cluster: what is published here reaches all nodes");
}
