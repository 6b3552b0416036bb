#include "redis/server_error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;

namespace {

Reply error_reply(std::string text) {
  Reply reply;
  reply.type = ReplyType::error;
  reply.text = std::move(text);
  return reply;
}

}  // namespace

TEST_CASE("each refusal of a server has its kind and, where one can help, a hint") {
  const auto [text, kind] = GENERATE(table<const char*, ErrorKind>({
      {"NOAUTH Authentication required.", ErrorKind::unauthenticated},
      {"WRONGPASS invalid username-password pair", ErrorKind::unauthenticated},
      {"ERR invalid password", ErrorKind::unauthenticated},
      {"ERR AUTH <password> called without any password configured for the default user. Are you "
       "sure your configuration is correct?",
       ErrorKind::unauthenticated},
      {"NOPERM this user has no permissions", ErrorKind::forbidden},
      {"DENIED Redis is running in protected mode", ErrorKind::forbidden},
      {"LOADING Redis is loading the dataset in memory", ErrorKind::not_ready},
      {"MASTERDOWN Link with MASTER is down", ErrorKind::not_ready},
      {"BUSY Redis is busy running a script", ErrorKind::not_ready},
      {"OOM command not allowed when used memory > 'maxmemory'.", ErrorKind::not_ready},
      {"READONLY You can't write against a read only replica.", ErrorKind::not_ready},
      {"MISCONF Redis is configured to save RDB snapshots", ErrorKind::not_ready},
      {"NOREPLICAS Not enough good replicas to write.", ErrorKind::not_ready},
      {"CLUSTERDOWN The cluster is down", ErrorKind::not_ready},
      {"ERR max number of clients reached", ErrorKind::not_ready},
      {"ERR max number of clients + cluster connections reached", ErrorKind::not_ready},
      {"ERR Client sent AUTH, but no password is set", ErrorKind::unauthenticated},
      {"ERR operation not permitted", ErrorKind::unauthenticated},
      {"ERR wrong number of arguments for 'auth' command", ErrorKind::unauthenticated},
      {"ERR unknown command 'SUBSCRIBE', with args beginning with: ", ErrorKind::rejected},
      {"MOVED 3999 127.0.0.1:6381", ErrorKind::rejected},
      {"NOPROTO unsupported protocol version", ErrorKind::rejected},
  }));
  INFO(text);
  const auto error = to_error(error_reply(text), Phase::auth, "redis://example.org:6379");
  CHECK(error.kind == kind);
  CHECK(error.phase == Phase::auth);
  CHECK(error.message == text);
  CHECK(error.endpoint == "redis://example.org:6379");
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("the hint of a refusal fits its cause") {
  const auto hint = [](const char* text, const Secret& secret = {}) {
    return to_error(error_reply(text), Phase::auth, {}, secret).hint;
  };
  CHECK(hint("DENIED Redis is running in protected mode").find("protected mode") !=
        std::string::npos);
  CHECK(hint("DENIED by policy").find("protected mode") == std::string::npos);
  CHECK(hint("WRONGPASS invalid", Secret("${REDIS_PASSWORD}")).find("was not replaced") !=
        std::string::npos);
  CHECK(hint("WRONGPASS invalid", Secret("secret")).find("was not replaced") == std::string::npos);
  CHECK(hint("BUSY Redis is busy running a function").find("FUNCTION KILL") != std::string::npos);
  CHECK(hint("OOM command not allowed").find("maxmemory-policy") != std::string::npos);
  CHECK(hint("WRONGPASS invalid").find("disabled") != std::string::npos);
  CHECK(hint("ERR wrong number of arguments for 'auth' command").find("older than Redis 6") !=
        std::string::npos);
}

TEST_CASE("an unknown refusal keeps the server's words and is not retried") {
  const auto error = to_error(error_reply("ERR no such thing"), Phase::command, {});
  CHECK(error.kind == ErrorKind::rejected);
  CHECK(error.server_code == "ERR");
  CHECK_FALSE(error.retryable);
}

TEST_CASE("a server that is not ready may be asked again") {
  CHECK(to_error(error_reply("LOADING x"), Phase::command, {}).retryable);
}

TEST_CASE("a password that the server echoes does not get into the error") {
  const Secret secret("hemligt123");
  const auto error =
      to_error(error_reply("ERR unknown command 'AUTH', with args beginning with: 'hemligt123' "),
               Phase::auth, {}, secret);
  CHECK(error.message.find("hemligt123") == std::string::npos);
  CHECK(error.message.find("***") != std::string::npos);
  const auto as_code = to_error(error_reply("hemligt123"), Phase::auth, {}, secret);
  CHECK(as_code.server_code == "***");
}
