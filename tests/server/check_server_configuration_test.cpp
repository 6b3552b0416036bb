// The check `server-configuration`, against servers with one unwise setting each.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"

namespace fogis::testing {
namespace {

using checks::CheckResult;
using checks::Status;

/// A server that the check has nothing to say about, but for the further arguments.
RedisServer::Options wise(std::vector<std::string> arguments) {
  RedisServer::Options options;
  options.arguments = {"--appendonly",       "yes",        "--maxmemory", "256mb",
                       "--maxmemory-policy", "allkeys-lru"};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  return options;
}

CheckResult judge_server(RedisServer::Options options) {
  const RedisServer server(std::move(options));
  return run_check(server.settings(), "server-configuration");
}

TEST_CASE("the settings that FOGIS deploys pass where only a unix socket is offered") {
  const auto result = judge_server(wise({}));
  INFO(result.cause);
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "maxmemory_policy") == "allkeys-lru");
  CHECK(detail(result, "default_user_without_password") == "true");
}

TEST_CASE("no memory limit is a warning") {
  const auto result = judge_server(wise({"--maxmemory", "0"}));
  CHECK(result.status == Status::warn);
  CHECK(result.cause.starts_with("maxmemory is 0"));
  CHECK(result.hint.starts_with("CONFIG SET maxmemory 256mb"));
}

TEST_CASE("a policy that has thrown keys away is a warning") {
  const RedisServer server(wise({}));
  CHECK(server.raw({"SET", "somebody's", "key"}) == "OK");
  CHECK(server.raw({"CONFIG", "SET", "maxmemory", "1"}) == "OK");
  CHECK(server.raw({"GET", "somebody's"}) == "(nil)");
  CHECK(server.raw({"CONFIG", "SET", "maxmemory", "256mb"}) == "OK");
  const auto result = run_check(server.settings(), "server-configuration");
  CHECK(result.status == Status::warn);
  CHECK(result.cause == "allkeys-lru has evicted 1 key since the start");
}

TEST_CASE("an output buffer limit that cuts ordinary messages fails server-configuration") {
  const auto result =
      judge_server(wise({"--client-output-buffer-limit", "pubsub", "50000", "0", "0"}));
  CHECK(result.status == Status::fail);
  CHECK(result.cause.starts_with("output buffer limit for pubsub is 50000 bytes"));
}

TEST_CASE("an output buffer limit under the largest messages, or none, is a warning") {
  auto result = judge_server(wise({"--client-output-buffer-limit", "pubsub", "1mb", "0", "0"}));
  CHECK(result.status == Status::warn);
  CHECK(result.cause.find("6 MB") != std::string::npos);
  result = judge_server(wise({"--client-output-buffer-limit", "pubsub", "0", "0", "0"}));
  CHECK(result.status == Status::warn);
  CHECK(result.hint == "CONFIG SET client-output-buffer-limit \"pubsub 32mb 8mb 60\"");
}

TEST_CASE("persistence that is off is a warning that tells what is lost") {
  auto result = judge_server(wise({"--appendonly", "no"}));
  CHECK(result.status == Status::warn);
  CHECK(result.cause == "appendonly is off: keys are lost on a restart");
  result = judge_server(wise({"--appendonly", "no", "--save", "3600", "1"}));
  CHECK(result.cause == "appendonly is off: a crash loses keys since the last snapshot");
}

TEST_CASE("a port without keepalive is a warning, a unix socket without it is none") {
  auto options = wise({"--tcp-keepalive", "0", "--requirepass", "secret"});
  CHECK(judge_server(options).status == Status::pass);
  options.tcp = true;
  const auto result = judge_server(options);
  CHECK(result.status == Status::warn);
  CHECK(result.hint == "CONFIG SET tcp-keepalive 300");
}

TEST_CASE("a port without a password is a warning, worse without protected mode") {
  auto options = wise({});
  options.tcp = true;
  auto result = judge_server(options);
  CHECK(result.status == Status::warn);
  CHECK(result.cause == "the default user has no password");
  options = wise({"--protected-mode", "no"});
  options.tcp = true;
  result = judge_server(options);
  CHECK(result.cause.starts_with("protected mode is off and the default user has no password"));
  options = wise({"--protected-mode", "no", "--requirepass", "secret"});
  options.tcp = true;
  result = judge_server(options);
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "default_user_without_password") == "false");
}

TEST_CASE("where CONFIG is not to be had the check is a skip that says so") {
  const auto result = judge_server({.arguments = {"--rename-command", "CONFIG", ""}});
  CHECK(result.status == Status::skip);
  CHECK(result.cause.starts_with("CONFIG GET: "));
  CHECK(result.hint == "the server lacks config|get or has renamed it, as managed services do");
}

TEST_CASE("an open port is seen without rights to look at the settings") {
  const RedisServer server(
      {.arguments = {"--rename-command", "CONFIG", "", "--rename-command", "ACL", ""},
       .tcp = true});
  const auto result = run_check(server.tcp_settings(), "server-configuration");
  CHECK(result.status == Status::warn);
  CHECK(result.cause.starts_with("the default user has no password; CONFIG GET: "));
}

}  // namespace
}  // namespace fogis::testing
