// The check `fan-out`, against a proxy that forgets one of several subscribers.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

TEST_CASE("one subscriber that misses one message fails fan-out alone") {
  const RedisServer server;
  int number = 0;
  const TamperingProxy proxy(
      server, {.tamper = [&](const auto& /*command*/, auto reply) {
        return is_message_on(reply, ":fan-out") && ++number == 333 ? Replies() : Replies{reply};
      }});
  const auto result = require_only_this(proxy.settings(), "fan-out", Status::fail);
  CHECK(result.cause.ends_with("of 100 messages: 1 lost"));
}

TEST_CASE("a count of receivers that is too small fails fan-out alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_command_on(command, "PUBLISH", ":fan-out")) {
                                 reply.integer -= 1;
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "fan-out", Status::fail);
  CHECK(result.cause == "5 subscribers got every message, but PUBLISH counted 4");
}

TEST_CASE("subscribers of others do not disturb fan-out") {
  const RedisServer server;
  auto other = server.client();
  other.send({"PSUBSCRIBE", "*"});
  CHECK(other.receive().starts_with("psubscribe"));
  const auto result = require_only_this(server.settings(), "fan-out", Status::pass);
  CHECK(detail(result, "receivers") == "6");
}

}  // namespace
}  // namespace fogis::testing
