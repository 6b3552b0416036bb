// The check `connection`, against servers that let nobody in.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;

/// `connection` is error, everything else is skipped, and the report says why.
void require_no_connection(const config::ConnectionSettings& settings, ErrorKind kind) {
  const auto report = run_suite(settings);
  INFO(describe(report));
  REQUIRE(report.error);
  CHECK(name(report.error->kind) == name(kind));
  CHECK(result_of(report, "connection").status == Status::error);
  CHECK_FALSE(result_of(report, "connection").cause.empty());
  CHECK(report.counts().error == 1);
  CHECK(report.counts().skip == checks::suite_checks().size() - 1);
  CHECK(result_of(report, "pub-sub").cause.find(report.error->message) != std::string::npos);
  CHECK(report.leftovers.empty());
}

TEST_CASE("connection tells the phases and the server") {
  const RedisServer server;
  const auto result = run_check(server.settings(), "connection");
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "server").starts_with("redis "));
  CHECK(detail(result, "mode") == "standalone");
  CHECK(detail(result, "connect") != "none");
  CHECK(detail(result, "ping") != "none");
  CHECK(detail(result, "tls") == "none");
}

TEST_CASE("connection times TLS and names its version") {
  const RedisServer server({.tls = true});
  const auto result = run_check(server.tls_settings(), "connection");
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "tls") != "none");
  CHECK(detail(result, "tls_version").starts_with("TLSv1."));
}

TEST_CASE("without a server connection is error and the rest is skipped") {
  config::ConnectionSettings settings;
  {
    const RedisServer server;
    settings = server.settings();
  }
  require_no_connection(settings, ErrorKind::unreachable);
}

TEST_CASE("without the password connection is error and the rest is skipped") {
  const RedisServer server({.arguments = {"--requirepass", "secret"}});
  auto settings = server.settings();
  settings.password.reset();
  require_no_connection(settings, ErrorKind::unauthenticated);
  settings.password = Secret("wrong");
  require_no_connection(settings, ErrorKind::unauthenticated);
}

TEST_CASE("a server that is loading is named as such, and nothing else is tried") {
  const RedisServer server;
  const TamperingProxy proxy(
      server, {.answer = [](const auto& command) {
        return is_command(command, "PING")
                   ? std::optional(error_reply("LOADING Redis is loading the dataset in memory"))
                   : std::nullopt;
      }});
  require_no_connection(proxy.settings(), ErrorKind::not_ready);
}

TEST_CASE("what answers PING wrongly is not taken for Redis") {
  const RedisServer server;
  const TamperingProxy proxy(
      server, {.answer = [](const auto& command) {
        return is_command(command, "PING") ? std::optional(status_reply("HELLO")) : std::nullopt;
      }});
  require_no_connection(proxy.settings(), ErrorKind::protocol);
}

TEST_CASE("a silent server costs no more than the connect timeout") {
  const FakeServer server({fake::Accept{}, fake::AwaitClose{}});
  const auto started = std::chrono::steady_clock::now();
  require_no_connection(server.settings(), ErrorKind::timed_out);
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(4));
}

TEST_CASE("a user without the right to PING is connected, but that is no success") {
  const RedisServer server({.users = {"reader on >pw ~* &* +@all -ping"}});
  auto settings = server.settings();
  settings.username = "reader";
  settings.password = Secret("pw");
  const auto result = run_check(settings, "connection");
  CHECK(result.status == Status::skip);
  CHECK(result.hint == "allow it: ACL SETUSER reader +ping");
}

TEST_CASE("connection is reported when it fails, though it was not selected") {
  config::ConnectionSettings settings;
  {
    const RedisServer server;
    settings = server.settings();
  }
  const auto report = run_suite(settings, only({"pub-sub"}));
  REQUIRE(report.checks.size() == 2);
  CHECK(report.checks[0].id == "connection");
  CHECK(report.checks[0].result.status == Status::error);
  CHECK(report.checks[1].result.status == Status::skip);
}

}  // namespace
}  // namespace fogis::testing
