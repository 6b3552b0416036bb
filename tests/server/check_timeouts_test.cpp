// The check `timeouts`, against proxies that answer for the server.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

bool is_blocking_pop(const TamperingProxy::Command& command) {
  return is_command_on(command, "BLPOP", ":timeouts:empty-list");
}

TEST_CASE("a BLPOP that is answered at once fails timeouts alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.answer = [](const auto& command) {
                               return is_blocking_pop(command) ? std::optional(redis::Reply())
                                                               : std::nullopt;
                             }});
  const auto result = require_only_this(proxy.settings(), "timeouts", Status::fail);
  CHECK(result.summary == "BLPOP did not block");
}

TEST_CASE("a late reply that reaches the next command fails timeouts alone") {
  const RedisServer server;
  bool blocked = false;
  const TamperingProxy proxy(server, {.answer =
                                          [&](const auto& command) {
                                            blocked = blocked || is_blocking_pop(command);
                                            return std::optional<redis::Reply>();
                                          },
                                      .tamper =
                                          [&](const auto& command, auto reply) {
                                            if (blocked && is_command(command, "ECHO")) {
                                              blocked = false;
                                              return Replies{redis::Reply()};
                                            }
                                            return Replies{reply};
                                          }});
  const auto result = require_only_this(proxy.settings(), "timeouts", Status::fail);
  CHECK(result.summary == "the next command got another's reply");
}

TEST_CASE("a server that forbids BLPOP skips timeouts with the rule") {
  const RedisServer server({.users = {"hasty on >pw ~* &* +@all -blpop"}});
  auto settings = server.settings();
  settings.username = "hasty";
  settings.password = Secret("pw");
  const auto result = run_check(settings, "timeouts");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER hasty +blpop");
}

}  // namespace
}  // namespace fogis::testing
