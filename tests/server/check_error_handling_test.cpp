// The check `error-handling`, against a proxy that hides or changes errors.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

TEST_CASE("an unknown command that is answered with OK fails error-handling alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.answer = [](const auto& command) {
                               return is_command(command, "FOGIS.NO.SUCH.COMMAND")
                                          ? std::optional(status_reply("OK"))
                                          : std::nullopt;
                             }});
  const auto result = require_only_this(proxy.settings(), "error-handling", Status::fail);
  CHECK(result.cause.starts_with("an unknown command must return an error ERR"));
}

TEST_CASE("another error code than WRONGTYPE fails error-handling alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_command(command, "LPUSH")) {
                                 reply.text = "ERR something went wrong";
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "error-handling", Status::fail);
  CHECK(result.cause.starts_with("a list command on a string must return an error WRONGTYPE"));
}

TEST_CASE("a doubled error that shifts all replies fails error-handling alone") {
  const RedisServer server;
  const TamperingProxy proxy(
      server, {.tamper = [](const auto& command, auto reply) {
        return is_command(command, "EVALSHA") ? Replies{reply, reply} : Replies{reply};
      }});
  const auto result = run_check(proxy.settings(), "error-handling");
  CHECK(result.status == Status::fail);
}

TEST_CASE("a reply of another command after an error fails error-handling alone") {
  const RedisServer server;
  bool provoked = false;
  const TamperingProxy proxy(server, {.tamper = [&](const auto& command, auto reply) {
                               if (provoked && is_command(command, "ECHO")) {
                                 reply.text = "another's";
                               }
                               provoked = is_command(command, "EVALSHA");
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "error-handling", Status::fail);
  CHECK(result.summary == "an error breaks the connection");
}

TEST_CASE("a forbidden script skips error-handling with the rule, the rest is judged") {
  const RedisServer server({.users = {"noscript on >pw ~* &* +@all -evalsha"}});
  auto settings = server.settings();
  settings.username = "noscript";
  settings.password = Secret("pw");
  const auto result = run_check(settings, "error-handling");
  CHECK(result.status == Status::skip);
  CHECK(result.cause.starts_with("a missing script: NOPERM"));
  CHECK(result.hint == "allow it: ACL SETUSER noscript +evalsha");
}

}  // namespace
}  // namespace fogis::testing
