// The check `concurrency`, against a proxy that counts, answers and shows connections wrongly.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

bool is_count(const TamperingProxy::Command& command) {
  return is_command_on(command, "INCR", ":concurrency:counter");
}

TEST_CASE("a count that is given twice fails concurrency alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_count(command) && reply.integer == 100) {
                                 reply.integer = 99;
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "concurrency", Status::fail);
  CHECK(result.cause == "two threads got the count 99");
}

TEST_CASE("a lost increment fails concurrency alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_command_on(command, "GET", ":concurrency:counter")) {
                                 reply.text = "319";
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "concurrency", Status::fail);
  CHECK(result.cause.starts_with("the counter must return string \"320\""));
}

TEST_CASE("another thread's reply fails concurrency alone") {
  const RedisServer server;
  int counts = 0;
  bool done = false;
  const TamperingProxy proxy(server, {.tamper = [&](const auto& command, auto reply) {
                               counts += is_count(command) ? 1 : 0;
                               if (!done && counts >= 50 && is_command(command, "ECHO")) {
                                 done = true;
                                 reply.text = "another's";
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "concurrency", Status::fail);
  CHECK(result.cause.starts_with("ECHO must return string"));
}

TEST_CASE("more connections than the pool may have fail concurrency alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_command(command, "CLIENT", "LIST")) {
                                 reply.text += reply.text;
                               }
                               return Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "concurrency", Status::fail);
  CHECK(result.cause == "the server counts 8, the pool has 4");
}

TEST_CASE("where connections cannot be counted concurrency is a skip that says so") {
  const RedisServer server({.users = {"blind on >pw ~* &* +@all -client|list",
                                      "nameless on >pw ~* &* +@all -client|setname"}});
  auto settings = server.settings();
  settings.username = "blind";
  settings.password = Secret("pw");
  auto result = run_check(settings, "concurrency");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER blind +client|list");
  settings.username = "nameless";
  result = run_check(settings, "concurrency");
  CHECK(result.status == Status::skip);
  CHECK(result.cause.find("CLIENT LIST does not show our connections") != std::string::npos);
}

TEST_CASE("the server counts as many connections as the pool holds") {
  const RedisServer server;
  const auto result = run_check(server.settings(), "concurrency");
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "server_connections") == "4");
  CHECK(detail(result, "threads") == "8");
}

}  // namespace
}  // namespace fogis::testing
