// The check `pipelining`, against a proxy that swaps two replies.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

TEST_CASE("two swapped replies fail pipelining alone") {
  const RedisServer server;
  int number = 0;
  redis::Reply kept;
  const TamperingProxy proxy(
      server, {.tamper = [&](const auto& command, auto reply) {
        if (!is_command(command, "INCR") || !command[1].ends_with(":pipelining:counter")) {
          return Replies{reply};
        }
        ++number;
        reply.integer = number == 100 ? 101 : number == 101 ? 100 : reply.integer;
        return Replies{reply};
      }});
  const auto result = require_only_this(proxy.settings(), "pipelining", Status::fail);
  CHECK(result.cause == "command 399 of 1001 must return integer 100, got integer 101");
}

TEST_CASE("a forbidden command skips pipelining with the rule") {
  const RedisServer server({.users = {"nocount on >pw ~* &* +@all -incr"}});
  auto settings = server.settings();
  settings.username = "nocount";
  settings.password = Secret("pw");
  const auto result = run_check(settings, "pipelining");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER nocount +incr");
}

}  // namespace
}  // namespace fogis::testing
