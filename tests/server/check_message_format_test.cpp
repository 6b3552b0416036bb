// The check `message-format`, against a proxy that takes messages for text.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

TEST_CASE("a message with one more blank fails message-format alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& /*command*/, auto reply) {
                               if (is_message_on(reply, ":message-format")) {
                                 reply.elements.back().text += ' ';
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "message-format", Status::fail);
  CHECK(result.cause == "the production message came back different when published");
}

TEST_CASE("a stored message that is cut fails message-format alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_command_on(command, "GET", ":message-format")) {
                                 reply.text.pop_back();
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "message-format", Status::fail);
  CHECK(result.cause == "the production message came back different when stored");
}

TEST_CASE("a message that is lost fails message-format alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& /*command*/, auto reply) {
                               return is_message_on(reply, ":message-format") ? Replies()
                                                                              : Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "message-format", Status::fail);
  CHECK(result.summary == "a message did not arrive");
}

TEST_CASE("message-format names every shape and fault") {
  const RedisServer server;
  const auto result = run_check(server.settings(), "message-format");
  INFO(result.cause);
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "shapes") == "7");
}

}  // namespace
}  // namespace fogis::testing
