// The check `binary-safety`, against a proxy that takes data for text, and a nearly full server.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

void cut_at_nul(std::string& text) {
  text.resize(std::min(text.find('\0'), text.size()));
}

bool is_binary_key(const TamperingProxy::Command& command) {
  return is_command_on(command, "GET", ":binary:value");
}

TEST_CASE("values cut at NUL fail binary-safety alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& command, auto reply) {
                               if (is_binary_key(command)) {
                                 cut_at_nul(reply.text);
                               }
                               return TamperingProxy::Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "binary-safety", Status::fail);
  CHECK(result.cause ==
        "value: NUL bytes of 13 bytes came back as 6 bytes, different from byte 6 on");
}

TEST_CASE("messages whose invalid UTF-8 is replaced fail binary-safety alone") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& /*command*/, auto reply) {
                               if (is_message_on(reply, ":binary")) {
                                 auto& payload = reply.elements.back().text;
                                 std::replace(payload.begin(), payload.end(), '\xFF', '?');
                               }
                               return TamperingProxy::Replies{reply};
                             }});
  const auto result = require_only_this(proxy.settings(), "binary-safety", Status::fail);
  CHECK(result.cause.starts_with("message: invalid UTF-8"));
}

TEST_CASE("a swallowed message fails binary-safety") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.tamper = [](const auto& /*command*/, auto reply) {
                               return is_message_on(reply, ":binary")
                                          ? TamperingProxy::Replies()
                                          : TamperingProxy::Replies{reply};
                             }});
  const auto result = run_check(proxy.settings(), "binary-safety");
  CHECK(result.status == Status::fail);
  CHECK(result.summary == "a message did not arrive");
}

TEST_CASE("a message over the output buffer limit is told as such") {
  const RedisServer server(
      {.arguments = {"--client-output-buffer-limit", "pubsub", "100000", "0", "0"}});
  const auto result = run_check(server.settings(), "binary-safety");
  CHECK(result.status == Status::error);
  CHECK(result.hint.find("client-output-buffer-limit") != std::string::npos);
}

TEST_CASE("large payloads are as large as asked for") {
  const RedisServer server;
  checks::SuiteOptions options;
  options.payload_size = 5 * kMegabyte;
  const auto result = run_check(server.settings(), "binary-safety", options);
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "largest_bytes") == std::to_string(5 * kMegabyte));
}

TEST_CASE("a nearly full server is spared the large payload") {
  const RedisServer server;
  const auto used = info_field(server, "memory", "used_memory");
  const auto limit = std::stoull(used) + kMegabyte;
  REQUIRE(server.raw({"CONFIG", "SET", "maxmemory", std::to_string(limit)}) == "OK");
  checks::SuiteOptions options;
  options.payload_size = 2 * kMegabyte;
  const auto result = run_check(server.settings(), "binary-safety", options);
  CHECK(result.status == Status::warn);
  CHECK(detail(result, "largest_bytes") == "4096");
  CHECK(server.raw({"INFO", "commandstats"}).find("cmdstat_set:") != std::string::npos);
}

TEST_CASE("where memory may not be looked at nothing is written") {
  const RedisServer server({.users = {"blind on >pw ~* &* +@all -info -config"}});
  auto settings = server.settings();
  settings.username = "blind";
  settings.password = Secret("pw");
  const auto result = run_check(settings, "binary-safety");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER blind +info");
  CHECK(server.raw({"INFO", "commandstats"}).find("cmdstat_set:") == std::string::npos);
}

}  // namespace
}  // namespace fogis::testing
