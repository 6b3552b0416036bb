// The check `reconnection`, against proxies that hinder the kill or the recovery.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

TEST_CASE("a kill that leaves the connection open fails reconnection alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.answer = [](const auto& command) {
                               return is_command(command, "CLIENT", "KILL")
                                          ? std::optional(integer_reply(1))
                                          : std::nullopt;
                             }});
  const auto result = require_only_this(proxy.settings(), "reconnection", Status::fail);
  CHECK_FALSE(result.cause.empty());
}

TEST_CASE("a kill that finds nobody fails reconnection alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.answer = [](const auto& command) {
                               return is_command(command, "CLIENT", "KILL")
                                          ? std::optional(integer_reply(0))
                                          : std::nullopt;
                             }});
  const auto result = require_only_this(proxy.settings(), "reconnection", Status::fail);
  CHECK(result.summary == "the connection could not be killed");
}

TEST_CASE("a subscriber that is not killed notices no gap, which fails reconnection alone") {
  const RedisServer server;
  int kills = 0;
  const TamperingProxy proxy(server, {.answer = [&](const auto& command) {
                               const bool third =
                                   is_command(command, "CLIENT", "KILL") && ++kills == 3;
                               return third ? std::optional(integer_reply(1)) : std::nullopt;
                             }});
  const auto result = require_only_this(proxy.settings(), "reconnection", Status::fail);
  CHECK(result.cause.find("did not notice a gap") != std::string::npos);
}

TEST_CASE("a reply of another command after a kill fails reconnection alone") {
  const RedisServer server;
  bool killed = false;
  bool done = false;
  const TamperingProxy proxy(server, {.tamper = [&](const auto& command, auto reply) {
                               killed = killed || is_command(command, "CLIENT", "KILL");
                               if (killed && !done && is_command(command, "ECHO")) {
                                 done = true;
                                 reply.text = "late";
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "reconnection", Status::fail);
  CHECK(result.summary == "replies were mixed up");
}

TEST_CASE("a message lost after the resubscription fails reconnection alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& /*command*/, auto reply) {
                               return is_message_on(reply, ":reconnection") ? Replies()
                                                                            : Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "reconnection", Status::fail);
  CHECK(result.cause.find("did not get the next message") != std::string::npos);
}

TEST_CASE("a server that forbids CLIENT KILL skips reconnection with the rule") {
  const RedisServer server({.users = {"harmless on >pw ~* &* +@all -client|kill",
                                      "nameless on >pw ~* &* +@all -client|id"}});
  auto settings = server.settings();
  settings.username = "harmless";
  settings.password = Secret("pw");
  auto result = run_check(settings, "reconnection");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER harmless +client|kill");
  settings.username = "nameless";
  result = run_check(settings, "reconnection");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER nameless +client|id");
}

TEST_CASE("a server without CLIENT, as managed services have it, skips reconnection") {
  const RedisServer server({.arguments = {"--rename-command", "CLIENT", ""}});
  const auto result = require_only_this(server.settings(), "reconnection", Status::skip);
  CHECK(result.hint == "the server lacks client|id or has renamed it, as managed services do");
}

TEST_CASE("a refused BLPOP is reported as such, every time") {
  const RedisServer server({.arguments = {"--min-replicas-to-write", "1"},
                            .users = {"unblocked on >pw ~* &* +@all -blpop"}});
  for (int i = 0; i < 20; ++i) {
    const auto result = run_check(server.settings(), "reconnection");
    REQUIRE(result.status == Status::fail);
    REQUIRE(result.cause.starts_with("NOREPLICAS"));
  }
  auto settings = server.settings();
  settings.username = "unblocked";
  settings.password = Secret("pw");
  for (int i = 0; i < 20; ++i) {
    const auto result = run_check(settings, "reconnection");
    REQUIRE(result.status == Status::skip);
    REQUIRE(result.hint == "allow it: ACL SETUSER unblocked +blpop");
  }
}

TEST_CASE("reconnection counts its kills and what it cost") {
  const RedisServer server;
  const auto result = run_check(server.settings(), "reconnection");
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "kills") == "3");
  CHECK(detail(result, "subscriber_gap") != "none");
}

}  // namespace
}  // namespace fogis::testing
