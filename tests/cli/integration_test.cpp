// The command itself: its options, forms and exit codes, bad services, missing rights, and what it
// leaves behind.
#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_container_properties.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "cli/document.hpp"
#include "cli/integration_run.hpp"
#include "cli/run_cli.hpp"
#include "redis/reply.hpp"
#include "support/certificates.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/standin.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::IsEmpty;
using Catch::Matchers::StartsWith;
using fogis::UniqueFd;
using fogis::testing::Deployment;
using fogis::testing::FakeServer;
using fogis::testing::integration_arguments;
using fogis::testing::Process;
using fogis::testing::read_file;
using fogis::testing::read_integration;
using fogis::testing::RedisServer;
using fogis::testing::require_document;
using fogis::testing::ReservedPort;
using fogis::testing::run_cli;
using fogis::testing::run_integration;
using fogis::testing::Standin;
using fogis::testing::TempDir;
namespace fake = fogis::testing::fake;

namespace {

using Ids = std::vector<std::string>;

std::string http_url(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

std::string many_lines(int count) {
  std::string lines;
  for (int number = 0; number < count; ++number) {
    lines += std::to_string(number) + "\n";
  }
  return lines;
}

/// What the check `services` says about a calendar at that URL, while a calendar listens.
std::string services_cause(const std::string& url, const std::string& processor_url = {}) {
  const RedisServer server;
  const Standin calendar("calendar", server.url());
  const auto run = run_integration({server.url(), processor_url, url});
  CHECK(run.outcome.exit_code == 1);
  CHECK(run.check("services")["status"] == "fail");
  const auto cause = run.check("services")["cause"];
  return cause.is_string() ? cause.get<std::string>() : std::string();
}

}  // namespace

TEST_CASE("integration is a table for people, with the finding in full and the channels") {
  const RedisServer server;
  const auto outcome = run_cli({"integration", "-u", server.url(), "--observe", "100ms"});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output, StartsWith("✓ redis"));
  CHECK_THAT(outcome.output, ContainsSubstring("\n✗ wiring"));
  CHECK_THAT(outcome.output, ContainsSubstring("\n    D8: nobody listens"));
  CHECK_THAT(outcome.output, ContainsSubstring("\n      evidence: NUMSUB 0 on"));
  CHECK_THAT(outcome.output, ContainsSubstring("\n      consequence: "));
  CHECK_THAT(outcome.output, ContainsSubstring("✗ fogis:matches:updates "));
  CHECK_THAT(outcome.output, ContainsSubstring("\nnot seen: the calendar's HTTP"));
  CHECK_THAT(outcome.output, ContainsSubstring("\nFAIL 8 checks: "));
}

TEST_CASE("integration ends with its diagnosis, and tells each hint once") {
  const RedisServer server;
  const auto outcome = run_cli({"integration", "-u", server.url(), "--observe", "0"});
  const auto& text = outcome.output;
  const auto diagnosis = text.rfind("\nD8: nobody listens");
  REQUIRE(diagnosis != std::string::npos);
  CHECK(diagnosis > text.rfind("\nnot seen: "));
  const auto last = text.substr(diagnosis);
  CHECK_THAT(last, ContainsSubstring(" \u2192") && ContainsSubstring("start the calendar service"));
  CHECK(std::count(last.begin(), last.end(), '\n') < 24);
  std::vector<std::string> hints;
  for (auto at = text.find("hint: "); at != std::string::npos; at = text.find("hint: ", at + 1)) {
    hints.push_back(text.substr(at, text.find('\n', at) - at));
  }
  CHECK(!hints.empty());
  std::sort(hints.begin(), hints.end());
  CHECK(std::adjacent_find(hints.begin(), hints.end()) == hints.end());
  const auto start = text.find("start the calendar service");
  CHECK(text.find("start the calendar service", start + 1) == std::string::npos);
}

TEST_CASE("integration writes every format of a report") {
  const RedisServer server;
  const auto in = [&](const char* format) {
    return run_cli({"integration", "-u", server.url(), "--observe", "0", "-o", format});
  };
  const auto junit = in("junit");
  CHECK_THAT(junit.output, ContainsSubstring("<testsuite name=\"fogis-redis integration\""));
  CHECK_THAT(junit.output, ContainsSubstring("evidence: NUMSUB 0"));
  const auto github = in("github");
  CHECK_THAT(github.output, StartsWith("::error title=fogis-redis wiring D8::D8: nobody listens"));
  const auto markdown = in("markdown");
  CHECK_THAT(markdown.output, StartsWith("## fogis-redis integration: FAIL\n"));
  CHECK_THAT(markdown.output, ContainsSubstring("**D8: nobody listens"));
  CHECK_THAT(markdown.output, ContainsSubstring("| fogis:matches:updates | 0 | 0 |"));
  const TempDir directory;
  const auto file = directory / "report.xml";
  CHECK(run_cli({"integration", "-u", server.url(), "--observe", "0", "-q", "--junit", file})
            .exit_code == 1);
  CHECK_THAT(read_file(file), ContainsSubstring("name=\"wiring\""));
}

TEST_CASE("integration --list shows every check without a server") {
  const auto text = run_cli({"integration", "--list"}, {{"REDIS_URL", "redis://nohost.invalid"}});
  CHECK(text.exit_code == 0);
  CHECK_THAT(text.output, StartsWith("redis ") && ContainsSubstring("\nwiring "));
  const auto json =
      require_document(run_cli({"integration", "--list", "--json"}).output, "check-list");
  CHECK(json["checks"].size() == 8);
}

TEST_CASE("options of integration are judged before anything is tried") {
  const TempDir directory;
  const std::vector<std::pair<Ids, std::string>> cases{
      {{"--match-processor-url", "localhost:9082"}, "bad --match-processor-url"},
      {{"--calendar-service-url", ""}, "bad --calendar-service-url"},
      {{"--calendar-service-url", "ftp://localhost"}, "http://"},
      {{"--calendar-service-url", "http://"}, "no host"},
      {{"--calendar-service-url", "http://h:99999"}, "port"},
      {{"--calendar-service-url", "http://u:secret@h"}, "credentials"},
      {{"--calendar-service-url", "http://h/?q"}, "query"},
      {{"--observe", "soon"}, "--observe"},
      {{"--service-interval", "0"}, "--service-interval"},
      {{"--flow", "wild"}, "--flow"},
      {{"--flow", "live"}, "--allow-side-effects"},
      {{"--expect-subscribers", "-1"}, "--expect-subscribers"},
      {{"--channels", directory / "missing"}, "--channels"},
      {{"--channels", directory.path().string()}, "it is a directory"},
      {{"--channels", "/dev/zero"}, "line 1 is longer than 65536 bytes"},
      {{"--channels", directory.write("long", "a\n" + std::string(513, 'b'))},
       "line 2: a name has more than 512 bytes"},
      {{"--channels", directory.write("many", many_lines(10'001))}, "has more than 10000 names"},
      {{"--min-success-rate", "x"}, "--min-success-rate"},
      {{"--junit", "/nonexistent/report.xml"}, "report.xml"},
  };
  for (const auto& [options, message] : cases) {
    Ids arguments{"integration", "-u", "redis://nohost.invalid"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const auto outcome = run_cli(arguments);
    INFO(outcome.error);
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.error, ContainsSubstring(message) && ContainsSubstring("\nhint: "));
    CHECK_THAT(outcome.error, !ContainsSubstring("secret"));
  }
}

TEST_CASE("integration takes the services' URLs from the environment") {
  const auto bad = run_cli({"integration"}, {{"CALENDAR_SERVICE_URL", "nonsense"}});
  CHECK(bad.exit_code == 2);
  CHECK_THAT(bad.error, ContainsSubstring("bad CALENDAR_SERVICE_URL"));
  const RedisServer server;
  const Standin calendar("calendar", server.url());
  const Standin processor("processor", server.url());
  const auto outcome =
      run_cli({"integration", "-u", server.url(), "--observe", "100ms"},
              {{"CALENDAR_SERVICE_URL", calendar.url()}, {"MATCH_PROCESSOR_URL", processor.url()}});
  CHECK_THAT(outcome.output, ContainsSubstring("match-list-processor healthy, calendar healthy"));
  CHECK(outcome.exit_code == 0);
}

TEST_CASE("channels of a file are examined too, and lost messages on them are told") {
  const RedisServer server;
  const TempDir directory;
  const Standin calendar("calendar", server.url());
  const Standin processor("processor", server.url(), {"--channel", "example:own"});
  const auto file = directory.write("channels", "# ours\n\n  example:own  \nexample:quiet\n");
  const auto run =
      run_integration({server.url(), processor.url(), calendar.url()}, {"--channels", file});
  CHECK(run.ids() == Ids{"D3"});
  CHECK(run.channel("example:own")["role"] == "given");
  CHECK(run.channel("example:quiet")["verdict"] == "unused");
}

TEST_CASE("channels may come from a pipe, and waiting for its writer can be interrupted") {
  const RedisServer server;
  const TempDir directory;
  const auto pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  Process waiting({.arguments = {"integration", "-u", server.url(), "--channels", pipe, "-v"}});
  // Opening it for writing succeeds when its reader is there.
  UniqueFd writer;
  while (!writer) {
    writer = UniqueFd(::open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    REQUIRE((writer || errno == ENXIO));
    REQUIRE(!waiting.has_ended());
  }
  waiting.signal(SIGINT);
  const auto outcome = waiting.wait();
  CHECK(outcome.exit_code == 130);
  CHECK_THAT(outcome.error, ContainsSubstring("interrupted"));

  Process reading({.arguments = {"integration", "-u", server.url(), "--observe", "0", "--channels",
                                 "-", "--json"},
                   .input = "example:piped\n"});
  CHECK_THAT(reading.wait().output, ContainsSubstring("\"example:piped\""));
}

TEST_CASE("services that answer badly are told apart") {
  const RedisServer server;
  const auto with = [&](const char* fault) {
    const Standin bad("calendar", server.url(), {"--http-fault", fault});
    return services_cause(bad.url());
  };
  CHECK_THAT(with("html"), ContainsSubstring("web page"));
  CHECK_THAT(with("broken-json"), ContainsSubstring("not JSON"));
  CHECK_THAT(with("404"), ContainsSubstring("/health answers 404"));
  CHECK_THAT(with("500"), ContainsSubstring("/health answers 500"));
  CHECK_THAT(with("redirect"), ContainsSubstring("redirects more than 3 times"));
  CHECK_THAT(with("redirect-elsewhere"),
             ContainsSubstring("it redirects to another server, http://elsewhere.invalid"));
  CHECK_THAT(with("huge"), ContainsSubstring("more than 1048576 bytes"));
}

TEST_CASE("services that cannot be reached are told apart") {
  const ReservedPort nobody;
  CHECK_THAT(services_cause(http_url(nobody.number())), ContainsSubstring("Connection refused"));
  CHECK_THAT(services_cause("http://nohost.invalid"), ContainsSubstring("does not resolve"));
  const FakeServer silent({fake::Accept{}, fake::AwaitClose{}, fake::Repeat{}});
  CHECK_THAT(services_cause(http_url(silent.port())), ContainsSubstring("no answer in time"));
  const FakeServer dripping({fake::Accept{}, fake::ReadBytes{1},
                             fake::Drip{std::string(200, 'H'), std::chrono::milliseconds(100)},
                             fake::Repeat{}});
  CHECK_THAT(services_cause(http_url(dripping.port())), ContainsSubstring("in time"));
  const FakeServer closing({fake::Accept{}, fake::ReadBytes{1}, fake::Close{}, fake::Repeat{}});
  CHECK_THAT(services_cause(http_url(closing.port())), ContainsSubstring("without an HTTP answer"));
}

TEST_CASE("an https service with a bad certificate is not trusted") {
  const auto& made = fogis::testing::certificates();
  const auto cause_with = [&](const fogis::testing::Identity& identity, std::string authority) {
    const RedisServer tls({.tls = true, .identity = identity});
    const auto run = read_integration(
        run_cli(integration_arguments(
                    {tls.url(), {}, "https://127.0.0.1:" + std::to_string(tls.tls_port())}),
                {{"SSL_CERT_FILE", std::move(authority)}}));
    return run.check("services")["cause"].get<std::string>();
  };
  CHECK_THAT(cause_with(made.server, made.stranger_ca), ContainsSubstring("is not trusted"));
  CHECK_THAT(cause_with(made.wrong_name, made.ca), ContainsSubstring("mismatch"));
  CHECK_THAT(cause_with(made.expired, made.ca), ContainsSubstring("expired"));
  // Trusted; what answers then is no HTTP.
  CHECK_THAT(cause_with(made.server, made.ca), !ContainsSubstring("trusted"));
}

TEST_CASE("https to a service that speaks plain HTTP, and so waits for more, ends in time") {
  const RedisServer server;
  const Standin plain("calendar", server.url());
  CHECK_THAT(services_cause("https" + plain.url().substr(4)),
             ContainsSubstring("no TLS handshake in time"));
}

TEST_CASE("what services say of themselves counts") {
  const RedisServer server;
  const Standin calendar("calendar", server.url());
  const Standin unhealthy("processor", server.url(), {"--fault", "unhealthy"});
  const auto bad = run_integration({server.url(), unhealthy.url(), calendar.url()});
  CHECK(bad.check("services")["status"] == "fail");
  CHECK_THAT(bad.check("services")["cause"].get<std::string>(), ContainsSubstring("unhealthy"));
  const Standin degraded("processor", server.url(), {"--fault", "degraded"});
  const auto odd = run_integration({server.url(), degraded.url(), calendar.url()});
  CHECK(odd.check("services")["status"] == "warn");
  CHECK(odd.outcome.exit_code == 0);
}

TEST_CASE("missing rights leave out what needs them, with the reason") {
  const RedisServer server(
      {.users = {"blind on >pw ~* &* +@all -client|list -config -acl",
                 "deaf on >pw ~* &* +@all -pubsub",
                 "listener on >pw &* +ping +info +subscribe +publish",
                 "powerless on >pw &* +ping +info", "mute on >pw ~* &* +@all -publish",
                 "narrow on >pw ~* &fogis:test:* +@all",
                 "half on >pw ~* &fogis:test:* &fogis:matches:updates +@all"},
       .tcp = true});
  const Standin calendar("calendar", server.url());
  const auto as = [&](const std::string& user) {
    return run_integration(
        {"redis://" + user + ":pw@127.0.0.1:" + std::to_string(server.port()), {}, calendar.url()});
  };
  const auto blind = as("blind");
  CHECK_THAT(blind.ids(), IsEmpty());
  CHECK(blind.outcome.exit_code == 0);
  CHECK_THAT(blind.document["unseen"].dump(), ContainsSubstring("CLIENT LIST is refused"));
  const auto deaf = as("deaf");
  CHECK(deaf.ids() == Ids{"not-judged"});
  CHECK(deaf.outcome.exit_code == 1);
  CHECK(deaf.finding("not-judged")["hint"] == "allow it: ACL SETUSER deaf +pubsub|numsub");
  CHECK(as("listener").finding("not-judged")["hint"] ==
        "allow it: ACL SETUSER listener +pubsub|numsub +unsubscribe");
  const auto powerless = as("powerless");
  CHECK(powerless.ids() == Ids{"not-judged"});
  CHECK(powerless.outcome.exit_code == 1);
  CHECK(powerless.finding("not-judged")["hint"] ==
        "allow it: ACL SETUSER powerless +pubsub|numsub +subscribe");
  CHECK_THAT(deaf.check("wiring")["cause"].get<std::string>(), ContainsSubstring("pubsub"));
  const auto mute = as("mute");
  CHECK_THAT(mute.ids(), IsEmpty());
  CHECK(mute.check("flow")["status"] == "skip");
  // What could not be tried is not told as tried in vain.
  CHECK(mute.check("flow")["summary"] == "not permitted");
  CHECK(mute.check("liveness")["summary"] == "not permitted");
  CHECK_THAT(mute.document["unseen"].dump(),
             ContainsSubstring("whether messages are delivered on fogis:test:") &&
                 ContainsSubstring("'publish' command"));
  const auto narrow = as("narrow");
  CHECK(narrow.ids() == Ids{"not-observed"});
  CHECK(narrow.outcome.exit_code == 1);
  CHECK(narrow.check("contract")["status"] == "fail");
  const auto waived = run_integration(
      {"redis://narrow:pw@127.0.0.1:" + std::to_string(server.port()), {}, calendar.url()},
      {"--observe", "0"});
  CHECK_THAT(waived.ids(), IsEmpty());
  CHECK(waived.outcome.exit_code == 0);
  CHECK(narrow.check("flow")["status"] == "skip");
  // What could not be watched is unknown, not 0.
  CHECK_THAT(narrow.check("wiring")["summary"].get<std::string>(),
             EndsWith(" listened to, messages not watched"));
  CHECK(narrow.channel("fogis:matches:updates")["messages"].is_null());
  CHECK(narrow.channel("match_updates_v2")["verdict"] == "not watched");
  CHECK(
      narrow.check("flow")["summary"].get<std::string>().starts_with("1 of 4 messages came back"));
  CHECK_THAT(narrow.document["unseen"].dump(),
             ContainsSubstring("whether messages are delivered on fogis:matches:updates, "));
  // Only channels that are missing are advised.
  CHECK_THAT(narrow.finding("not-observed")["hint"].get<std::string>(),
             StartsWith("allow it: ACL SETUSER narrow &fogis:matches:updates &fogis:processor"));
  CHECK_THAT(narrow.check("flow")["hint"].get<std::string>(),
             StartsWith("allow it: ACL SETUSER narrow &fogis:matches:updates"));
  const auto half = as("half");
  CHECK(half.channel("fogis:matches:updates")["messages"] == 0);
  CHECK(half.channel("fogis:processor:status")["messages"].is_null());
  CHECK_THAT(half.check("contract")["cause"].get<std::string>(),
             StartsWith("nothing was published in "));
  CHECK_THAT(half.document["unseen"].dump(),
             ContainsSubstring("what is published on fogis:processor:status, ") &&
                 !ContainsSubstring("&fogis:matches:updates "));
}

TEST_CASE("a message that is too large to be read is not taken for silence") {
  const auto limit = GENERATE(100'000U, 200'000U);
  const std::size_t size = 100'001;
  const RedisServer server;
  fogis::testing::ProgramOptions options;
  options.arguments = integration_arguments(
      {server.url()}, {"--observe", "2s", "--max-message-size", std::to_string(limit)});
  Process process(options);
  while (server.raw({"PUBSUB", "NUMSUB", "fogis:system:alerts"}) != "fogis:system:alerts\n1" &&
         !process.has_ended()) {}
  REQUIRE(server.raw({"PUBLISH", "fogis:system:alerts", std::string(size, 'x')}) == "1");
  const auto run = read_integration(process.wait());
  CHECK(run.outcome.exit_code == 1);
  const auto contract = run.check("contract");
  if (size <= limit) {
    CHECK_THAT(contract["summary"].get<std::string>(), ContainsSubstring("1 message validated"));
    return;
  }
  CHECK(contract["status"] == "fail");
  CHECK_THAT(contract["cause"].get<std::string>(),
             ContainsSubstring(fmt::format("a reply of {} bytes, the limit is {}", size, limit)));
  CHECK_THAT(contract["hint"].get<std::string>(),
             ContainsSubstring("--max-message-size takes larger messages"));
}

TEST_CASE("a Redis that refuses us or dies in the middle ends the report with its exit code") {
  const RedisServer closed({.arguments = {"--requirepass", "right"}, .tcp = true});
  const auto refused = run_integration({"redis://127.0.0.1:" + std::to_string(closed.port())});
  CHECK(refused.outcome.exit_code == 4);
  CHECK(refused.check("redis")["status"] == "error");
  CHECK(refused.check("wiring")["status"] == "skip");

  RedisServer dying;
  fogis::testing::ProgramOptions options;
  options.arguments = integration_arguments({dying.url()}, {"--observe", "60s"});
  Process process(options);
  while (dying.raw({"PUBSUB", "NUMSUB", "fogis:system:alerts"}) != "fogis:system:alerts\n1" &&
         !process.has_ended()) {}
  dying.kill9();
  const auto lost = read_integration(process.wait());
  CHECK(lost.outcome.exit_code == 3);
  CHECK(lost.check("redis")["status"] == "error");
  CHECK_THAT(lost.ids(), IsEmpty());
}

TEST_CASE("an interrupted integration run ends with the signal's code and leaves nothing") {
  const RedisServer server;
  fogis::testing::ProgramOptions options;
  options.arguments = integration_arguments({server.url()}, {"--observe", "60s"});
  Process process(options);
  while (server.raw({"PUBSUB", "NUMSUB", "fogis:system:alerts"}) != "fogis:system:alerts\n1" &&
         !process.has_ended()) {}
  process.signal(SIGTERM);
  const auto run = read_integration(process.wait());
  CHECK(run.outcome.exit_code == 143);
  CHECK(run.document["interrupted"] == true);
  CHECK_THAT(run.ids(), IsEmpty());
}

TEST_CASE("hundreds of channels and a thousand clients are no obstacle") {
  const RedisServer server({.arguments = {"--maxclients", "2000"}});
  const TempDir directory;
  const Standin calendar("calendar", server.url());
  std::vector<fogis::testing::RawClient> crowd;
  std::string names;
  for (int i = 0; i < 800; ++i) {
    const auto name = "example:crowd:" + std::to_string(i);
    names += name + "\n";
    crowd.push_back(server.client());
    crowd.back().send({"SUBSCRIBE", name});
  }
  for (auto& client : crowd) {
    client.receive();
  }
  const auto file = directory.write("channels", names);
  const auto run = run_integration({server.url(), {}, calendar.url()}, {"--channels", file});
  CHECK_THAT(run.ids(), IsEmpty());
  CHECK(run.outcome.exit_code == 0);
  CHECK(run.check("wiring")["details"]["pubsub_clients"] == 801);
  CHECK(run.channel("example:crowd:799")["listeners"] == 1);
}
