// The check `pub-sub`, against a proxy that loses, doubles, swaps and changes messages.
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::CheckResult;
using checks::Status;
using Replies = TamperingProxy::Replies;

/// Runs the whole suite through a proxy that does `change` to the messages of pub-sub; `number`
/// counts them from 0.
CheckResult run_with(std::function<Replies(int number, redis::Reply message)> change) {
  const RedisServer server;
  int number = 0;
  const TamperingProxy proxy(server, {.tamper = [&](const auto& /*command*/, auto reply) {
                               return is_message_on(reply, ":pub-sub")
                                          ? change(number++, std::move(reply))
                                          : Replies{reply};
                             }});
  return require_only_this(proxy.settings(), "pub-sub", Status::fail);
}

TEST_CASE("a lost message fails pub-sub alone") {
  const auto result = run_with([](int number, redis::Reply message) {
    return number == 700 ? Replies() : Replies{std::move(message)};
  });
  CHECK(result.cause == "of 1000 messages: 1 lost");
  CHECK(detail(result, "lost") == "1");
}

TEST_CASE("a lost message in the timed part is no endless wait") {
  const auto result = run_with([](int number, redis::Reply message) {
    return number == 17 ? Replies() : Replies{std::move(message)};
  });
  CHECK(result.cause == "of 1000 messages: 1 lost");
}

TEST_CASE("a doubled message fails pub-sub alone") {
  const auto result = run_with([](int number, const redis::Reply& message) {
    return number == 500 ? Replies{message, message} : Replies{message};
  });
  CHECK(result.cause == "of 1000 messages: 1 delivered twice");
}

TEST_CASE("two swapped messages fail pub-sub alone") {
  redis::Reply kept;
  const auto result = run_with([&](int number, redis::Reply message) {
    if (number == 600) {
      kept = std::move(message);
      return Replies();
    }
    return number == 601 ? Replies{std::move(message), kept} : Replies{std::move(message)};
  });
  CHECK(result.cause == "of 1000 messages: 1 out of order");
}

TEST_CASE("a changed byte fails pub-sub alone") {
  const auto result = run_with([](int number, redis::Reply message) {
    if (number == 333) {
      message.elements.back().text.back() ^= 1;
    }
    return Replies{std::move(message)};
  });
  CHECK(result.cause == "of 1000 messages: 1 altered");
}

TEST_CASE("a subscriber that gets nothing at all is no endless wait") {
  const auto result = run_with([](int, const redis::Reply&) { return Replies(); });
  CHECK(result.cause == "of 1000 messages: 1000 lost");
}

TEST_CASE("a wrong count of receivers fails pub-sub alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_command_on(command, "PUBLISH", ":pub-sub")) {
                                 reply.integer = 0;
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "pub-sub", Status::fail);
  CHECK(result.summary == "PUBLISH did not count the receiver");
}

TEST_CASE("pub-sub measures what it passes") {
  const RedisServer server;
  const auto result = run_check(server.settings(), "pub-sub");
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "messages") == "1000");
  CHECK(detail(result, "latency_p99") != "none");
  CHECK(detail(result, "timed_messages") != "0");
}

TEST_CASE("a user without rights on the test channels skips pub-sub with the rule") {
  const RedisServer server(
      {.users = {"narrow on >pw ~* resetchannels &other +@all", "mute on >pw ~* &* +@all -publish",
                 "nobody on >pw ~* &* -@all"}});
  auto settings = server.settings();
  settings.username = "narrow";
  settings.password = Secret("pw");
  auto result = run_check(settings, "pub-sub");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER narrow &fogis:test:*");
  settings.username = "mute";
  result = run_check(settings, "pub-sub");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER mute +publish");
  settings.username = "nobody";
  result = run_check(settings, "pub-sub");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER nobody +subscribe +publish");
}

TEST_CASE("a server without SUBSCRIBE or PUBLISH, as behind a proxy, fails pub-sub") {
  for (const std::string command : {"SUBSCRIBE", "PUBLISH"}) {
    const RedisServer server({.arguments = {"--rename-command", command, ""}});
    const auto result = run_check(server.settings(), "pub-sub");
    CHECK(result.status == Status::fail);
    CHECK(result.cause.starts_with("no pub/sub here, probably a proxy"));
  }
}

}  // namespace
}  // namespace fogis::testing
