// The check `acl`, as users with more and fewer rights.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "message/channels.hpp"
#include "support/redis_server.hpp"
#include "support/suite_run.hpp"

namespace fogis::testing {
namespace {

using checks::CheckResult;
using checks::Status;

/// `rules` of a user who may reach the test's keys and the connection commands in any case.
CheckResult judge_user(const std::string& rules) {
  const RedisServer server({.users = {"someone on >pw ~fogis:test:* " + rules}});
  auto settings = server.settings();
  settings.username = "someone";
  settings.password = Secret("pw");
  return run_check(settings, "acl");
}

TEST_CASE("a user who may do everything passes") {
  const auto result = judge_user("&* +@all");
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "user") == "someone");
  CHECK(detail(result, "publish_denied") == "none");
  CHECK(detail(result, "subscribe_denied") == "none");
}

TEST_CASE("a user who is publisher or subscriber alone passes, and the rest is told") {
  auto result = judge_user("resetchannels &fogis:* +@all -subscribe");
  CHECK(result.status == Status::pass);
  CHECK(result.summary == "may publish for FOGIS, not subscribe to all");
  CHECK(detail(result, "subscribe_allowed") == "none");
  CHECK(detail(result, "publish_denied") == "match_updates_v2 match_updates_v1");
  result = judge_user("resetchannels &fogis:* +@all -publish");
  CHECK(result.status == Status::pass);
  CHECK(result.summary == "may subscribe for FOGIS, not publish on all");
}

TEST_CASE("a user who lacks a channel for both parts is a warning with the rules") {
  const auto result = judge_user("resetchannels &fogis:matches:updates +@all");
  CHECK(result.status == Status::warn);
  CHECK(result.cause.starts_with("user someone may not publish on &fogis:processor:status"));
  CHECK(
      result.hint.starts_with("as publisher: ACL SETUSER someone "
                              "&fogis:processor:status &fogis:system:alerts; as subscriber: ACL "
                              "SETUSER someone &fogis:processor:status "));
}

TEST_CASE("only rights that are missing are advised") {
  auto result = judge_user("resetchannels &fogis:* &match_updates* +@all -publish -subscribe");
  CHECK(result.status == Status::fail);
  CHECK(result.hint.starts_with(
      "as publisher: ACL SETUSER someone +publish and, unless it has them, &fogis:matches"));
  // That the channels are allowed shows in the other command.
  result = judge_user("resetchannels &fogis:matches:updates +@all -publish");
  CHECK(result.hint.starts_with(
      "as publisher: ACL SETUSER someone +publish &fogis:processor:status &fogis:system:alerts; as "
      "subscriber: ACL SETUSER someone &fogis:processor:status "));
}

TEST_CASE("a user without any right on FOGIS channels fails acl alone") {
  const RedisServer server({.users = {"stranger on >pw ~* resetchannels &fogis:test:* +@all"}});
  auto settings = server.settings();
  settings.username = "stranger";
  settings.password = Secret("pw");
  const auto result = require_only_this(settings, "acl", Status::fail);
  CHECK(result.summary == "no permission for any FOGIS channel");
}

TEST_CASE("without ACL DRYRUN subscribing is tried and publishing is not") {
  auto result = judge_user("&* +@all -acl");
  CHECK(result.status == Status::skip);
  CHECK(result.summary == "may subscribe; publishing not evaluated");
  CHECK(result.hint == "allow it: ACL SETUSER someone +acl|dryrun");
  result = judge_user("resetchannels &fogis:system:alerts +@all -acl");
  CHECK(result.status == Status::warn);
  CHECK(result.hint.starts_with("ACL SETUSER someone &fogis:matches:updates "));
}

TEST_CASE("nothing is published on a production channel") {
  const RedisServer server;
  auto listener = server.client();
  std::vector<std::string> subscribe{"SUBSCRIBE"};
  for (const auto& channel : message::channels()) {
    subscribe.emplace_back(channel.name);
  }
  listener.send(subscribe);
  for (std::size_t i = 1; i < subscribe.size(); ++i) {
    CHECK(listener.receive().starts_with("subscribe"));
  }
  const auto report = run_suite(server.settings());
  CHECK(report.counts().fail == 0);
  listener.send({"PING", "nothing before"});
  CHECK(listener.receive() == "pong\nnothing before");
}

}  // namespace
}  // namespace fogis::testing
