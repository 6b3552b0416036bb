// The check `server-health`, against servers with one trouble each.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::CheckResult;
using checks::Status;
using Replies = TamperingProxy::Replies;

/// INFO with this field, in the place of the server's own if it has it.
void set_field(std::string& info, std::string_view field, std::string_view value) {
  const auto begin = info.find("\n" + std::string(field) + ":");
  if (begin == std::string::npos) {
    info += std::string(field) + ":" + std::string(value) + "\r\n";
    return;
  }
  const auto old = info.find(':', begin) + 1;
  info.replace(old, info.find('\r', old) - old, value);
}

/// Runs the suite through a proxy that sets one field of INFO: for what takes hours, a full disk or
/// a newer server to show for real.
CheckResult judge_field(std::string_view field, std::string_view value, Status status) {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [&](const auto& command, auto reply) {
                               if (is_command(command, "INFO", "default")) {
                                 set_field(reply.text, field, value);
                               }
                               return Replies{reply};
                             }});
  return require_only_this(proxy.settings(), "server-health", status);
}

CheckResult judge_server(const RedisServer& server) {
  return run_check(server.settings(), "server-health");
}

TEST_CASE("a server in good health passes with its figures") {
  const RedisServer server;
  const auto result = judge_server(server);
  INFO(result.cause);
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "role") == "master");
  CHECK(detail(result, "rejected_connections") == "0");
}

TEST_CASE("two servers behind one address are told by their run ids") {
  const RedisServer server;
  // A second connection is asked for INFO server alone.
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_command(command, "INFO", "server")) {
                                 set_field(reply.text, "run_id", "another");
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "server-health", Status::fail);
  CHECK(result.cause == "two connections led to two servers (run ids " +
                            info_field(server, "server", "run_id") +
                            " and another): a message on one does not reach the other");
}

TEST_CASE("a server that is loading fails server-health alone") {
  CHECK(judge_field("loading", "1", Status::fail).cause == "the server is still loading its data");
}

TEST_CASE("a failed snapshot and a failed append fail server-health alone") {
  CHECK(judge_field("rdb_last_bgsave_status", "err", Status::fail)
            .cause.starts_with("the last snapshot could not be saved"));
  CHECK(judge_field("aof_last_write_status", "err", Status::fail)
            .cause.starts_with("the append-only file could not be written"));
}

TEST_CASE("subscribers that were cut are a warning") {
  CHECK(judge_field("client_output_buffer_limit_disconnections", "3", Status::warn).cause ==
        "3 clients disconnected for reading too slowly since the start");
}

TEST_CASE("a replica that has lost its master fails server-health") {
  const RedisServer server({.arguments = {"--replicaof", "127.0.0.1", "1"}});
  const auto result = judge_server(server);
  CHECK(result.status == Status::fail);
  CHECK(result.cause == "this is a replica that has lost its master");
}

TEST_CASE("a replica is a warning that names the master") {
  const RedisServer master({.tcp = true});
  const RedisServer replica(
      {.arguments = {"--replicaof", "127.0.0.1", std::to_string(master.port())}});
  auto client = replica.client();
  // Blocks until the replica has its master's data, as WAIT counts only such replicas.
  REQUIRE(master.raw({"SET", "key", "value"}) == "OK");
  while (info_field(replica, "replication", "master_link_status") != "up") {
    REQUIRE_FALSE(master.raw({"WAIT", "1", "5000"}).empty());
  }
  const auto result = judge_server(replica);
  CHECK(result.status == Status::warn);
  CHECK(result.hint == "use the master: 127.0.0.1:" + std::to_string(master.port()));
}

TEST_CASE("refused connections and a crowd are a warning") {
  const RedisServer server({.arguments = {"--maxclients", "5"}});
  auto observer = server.client();
  std::vector<RawClient> crowd;
  const auto join = [&] {
    crowd.push_back(server.client());
    REQUIRE(crowd.back().command({"PING"}) == "PONG");
  };
  for (int i = 0; i < 3; ++i) {
    join();
  }
  REQUIRE(observer.command({"PING"}) == "PONG");
  auto result = judge_server(server);
  CHECK(result.status == Status::warn);
  CHECK(result.cause == "5 of 5 client slots are taken");
  while (observer.command({"INFO", "clients"}).find("connected_clients:4\r") == std::string::npos) {
    // Until the server has seen the suite's connections close.
  }
  join();
  crowd.push_back(server.client());
  CHECK(crowd.back().receive().starts_with("-ERR max number of clients"));
  crowd.clear();
  while (observer.command({"INFO", "clients"}).find("connected_clients:1\r") == std::string::npos) {
    // Until their slots are free again.
  }
  result = judge_server(server);
  CHECK(result.status == Status::warn);
  CHECK(result.cause == "1 connection refused for maxclients since the start");
}

TEST_CASE("memory beyond what operators accept is a warning, then a failure") {
  const RedisServer server({.arguments = {"--slowlog-log-slower-than", "-1"}});
  // So much that what our own connections take is nothing beside it.
  REQUIRE(server.raw({"SETRANGE", "large", "40000000", "x"}) == "40000001");
  const auto used = std::stod(info_field(server, "memory", "used_memory"));
  const auto set_share = [&](double share) {
    const auto limit = std::to_string(static_cast<long long>(used / share));
    REQUIRE(server.raw({"CONFIG", "SET", "maxmemory", limit}) == "OK");
  };
  set_share(0.85);
  auto result = judge_server(server);
  CHECK(result.status == Status::warn);
  CHECK(result.cause.ends_with(" % of maxmemory is in use"));
  set_share(1.2);
  result = judge_server(server);
  CHECK(result.status == Status::fail);
}

TEST_CASE("slow commands of others are a warning without their arguments") {
  const RedisServer server({.arguments = {"--slowlog-log-slower-than", "20000"}});
  const std::string script =
      "local t = redis.call('TIME') local start = t[1] * 1000000 + t[2] "
      "repeat t = redis.call('TIME') until t[1] * 1000000 + t[2] - start > 20000 return 1";
  CHECK(server.raw({"EVAL", script, "0", "confidential"}) == "1");
  const auto result = judge_server(server);
  CHECK(result.status == Status::warn);
  CHECK(result.cause.starts_with("1 slow command in the last hour, the longest "));
  CHECK(result.cause.ends_with("(EVAL)"));
}

/// An entry of SLOWLOG GET by a client of that name.
redis::Reply slow_entry(std::int64_t seconds_ago, std::int64_t microseconds,
                        std::string_view argument, std::string_view client) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return array_reply({integer_reply(1), integer_reply(now.count() - seconds_ago),
                      integer_reply(microseconds),
                      array_reply({string_reply("SET"), string_reply(argument)}),
                      string_reply("127.0.0.1:1"), string_reply(client)});
}

CheckResult judge_slow_log(std::vector<redis::Reply> entries) {
  const RedisServer server;
  const TamperingProxy proxy(
      server, {.answer = [&](const auto& command) {
        return is_command(command, "SLOWLOG") ? std::optional(array_reply(entries)) : std::nullopt;
      }});
  return run_check(proxy.settings(), "server-health");
}

TEST_CASE("quick, old and our own commands in the slow log are no news") {
  CHECK(judge_slow_log({slow_entry(10, 9'999, "key", ""), slow_entry(3'700, 50'000, "key", ""),
                        slow_entry(10, 50'000, "fogis:test:00:key", ""),
                        slow_entry(10, 50'000, "key", "fogis-redis"), integer_reply(7)})
            .status == Status::pass);
  const auto result = judge_slow_log(
      {slow_entry(10, 12'000, "key", ""), slow_entry(3'500, 50'000, "key", "other")});
  CHECK(result.cause == "2 slow commands in the last hour, the longest 50.0 ms (SET)");
}

TEST_CASE("where the slow log is not to be had the check is a skip that says so") {
  const RedisServer server({.users = {"blind on >pw ~* &* +@all -slowlog"}});
  auto settings = server.settings();
  settings.username = "blind";
  settings.password = Secret("pw");
  const auto result = run_check(settings, "server-health");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER blind +slowlog|get");
}

}  // namespace
}  // namespace fogis::testing
