// The check `basic-operations`, against servers that do not do as Redis does.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;

TEST_CASE("a counter that counts wrongly fails basic-operations alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               reply.integer += is_command(command, "INCRBY") ? 1 : 0;
                               return TamperingProxy::Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "basic-operations", Status::fail);
  CHECK(result.cause == "INCRBY must return integer 40, got integer 41");
}

TEST_CASE("a renamed command skips basic-operations and names it") {
  const RedisServer server({.arguments = {"--rename-command", "GETRANGE", "hidden"}});
  const auto result = require_only_this(server.settings(), "basic-operations", Status::skip);
  CHECK(result.cause.find("unknown command") != std::string::npos);
  CHECK(result.hint.find("getrange") != std::string::npos);
}

TEST_CASE("a forbidden command or key is a skip with the rule that would allow it") {
  const RedisServer server(
      {.users = {"nohash on >pw ~* &* +@all -hset", "nokeys on >pw ~other:* &* +@all"}});
  auto settings = server.settings();
  settings.username = "nohash";
  settings.password = Secret("pw");
  auto result = run_check(settings, "basic-operations");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER nohash +hset");
  settings.username = "nokeys";
  result = run_check(settings, "basic-operations");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER nokeys ~fogis:test:*");
}

TEST_CASE("a full server that refuses writes fails basic-operations") {
  const RedisServer server({.arguments = {"--maxmemory", "1", "--maxmemory-policy", "noeviction"}});
  const auto result = run_check(server.settings(), "basic-operations");
  CHECK(result.status == Status::fail);
  REQUIRE(result.error);
  CHECK(result.error->server_code == "OOM");
}

}  // namespace
}  // namespace fogis::testing
