// Every known failure of the field, made with stand-ins of both services: it is named, with its
// evidence, and nothing else is.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_container_properties.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/integration_run.hpp"
#include "support/paths.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/standin.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::IsEmpty;
using fogis::testing::Deployment;
using fogis::testing::integration_arguments;
using fogis::testing::IntegrationRun;
using fogis::testing::Process;
using fogis::testing::RawClient;
using fogis::testing::RedisServer;
using fogis::testing::ReservedPort;
using fogis::testing::run_integration;
using fogis::testing::Standin;

namespace {

using Ids = std::vector<std::string>;

/// A server with both services, each with a fault or none.
struct Pair {
  RedisServer server;
  Standin calendar;
  Standin processor;

  explicit Pair(const std::vector<std::string>& calendar_options = {},
                const std::vector<std::string>& processor_options = {})
      : calendar("calendar", server.url(), calendar_options),
        processor("processor", server.url(), processor_options) {}

  [[nodiscard]] Deployment deployment() const {
    return {server.url(), processor.url(), calendar.url()};
  }
};

/// The one finding of the run, whose evidence holds the text.
void require_only(const IntegrationRun& run, const std::string& id, const std::string& check,
                  const std::string& evidence, const std::string& severity = "error") {
  INFO(run.document.dump(2));
  REQUIRE(run.ids() == Ids{id});
  const auto finding = run.finding(id);
  CHECK(finding["check"] == check);
  CHECK(finding["severity"] == severity);
  CHECK_THAT(finding["evidence"].get<std::string>(), ContainsSubstring(evidence));
  CHECK(!finding["consequence"].get<std::string>().empty());
  CHECK(!finding["hint"].get<std::string>().empty());
  CHECK(finding["mend"] == finding["hint"]);
  CHECK(run.outcome.exit_code == (severity == "error" ? 1 : 0));
}

std::int64_t listeners(const RedisServer& server, const std::string& channel) {
  const auto reply = server.raw({"PUBSUB", "NUMSUB", channel});
  return std::stoll(reply.substr(reply.find('\n') + 1));
}

/// How often the server was asked for listeners.
std::int64_t numsub_calls(const RedisServer& server) {
  constexpr std::string_view kField = "cmdstat_pubsub|numsub:calls=";
  const auto stats = server.raw({"INFO", "commandstats"});
  const auto at = stats.find(kField);
  return at == std::string::npos ? 0 : std::stoll(stats.substr(at + kField.size()));
}

/// Lets saving to `taken` fail, as a full disk does: the server refuses PING and writes from then
/// on.
void break_saving(const RedisServer& server) {
  std::filesystem::create_directories(server.directory().path() / "taken" / "full");
  REQUIRE(server.raw({"CONFIG", "SET", "save", "3600 1"}) == "OK");
  REQUIRE(!server.raw({"BGSAVE"}).empty());
  while (server.raw({"INFO", "persistence"}).find("rdb_last_bgsave_status:err") ==
         std::string::npos) {}
}

/// The output that waits for the stand-in of the calendar.
std::int64_t waiting(const RedisServer& server) {
  const auto list = server.raw({"CLIENT", "LIST", "TYPE", "pubsub"});
  const auto name = list.find("name=fogis-calendar-phonebook-sync");
  const auto field = list.find(" omem=", name);
  return name == std::string::npos ? 0 : std::stoll(list.substr(field + 6));
}

/// Publishes to the slow calendar until that much waits for it, or it is cut.
void flood(const RedisServer& server, RawClient& client, std::int64_t bytes) {
  const std::string payload(100'000, 'x');
  while (waiting(server) < bytes && listeners(server, "standin:flood") > 0) {
    client.command({"PUBLISH", "standin:flood", payload});
  }
}

}  // namespace

TEST_CASE("a healthy pair has no finding, run after run") {
  const Pair pair;
  for (int i = 0; i < 5; ++i) {
    const auto run = run_integration(pair.deployment());
    INFO(run.document.dump(2));
    CHECK_THAT(run.ids(), IsEmpty());
    CHECK(run.outcome.exit_code == 0);
    CHECK(run.document["passed"] == true);
    CHECK(run.check("contract")["status"] == "pass");
    CHECK(run.check("activity")["status"] == "pass");
    CHECK(run.check("flow")["status"] == "pass");
    CHECK(run.channel("fogis:matches:updates")["verdict"] == "served");
    CHECK(run.channel("fogis:matches:updates")["listeners"] == 1);
    CHECK(run.document["unseen"].empty());
  }
}

TEST_CASE("D1 to D7: faults of observed messages are named by their number") {
  struct Row {
    const char* fault;
    const char* rule;
    const char* severity;
  };
  const std::vector<Row> rows{
      {"D1", "schema-version-in-payload", "warning"}, {"D2", "raw-match-keys", "error"},
      {"D4", "changes-without", "warning"},           {"D5", "referees-null", "error"},
      {"D6", "critical-without-high", "warning"},     {"D7", "timestamp-naive", "warning"},
  };
  const RedisServer server;
  const Standin calendar("calendar", server.url());
  for (const auto& row : rows) {
    const Standin processor("processor", server.url(), {"--fault", row.fault});
    const auto run = run_integration({server.url(), processor.url(), calendar.url()});
    INFO(row.fault);
    require_only(run, row.fault, "contract", "validated; the first at", row.severity);
    CHECK_THAT(run.finding(row.fault)["problem"].get<std::string>(), ContainsSubstring(row.rule));
  }
}

TEST_CASE("D3: a publisher on a channel that nobody listens to") {
  const Pair pair({}, {"--channel", "match_updates_v2"});
  const auto run = run_integration(pair.deployment());
  require_only(run, "D3", "wiring", "on match_updates_v2; NUMSUB 0 there");
  CHECK(run.channel("match_updates_v2")["verdict"] == "messages are lost");
}

TEST_CASE(
    "D3: both ends on channels of their own, and a subscriber alone on one without publisher") {
  const Pair pair({"--fault", "v2-only"}, {"--channel", "match_updates_v2"});
  require_only(run_integration({pair.server.url(), pair.processor.url(), pair.calendar.url()}),
               "D3", "wiring",
               "the calendar listens to fogis:matches:updates:v2 and fogis:matches:updates:v1");
  const RedisServer quiet;
  const Standin calendar("calendar", quiet.url(), {"--fault", "v2-only"});
  require_only(run_integration({quiet.url(), {}, calendar.url()}), "D3", "wiring",
               "no message was seen on the channels without a listener");
}

TEST_CASE("D8: the calendar is absent") {
  const RedisServer server;
  const ReservedPort nobody;
  const Standin processor("processor", server.url());
  const auto run = run_integration(
      {server.url(), processor.url(), "http://127.0.0.1:" + std::to_string(nobody.number())});
  require_only(run, "D8", "wiring", "Connection refused");
  CHECK(run.check("services")["status"] == "fail");
  CHECK(run.channel("fogis:matches:updates")["verdict"] == "messages are lost");
}

TEST_CASE("D8: with nothing but Redis, for the channels of the calendar") {
  const RedisServer server;
  const auto run = run_integration({server.url()});
  require_only(run, "D8", "wiring",
               "NUMSUB 0 on fogis:matches:updates, fogis:processor:status, fogis:system:alerts, "
               "fogis:matches:updates:v2 and fogis:matches:updates:v1");
  CHECK(run.document["unseen"].size() == 2);
  CHECK(run.check("services")["status"] == "skip");
  CHECK(run.check("contract")["status"] == "skip");
}

TEST_CASE("D9: a dead listener that still reports subscribed") {
  const Pair pair({"--fault", "dead-listener"});
  require_only(run_integration(pair.deployment()), "D9", "liveness", "subscribed true");
}

TEST_CASE("D3: one listener on the updates' channel alone is not told to use that channel") {
  const RedisServer server;
  auto client = server.client();
  client.command({"SUBSCRIBE", "fogis:matches:updates"});
  const auto run = run_integration({server.url()});
  require_only(run, "D3", "wiring", "NUMSUB 1 on fogis:matches:updates");
  CHECK_THAT(run.finding("D3")["hint"].get<std::string>(),
             ContainsSubstring("is not the whole calendar"));
  CHECK(run.document["passed"] == false);
}

TEST_CASE("D9: beside it the channels without a listener are no pass, but refer to it") {
  const Pair pair({"--fault", "dead-listener"});
  const auto run = run_integration(pair.deployment());
  CHECK(run.check("wiring")["status"] == "fail");
  CHECK(run.check("wiring")["cause"] == "see the finding D9");
  CHECK(run.check("wiring")["findings"].empty());
}

TEST_CASE("D9: a calendar that may still be reconnecting is not called dead") {
  const Pair pair({"--fault", "dead-listener"});
  const auto young = run_integration(pair.deployment());
  require_only(young, "D9", "liveness", "Redis started ");
  CHECK_THAT(young.finding("D9")["hint"].get<std::string>(),
             ContainsSubstring("run this again in a minute"));
  const auto patient = run_integration(pair.deployment(), {"--reconnect-wait", "0"});
  CHECK_THAT(patient.finding("D9")["hint"].get<std::string>(),
             ContainsSubstring("restart the calendar: its listener has ended"));
}

TEST_CASE("D10: connected, but never subscribed") {
  const Pair pair({"--fault", "never-subscribed"});
  require_only(run_integration(pair.deployment()), "D10", "liveness",
               "connected true, subscribed false");
}

TEST_CASE("D11: two consumers, unless two are expected") {
  const Pair pair;
  const Standin second("calendar", pair.server.url());
  require_only(run_integration(pair.deployment()), "D11", "wiring", "NUMSUB 2 on");
  const auto expected = run_integration(pair.deployment(), {"--expect-subscribers", "2"});
  CHECK_THAT(expected.ids(), IsEmpty());
  CHECK(run_integration(pair.deployment(), {"--expect-subscribers", "3"}).ids() ==
        Ids{"too-few-consumers"});
}

TEST_CASE("D21: what the processor says of its own failures is heard") {
  {
    const Pair pair({}, {"--fault", "publishing-failed"});
    require_only(run_integration(pair.deployment()), "D21", "activity",
                 "completed with match_publishing_success false");
  }
  const Pair pair({}, {"--fault", "failed"});
  require_only(run_integration(pair.deployment()), "D21", "activity", "status failed");
}

TEST_CASE("D12: a silent processor, only when observed for as long as its interval") {
  const Pair pair({}, {"--fault", "silent"});
  require_only(run_integration(pair.deployment(), {"--service-interval", "200ms"}), "D12",
               "activity", "no \"started\" on fogis:processor:status");
  const auto shorter = run_integration(pair.deployment());
  CHECK_THAT(shorter.ids(), IsEmpty());
  CHECK(shorter.check("activity")["status"] == "skip");
  CHECK(shorter.check("activity")["summary"] == "not observed");
}

TEST_CASE("D13: a calendar without its Redis integration") {
  const Pair pair({"--fault", "no-integration"});
  require_only(run_integration(pair.deployment()), "D13", "configuration",
               "/redis-status and /redis-config answer 404");
}

TEST_CASE("D14: names that do not resolve, apart from ports that refuse") {
  const Pair pair;
  const auto unresolved =
      run_integration({pair.server.url(), pair.processor.url(), "http://nohost.invalid:5003"});
  require_only(unresolved, "D14", "services", "does not resolve");
  const auto wrong_redis = run_integration({"redis://nohost.invalid:6379"});
  REQUIRE(wrong_redis.ids() == Ids{"D14"});
  CHECK(wrong_redis.outcome.exit_code == 3);
  const ReservedPort nobody;
  const auto refused = run_integration({"redis://127.0.0.1:" + std::to_string(nobody.number())});
  CHECK_THAT(refused.ids(), IsEmpty());
  CHECK(refused.outcome.exit_code == 3);
}

TEST_CASE("D14: a calendar that cannot reach its Redis, and one that has Redis switched off") {
  const Pair pair({"--fault", "disconnected"});
  require_only(run_integration(pair.deployment()), "D14", "configuration", "connected false");
  const Pair off({"--fault", "disabled"});
  require_only(run_integration(off.deployment()), "calendar-disabled", "configuration",
               "enabled false");
}

TEST_CASE("D15: a calendar at another Redis, and one on other channels") {
  const RedisServer ours;
  const RedisServer other;
  const Standin processor("processor", ours.url());
  const Standin calendar("calendar", other.url());
  const auto run = run_integration({ours.url(), processor.url(), calendar.url()});
  require_only(run, "D15", "configuration", "a different server answers there");
  const Standin elsewhere("calendar", ours.url(), {"--fault", "other-channels"});
  require_only(run_integration({ours.url(), processor.url(), elsewhere.url()}), "D15",
               "configuration", "example:matches");
}

TEST_CASE("the same server under another address is no other Redis") {
  const RedisServer server({.tcp = true});
  const Standin processor("processor", server.url());
  const Standin calendar("calendar", server.tcp_url());
  const auto run = run_integration({server.url(), processor.url(), calendar.url()});
  CHECK_THAT(run.ids(), IsEmpty());
  CHECK_THAT(run.check("configuration")["summary"].get<std::string>(),
             ContainsSubstring("another address of the same server"));
}

TEST_CASE("D16: a subscriber that is about to be cut, and one that is cut meanwhile") {
  const RedisServer server(
      {.arguments = {"--client-output-buffer-limit", "pubsub", "4000000", "0", "0"}});
  const Standin calendar("calendar", server.url(), {"--fault", "slow"});
  const Standin processor("processor", server.url(), {"--interval", "200"});
  auto client = server.client();
  flood(server, client, 2'500'000);
  const Deployment deployment{server.url(), processor.url(), calendar.url()};
  require_only(run_integration(deployment), "D16", "wiring", "bytes wait for fogis-calendar",
               "warning");

  fogis::testing::ProgramOptions options;
  options.arguments = integration_arguments(deployment, {"--observe", "2s"});
  Process process(options);
  // Our subscription beside the calendar's shows that the first count is done.
  while (listeners(server, "fogis:system:alerts") < 2 && !process.has_ended()) {}
  flood(server, client, 1'000'000'000);
  require_only(fogis::testing::read_integration(process.wait()), "D16", "wiring",
               "its subscription disappeared during the run");
}

TEST_CASE("D15: the calendar's Redis is another one, and dead: no restart is advised") {
  const Pair pair({"--fault", "never-subscribed", "--claimed-redis", "redis://127.0.0.1:1"});
  const auto run = run_integration(pair.deployment());
  require_only(run, "D15", "configuration", "where nothing answers");
  CHECK_THAT(run.finding("D15")["hint"].get<std::string>(),
             ContainsSubstring("a restart of the calendar does not help"));
  // On a calendar that listens the address proves nothing.
  const Standin fine("calendar", pair.server.url(), {"--claimed-redis", "redis://127.0.0.1:1"});
  CHECK_THAT(run_integration({pair.server.url(), {}, fine.url()}).ids(), IsEmpty());
}

TEST_CASE("D17: PING answers, but PUBLISH does not arrive") {
  const Pair pair;
  REQUIRE(pair.server.raw({"CLIENT", "PAUSE", "60000", "WRITE"}) == "OK");
  const auto run = run_integration(pair.deployment());
  require_only(run, "D17", "liveness", "PING answers");
  CHECK(run.check("flow")["status"] == "skip");
}

TEST_CASE("D18: a calendar that listens without usable Google credentials") {
  const Pair missing({"--fault", "no-credentials"});
  require_only(run_integration(missing.deployment()), "D18", "services",
               "status initializing, auth_status not_authenticated");
  const Pair expired({"--fault", "expired-credentials"});
  require_only(run_integration(expired.deployment()), "D18", "services",
               "expires_in_hours -5.5, has_refresh_token false");
}

TEST_CASE("D19: a calendar that never subscribes again after a restart of Redis") {
  RedisServer server;
  Standin calendar("calendar", server.url(), {"--fault", "spinning"});
  server.kill9();
  calendar.wait_for_output("lost\n");
  server.restart();
  const auto run = run_integration({server.url(), {}, calendar.url()}, {"--reconnect-wait", "1s"});
  require_only(run, "D19", "liveness", "nobody had subscribed since");
}

TEST_CASE("D23: a calendar that subscribes again late is waited for, and what it missed is told") {
  RedisServer server;
  Standin calendar("calendar", server.url(), {"--fault", "late-reconnect"});
  server.kill9();
  calendar.wait_for_output("lost\n");
  server.restart();
  fogis::testing::ProgramOptions options;
  options.arguments =
      integration_arguments({server.url(), {}, calendar.url()}, {"--reconnect-wait", "60s"});
  Process process(options);
  // Two counts belong to every run, and four to its messages: more are looks again.
  while (numsub_calls(server) < 10 && !process.has_ended()) {}
  REQUIRE(server.raw({"SET", "standin:subscribe", "1"}) == "OK");
  const auto run = fogis::testing::read_integration(process.wait());
  require_only(run, "D23", "redis", "the calendar subscribed again", "warning");
  CHECK(run.channel("fogis:matches:updates")["listeners"] == 1);
}

TEST_CASE("D20: a subscription that is left over is no second consumer") {
  const RedisServer server({.tcp = true});
  const Standin calendar("calendar", server.tcp_url(), {"--fault", "leftover"});
  const auto run = run_integration({server.tcp_url(), {}, calendar.url()});
  require_only(run, "D20", "wiring", "subscribed to 5 channels each at the same time", "warning");
  CHECK(run.channel("fogis:matches:updates")["status"] == "warn");
}

TEST_CASE("D22: updates on a channel that nobody knows") {
  const Pair pair({}, {"--channel", "example:hidden"});
  require_only(run_integration(pair.deployment()), "D22", "wiring",
               "ended with changes_detected true, and without an update on any of 8 channels");
}

TEST_CASE("D23: Redis is younger than the processor") {
  const Pair pair({}, {"--fault", "old"});
  require_only(run_integration(pair.deployment()), "D23", "redis",
               "match-list-processor runs since 24 h 00 m", "warning");
}

TEST_CASE("D24: cycles that begin, and neither publish nor end") {
  const Pair pair({}, {"--fault", "no-end"});
  require_only(run_integration(pair.deployment()), "D24", "activity", "neither published nor ended",
               "warning");
}

TEST_CASE("a Redis that refuses PING, and delivers all the same, is not said to be unreachable") {
  const RedisServer server({.arguments = {"--dbfilename", "taken"}});
  const Standin calendar("calendar", server.url());
  const Standin processor("processor", server.url());
  break_saving(server);
  const auto run = run_integration({server.url(), processor.url(), calendar.url()});
  INFO(run.document.dump(2));
  CHECK(run.outcome.exit_code == 1);
  CHECK(run.check("redis")["status"] == "fail");
  CHECK_THAT(run.check("redis")["cause"].get<std::string>(), ContainsSubstring("MISCONF"));
  CHECK(run.check("wiring")["status"] == "pass");
  CHECK(run.check("flow")["status"] == "pass");
  CHECK_THAT(run.outcome.error + run.outcome.output, !ContainsSubstring("no connection"));
}

TEST_CASE("a server without pub/sub fails, whichever half it lacks") {
  for (const auto* const command : {"SUBSCRIBE", "PUBLISH"}) {
    const RedisServer server({.arguments = {"--rename-command", command, ""}});
    require_only(run_integration({server.url()}), "no-pubsub", "liveness", command);
  }
}

TEST_CASE("a calendar whose HTTP tells nothing, and that does not listen, is told as that") {
  const Pair pair({"--fault", "deaf"});
  require_only(run_integration(pair.deployment()), "calendar-unheard", "wiring",
               "/redis-status answers 500");
}

TEST_CASE("subscribers of this tool are neither duplicates nor a calendar") {
  const RedisServer server;
  auto ours = server.client();
  ours.command({"CLIENT", "SETNAME", "fogis-redis"});
  for (const auto* const channel :
       {"fogis:matches:updates", "fogis:processor:status", "fogis:system:alerts",
        "fogis:matches:updates:v2", "fogis:matches:updates:v1"}) {
    ours.command({"SUBSCRIBE", channel});
  }
  require_only(run_integration({server.url()}), "D8", "wiring", "without 1 named fogis-redis");
  const Standin calendar("calendar", server.url());
  CHECK_THAT(run_integration({server.url(), {}, calendar.url()}).ids(), IsEmpty());
}
