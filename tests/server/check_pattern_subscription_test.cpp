// The check `pattern-subscription`, against a proxy that delivers too little, too much or wrongly.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

TEST_CASE("a pattern that misses a channel fails pattern-subscription alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& /*command*/, auto reply) {
                               return is_message_on(reply, ":set:a") ? Replies() : Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "pattern-subscription", Status::fail);
  CHECK(result.cause.starts_with("nothing was delivered for fogis:test:"));
}

TEST_CASE("a wrong pattern in a message fails pattern-subscription alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& /*command*/, auto reply) {
                               if (is_message_on(reply, ":one:x")) {
                                 reply.elements[1].text = "*";
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "pattern-subscription", Status::fail);
  CHECK(result.cause.find("got fogis:test:") != std::string::npos);
}

TEST_CASE("a delivery that matches nothing fails pattern-subscription alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& /*command*/, auto reply) {
                               Replies sent{reply};
                               if (is_message_on(reply, ":set:a")) {
                                 auto& extra = sent.emplace_back(reply);
                                 extra.elements[2].text.back() = 'c';
                               }
                               return sent;
                             }});
  const auto result = require_only_this(proxy.settings(), "pattern-subscription", Status::fail);
  CHECK(result.cause.starts_with("delivered without a match"));
}

TEST_CASE("a pattern that outlives PUNSUBSCRIBE fails pattern-subscription alone") {
  const RedisServer server;
  redis::Reply kept;
  bool unsubscribed = false;
  const TamperingProxy proxy(
      server, {.tamper = [&](const auto& /*command*/, auto reply) {
        if (is_message_on(reply, ":any:")) {
          kept = reply;
        }
        unsubscribed = unsubscribed ||
                       (!reply.elements.empty() && reply.elements.front().text == "punsubscribe");
        return unsubscribed && is_message_on(reply, ":pattern-control") ? Replies{kept, reply}
                                                                        : Replies{reply};
      }});
  const auto result = require_only_this(proxy.settings(), "pattern-subscription", Status::fail);
  CHECK(result.cause.starts_with("after PUNSUBSCRIBE: "));
}

TEST_CASE("a user without rights to the pattern skips pattern-subscription with the rule") {
  const RedisServer server({.users = {"narrow on >pw ~* resetchannels &fogis:test:* +@all"}});
  auto settings = server.settings();
  settings.username = "narrow";
  settings.password = Secret("pw");
  const auto result = run_check(settings, "pattern-subscription");
  CHECK(result.status == Status::skip);
  CHECK(result.hint ==
        "the user's rules must contain the exact pattern: ACL SETUSER narrow &* +psubscribe");
}

}  // namespace
}  // namespace fogis::testing
