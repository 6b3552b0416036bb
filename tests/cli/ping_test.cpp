#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cli/document.hpp"
#include "cli/run_cli.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::FakeServer;
using fogis::testing::Outcome;
using fogis::testing::Process;
using fogis::testing::RedisServer;
using fogis::testing::require_document;
using fogis::testing::ReservedPort;
using fogis::testing::run_cli;
namespace fake = fogis::testing::fake;
using namespace std::chrono_literals;

namespace {

Outcome ping(const std::string& url, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"ping", "-u", url};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_cli(arguments);
}

/// A failed ping: exit code, code in JSON, and a hint for people.
void check_failure(const std::string& url, int exit_code, const std::string& code,
                   const std::string& phase, std::vector<std::string> more = {}) {
  const auto text = ping(url, more);
  INFO(url << "\n" << text.error);
  CHECK(text.exit_code == exit_code);
  CHECK(text.output.empty());
  CHECK_THAT(text.error, StartsWith("error: "));
  CHECK_THAT(text.error, ContainsSubstring("\nhint: "));
  more.emplace_back("--json");
  const auto as_json = ping(url, more);
  CHECK(as_json.exit_code == exit_code);
  const auto document = require_document(as_json.output, "error");
  CHECK(document["command"] == "ping");
  CHECK(document["error"]["code"] == code);
  CHECK(document["error"]["phase"] == phase);
}

}  // namespace

TEST_CASE("ping shows who answers and the time of each phase") {
  const RedisServer server({.tcp = true});
  const auto outcome = ping(server.tcp_url());
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  CHECK_THAT(outcome.output, StartsWith("✓ " + server.tcp_url() + " answers, redis "));
  for (const auto* const phase : {"\n  connect ", "\n  auth ", "\n  ping "}) {
    CHECK_THAT(outcome.output, ContainsSubstring(phase));
  }
}

TEST_CASE("a name is resolved as a phase of its own, and its address is shown") {
  const RedisServer server({.tcp = true});
  const auto outcome = ping("redis://localhost:" + std::to_string(server.port()));
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output,
             ContainsSubstring("(127.0.0.1:" + std::to_string(server.port()) + ")"));
  CHECK_THAT(outcome.output, ContainsSubstring("\n  resolve "));
}

TEST_CASE("ping as JSON has phases, server and statistics") {
  const RedisServer server;
  const auto outcome = ping(server.url(), {"--json", "--count", "3", "--interval", "0"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  const auto document = require_document(outcome.output, "ping");
  CHECK(document["server"]["kind"] == "redis");
  CHECK(document["sent"] == 3);
  CHECK(document["answered"] == 3);
  CHECK(document["loss_percent"] == 0);
  CHECK(document["phases"]["resolve_ms"].is_null());
  CHECK(document["phases"]["ping_ms"] > 0);
  CHECK(document["latency"]["min_ms"] <= document["latency"]["max_ms"]);
  CHECK(document["statistics"]["connections_made"] == 1);
}

TEST_CASE("several pings are shown one by one and added up") {
  const RedisServer server;
  const auto outcome = ping(server.url(), {"--count", "3", "--interval", "1ms"});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("\n  ping 2 ") && ContainsSubstring("\n  ping 3 "));
  CHECK_THAT(outcome.output, ContainsSubstring("3 sent, 3 answered, 0 % lost\nmin "));
  CHECK_THAT(outcome.output, ContainsSubstring("p99 "));
}

TEST_CASE("quiet leaves the result alone, verbose adds steps and statistics on stderr") {
  const RedisServer server;
  const auto quiet = ping(server.url(), {"-q"});
  CHECK(quiet.error.empty());
  CHECK_THAT(quiet.output, Catch::Matchers::Matches("PONG in .*\n"));
  const auto several = ping(server.url(), {"-q", "--count", "2", "--interval", "0"});
  CHECK_THAT(several.output, StartsWith("2 sent, 2 answered"));
  const auto verbose = ping(server.url(), {"-v"});
  CHECK_THAT(verbose.error, ContainsSubstring("connect ") && ContainsSubstring("ping "));
  CHECK_THAT(verbose.error, ContainsSubstring("connections: 1 tried, 1 made, 0 failed"));
}

TEST_CASE("TLS is a phase with its version and cipher") {
  const RedisServer server({.tls = true});
  const auto& ca = fogis::testing::certificates().ca;
  const auto outcome =
      ping("rediss://localhost:" + std::to_string(server.tls_port()), {"--cacert", ca, "--json"});
  CHECK(outcome.exit_code == 0);
  const auto document = require_document(outcome.output, "ping");
  CHECK_THAT(document["tls"]["version"].get<std::string>(), StartsWith("TLSv1."));
  CHECK(document["phases"]["tls_ms"] > 0);
  check_failure("rediss://localhost:" + std::to_string(server.tls_port()), 4, "untrusted", "tls");
}

TEST_CASE("a URL that switches verification off is warned of unless quiet") {
  const RedisServer server({.tls = true, .identity = fogis::testing::certificates().self_signed});
  const auto url = "rediss://localhost:" + std::to_string(server.tls_port());
  const auto unverified = run_cli({"ping", "-u", url + "?ssl_cert_reqs=none"});
  CHECK(unverified.exit_code == 0);
  CHECK_THAT(unverified.error, ContainsSubstring("warning: --url: with ssl_cert_reqs=none nothing "
                                                 "is verified"));
  CHECK(run_cli({"ping", "-q", "-u", url + "?ssl_cert_reqs=none"}).error.empty());
}

TEST_CASE("an unknown host is told apart from a refused port") {
  const ReservedPort refused;
  check_failure("redis://nohost.invalid", 3, "not_resolved", "resolve");
  check_failure("redis://127.0.0.1:" + std::to_string(refused.number()), 3, "unreachable",
                "connect");
  check_failure("unix:///nonexistent/redis.sock", 3, "unreachable", "connect");
}

TEST_CASE("the error names what was tried, what happened, and where the time went") {
  const auto outcome = ping("redis://nohost.invalid:6379");
  CHECK_THAT(outcome.error,
             StartsWith("error: cannot reach redis://nohost.invalid:6379: name \"nohost.invalid\" "
                        "does not resolve (resolve, "));
}

TEST_CASE("missing and wrong credentials are refusals") {
  const RedisServer server({.arguments = {"--requirepass", "right"}, .tcp = true});
  const auto port = std::to_string(server.port());
  check_failure("redis://127.0.0.1:" + port, 4, "unauthenticated", "auth");
  check_failure("redis://:wrong@127.0.0.1:" + port, 4, "unauthenticated", "auth");
  CHECK(ping(server.tcp_url()).exit_code == 0);
}

TEST_CASE("a user who may not PING is a refusal") {
  const RedisServer server(
      {.users = {"mute on >pw ~* &* -@all +hello +auth +client"}, .tcp = true});
  const auto url = "redis://mute:pw@127.0.0.1:" + std::to_string(server.port());
  check_failure(url, 4, "forbidden", "command");
}

TEST_CASE("a server that is loading is there, but not ready") {
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"}, fake::ReadCommands{1},
       fake::Send{"-LOADING Redis is loading the dataset in memory\r\n"}, fake::Repeat{}});
  check_failure(server.url(), 1, "not_ready", "command");
}

TEST_CASE("a silent and a suspended server end within the deadline") {
  SECTION("silent") {
    FakeServer server({fake::Accept{}, fake::AwaitClose{}, fake::Repeat{}});
    const auto outcome = ping(server.url(), {"--timeout", "200ms", "--connect-timeout", "200ms"});
    CHECK(outcome.exit_code == 3);
    CHECK(outcome.elapsed < 5s);
    CHECK_THAT(outcome.error, StartsWith("error: "));
  }
  SECTION("suspended") {
    RedisServer server;
    server.suspend();
    const auto outcome = ping(server.url(), {"--timeout", "200ms", "--connect-timeout", "200ms"});
    CHECK(outcome.exit_code == 3);
    CHECK(outcome.elapsed < 5s);
  }
  SECTION("with a full backlog") {
    const auto server = FakeServer::with_full_backlog();
    const auto outcome = ping(server->url(), {"--connect-timeout", "200ms"});
    CHECK(outcome.exit_code == 3);
    CHECK(outcome.elapsed < 5s);
  }
}

TEST_CASE("what does not speak Redis is named as such") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1},
                     fake::Send{"HTTP/1.1 400 Bad Request\r\n\r\n"}, fake::Close{},
                     fake::Repeat{}});
  const auto outcome = ping(server.url());
  CHECK(outcome.exit_code == 3);
  CHECK_THAT(outcome.error, StartsWith("error: "));
}

TEST_CASE("an answer with escape sequences does not act on the terminal") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"},
                     fake::ReadCommands{1}, fake::Send{"-ERR \x1b[2Jgone\r\n"}, fake::Repeat{}});
  const auto outcome = ping(server.url());
  CHECK_THAT(outcome.error, ContainsSubstring("gone"));
  CHECK_THAT(outcome.error, !ContainsSubstring("\x1b"));
}

TEST_CASE("one attempt is made unless more are asked for") {
  const ReservedPort refused;
  const auto url = "redis://127.0.0.1:" + std::to_string(refused.number());
  CHECK_THAT(ping(url, {"-v"}).error, ContainsSubstring("connections: 1 tried"));
  const auto retried = ping(url, {"-v", "--retries", "2", "--retry-delay", "1ms"});
  CHECK(retried.exit_code == 3);
  CHECK_THAT(retried.error, ContainsSubstring("connections: 3 tried"));
  CHECK_THAT(retried.error, ContainsSubstring("not ready after 3 attempts"));
}

TEST_CASE("option --wait ends as soon as the server is ready") {
  RedisServer server({.tcp = true});
  server.stop();
  Process process({.arguments = {"ping", "-u", server.tcp_url(), "--wait", "15s", "-v"}});
  process.wait_for_error("attempt 1 failed");
  server.restart();
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith("✓ "));
}

TEST_CASE("option --wait waits out LOADING") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"},
                     fake::ReadCommands{1},
                     fake::Send{"-LOADING Redis is loading the dataset in memory\r\n"},
                     fake::AwaitClose{}, fake::Accept{}, fake::ReadCommands{1},
                     fake::Send{"+OK\r\n"}, fake::ReadCommands{1}, fake::Send{"+PONG\r\n"}});
  const auto outcome = ping(server.url(), {"--wait", "15s", "--json"});
  CHECK(outcome.exit_code == 0);
  const auto document = require_document(outcome.output, "ping");
  CHECK(document["attempts"] == 2);
  CHECK(document["server"]["version"] == fogis::testing::kFakeVersion);
}

TEST_CASE("PING is written with the set-up: one round trip for both") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Hold{}, fake::Send{"+OK\r\n"},
                     fake::ReadCommands{1}, fake::Send{"+PONG\r\n"}});
  Process process({.arguments = {"ping", "-u", server.url(), "--json"}});
  server.wait_for_received("PING");
  server.release();
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  const auto phases = require_document(outcome.output, "ping")["phases"];
  CHECK(phases["ping_ms"].is_number());
  CHECK(phases["auth_ms"].is_number());
}

TEST_CASE("option --wait is there for every command that connects") {
  RedisServer server({.tcp = true});
  server.stop();
  Process process(
      {.arguments = {"publish", "-u", server.tcp_url(), "--wait", "15s", "-v", "a", "b"}});
  process.wait_for_error("attempt 1 failed");
  server.restart();
  CHECK(process.wait().exit_code == 0);
  const ReservedPort refused;
  const auto url = "redis://127.0.0.1:" + std::to_string(refused.number());
  for (const auto* const command : {"test-suite", "integration", "monitor", "subscribe"}) {
    CAPTURE(command);
    const auto outcome = run_cli({command, "-u", url, "--wait", "300ms", "--retries", "0"});
    CHECK(outcome.exit_code == 3);
    CHECK(outcome.elapsed >= 300ms);
    CHECK_THAT(outcome.error, ContainsSubstring("not ready after"));
  }
}

TEST_CASE("option --wait gives up at its end and says how often it tried") {
  const ReservedPort refused;
  const auto outcome =
      ping("redis://127.0.0.1:" + std::to_string(refused.number()), {"--wait", "300ms"});
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.elapsed >= 300ms);
  CHECK(outcome.elapsed < 5s);
  CHECK_THAT(outcome.error, ContainsSubstring("not ready after"));
}

TEST_CASE("option --wait does not wait for a password to become right") {
  const RedisServer server({.arguments = {"--requirepass", "right"}, .tcp = true});
  const auto outcome =
      ping("redis://:wrong@127.0.0.1:" + std::to_string(server.port()), {"--wait", "15s"});
  CHECK(outcome.exit_code == 4);
  CHECK(outcome.elapsed < 10s);
}

TEST_CASE("a server lost in the middle is counted, and the last failure is the exit code") {
  RedisServer server({.tcp = true});
  Process process(
      {.arguments = {"ping", "-u", server.tcp_url(), "--count", "1000000", "--interval", "20ms"}});
  process.wait_for_output("ping 2 ");
  server.kill9();
  process.wait_for_output("lost:");
  process.signal(SIGINT);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 130);
  CHECK_THAT(outcome.output, ContainsSubstring("% lost\nmin "));
  CHECK_THAT(outcome.error, ContainsSubstring("error: "));
}

TEST_CASE("a server that comes back in the middle leaves a loss, which is the exit code 1") {
  FakeServer server({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"},
                     fake::ReadCommands{1}, fake::Send{"+PONG\r\n"}, fake::ReadCommands{1},
                     fake::Close{}, fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"},
                     fake::ReadCommands{1}, fake::Send{"+PONG\r\n"}});
  const auto outcome = ping(server.url(), {"--count", "3", "--interval", "0", "--json"});
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "ping");
  CHECK(document["sent"] == 3);
  CHECK(document["answered"] == 2);
  CHECK(document["error"].is_null());
  CHECK(document["server"]["version"] == fogis::testing::kFakeVersion);
  CHECK(document["statistics"]["reconnects"] == 1);
}

TEST_CASE("options of ping are judged before anything is tried") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--count", "0"}, "--count: \"0\" is not a whole number from 1 to 1000000"},
      {{"--count", "1.5"}, "--count"},
      {{"--count", "-1"}, "--count"},
      {{"--count", ""}, "--count"},
      {{"--count", "99999999999999999999"}, "--count"},
      {{"--interval", "abc"}, "--interval"},
      {{"--interval", "-1s"}, "--interval"},
      {{"--wait", "0"}, "--wait"},
      {{"--wait", "forever"}, "--wait"},
  };
  for (const auto& [options, message] : cases) {
    const auto outcome = ping("redis://nohost.invalid", options);
    INFO(outcome.error);
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.error, StartsWith("error: " + message));
  }
}

TEST_CASE("a private server is used and leaves nothing behind") {
  const fogis::testing::TempDir directory;
  const auto outcome =
      run_cli({"--ephemeral", "ping", "--json"}, {{"TMPDIR", directory.path().string()}});
  CHECK(outcome.exit_code == 0);
  const auto document = require_document(outcome.output, "ping");
  CHECK_THAT(document["endpoint"].get<std::string>(),
             StartsWith("unix://" + directory.path().string()));
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("without a server program --ephemeral says what to install") {
  const fogis::testing::TempDir empty;
  const auto outcome = run_cli({"--ephemeral", "ping"}, {{"PATH", empty.path().string()}});
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, StartsWith("error: --ephemeral needs redis-server or valkey-server"));
  CHECK_THAT(outcome.error, ContainsSubstring("hint: install one"));
}

TEST_CASE(
    "a --timeout is the total of an attempt, set-up included, and the hint names what helps") {
  RedisServer server({.tcp = true});
  server.suspend();
  const auto outcome = ping(server.tcp_url(), {"--timeout", "300ms"});
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.elapsed < 4s);
  CHECK_THAT(outcome.error, ContainsSubstring("(auth, "));
  CHECK_THAT(outcome.error, ContainsSubstring("a longer --connect-timeout allows more time"));
}
