#include "monitor/health.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "unit/monitor_samples.hpp"

namespace fogis::monitor {
namespace {

using Catch::Matchers::ContainsSubstring;

/// The metrics that are found fault with, worst first.
std::vector<std::string_view> faults(const Observation& seen) {
  std::vector<std::string_view> names;
  for (const auto& finding : judge(seen, Thresholds()).findings) {
    names.push_back(finding.metric->name);
  }
  return names;
}

using Names = std::vector<std::string_view>;

TEST_CASE("a server within all limits is healthy") {
  const auto verdict = judge(observation_of("aof_enabled:1\r\nconnected_clients:20\r\n"
                                            "used_memory:78\r\nmaxmemory:100\r\n"),
                             Thresholds());
  CHECK(verdict.health == Health::healthy);
  CHECK(verdict.findings.empty());
}

TEST_CASE("the verdict names metric, value, limit and advice, the worst first") {
  const auto verdict =
      judge(observation_of(
                "aof_enabled:0\r\nconnected_clients:21\r\nused_memory:95\r\nmaxmemory:100\r\n"),
            Thresholds());
  CHECK(verdict.health == Health::unhealthy);
  REQUIRE(verdict.findings.size() == 3);
  const auto& worst = verdict.findings.front();
  CHECK(worst.metric->name == "memory");
  CHECK(worst.severity == AlertLevel::critical);
  CHECK(worst.value == 95);
  CHECK(worst.limit == 94);
  CHECK(worst.message == "memory is 95 %, above 94 %");
  CHECK_FALSE(worst.hint.empty());
  CHECK(verdict.findings[1].metric->name == "clients");
  CHECK(verdict.findings[1].message == "clients is 21, above 20");
  CHECK_THAT(verdict.findings[2].message, ContainsSubstring("append-only file is off"));
}

TEST_CASE("each fault that a server tells of is found") {
  CHECK(faults(observation_of("loading:1\r\n")) == Names{"loading"});
  CHECK(faults(observation_of("aof_last_write_status:err\r\n")) == Names{"aof_write_ok"});
  CHECK(faults(observation_of("rdb_last_bgsave_status:err\r\n")) == Names{"snapshot_ok"});
  CHECK(faults(observation_of("role:slave\r\nmaster_link_status:down\r\n")) ==
        Names{"master_link"});
  CHECK(faults(observation_of("role:slave\r\nmaster_link_status:up\r\n")).empty());
  CHECK(faults(observation_of("connected_clients:9\r\nmaxclients:10\r\n")) ==
        Names{"clients_share"});
  CHECK(faults(second_look("rejected_connections:1\r\n", "rejected_connections:2\r\n")) ==
        Names{"rejections"});
  CHECK(faults(second_look("client_output_buffer_limit_disconnections:1\r\n",
                           "client_output_buffer_limit_disconnections:2\r\n")) ==
        Names{"disconnections"});
  CHECK(faults(second_look("rejected_connections:2\r\n", "rejected_connections:2\r\n")).empty());
}

TEST_CASE("fragmentation of an idle server is no fault") {
  CHECK(faults(observation_of("mem_fragmentation_ratio:13.20\r\n")).empty());
}

TEST_CASE("the hit rate is judged after more than a hundred lookups") {
  auto seen = observation_of("role:master\r\n");
  seen.lookups = Lookups{.hits = 10, .misses = 90};
  CHECK(faults(seen).empty());
  seen.lookups = Lookups{.hits = 10, .misses = 91};
  CHECK(faults(seen) == Names{"hit_rate"});
  seen.lookups = Lookups{.hits = 85, .misses = 20};
  CHECK(faults(seen).empty());
}

TEST_CASE("the last save is old only where saving is on and something waits to be saved") {
  const std::string old = "rdb_last_save_time:1699990000\r\nserver_time_usec:1700003600000000\r\n";
  const auto with = [&old](std::string_view more) {
    return observation_of(old + std::string(more));
  };
  CHECK(faults(with("aof_enabled:1\r\nrdb_changes_since_last_save:4\r\n")) == Names{"save_age"});
  CHECK(faults(with("aof_enabled:1\r\nrdb_changes_since_last_save:0\r\n")).empty());
  auto neither = with("rdb_changes_since_last_save:4\r\n");
  CHECK(faults(neither).empty());
  neither.sample.settings.snapshots = false;
  CHECK(faults(neither).empty());
  neither.sample.settings.snapshots = true;
  CHECK(faults(neither) == Names{"save_age"});
  // A clock that was set back makes a save of the future, which is not old.
  CHECK(faults(observation_of("rdb_last_save_time:1700009999\r\naof_enabled:1\r\n"
                              "server_time_usec:1700003600000000\r\n"
                              "rdb_changes_since_last_save:4\r\n"))
            .empty());
}

TEST_CASE("a channel that nobody listens on is named") {
  auto seen = observation_of("role:master\r\n");
  seen.sample.channels = {{{"fogis:matches:updates", 0},
                           {"fogis:processor:status", 1},
                           {"fogis:system:alerts", 0},
                           {"match_updates_v2", 0}}};
  const auto verdict = judge(seen, Thresholds());
  CHECK(verdict.health == Health::unhealthy);
  REQUIRE(verdict.findings.size() == 1);
  CHECK_THAT(verdict.findings[0].message,
             ContainsSubstring("fogis:matches:updates, fogis:system:alerts") &&
                 !ContainsSubstring("status") && !ContainsSubstring("v2"));
}

TEST_CASE("a canary that does not come back is a fault although PING answers") {
  auto seen = observation_of("role:master\r\n");
  seen.ping = LatencySummary{.count = 5, .latest = {}, .p50 = {}, .p99 = {}, .max = {}};
  seen.canary =
      redis::CanaryReport{.sent = 5, .delivered = 5, .disordered = 0, .latency = {}, .error = {}};
  CHECK(faults(seen).empty());
  seen.canary->delivered = 3;
  CHECK(faults(seen) == Names{"canary_ok"});
  CHECK_THAT(judge(seen, Thresholds()).findings[0].message, ContainsSubstring("2 of 5 canaries"));
  seen.canary->delivered = 5;
  seen.canary->disordered = 1;
  CHECK(faults(seen) == Names{"canary_ok"});
  seen.canary->disordered = 0;
  seen.canary->error = make_error(ErrorKind::timed_out, Phase::command, "no answer to PUBLISH");
  CHECK(judge(seen, Thresholds()).health == Health::unhealthy);
}

TEST_CASE("a canary that is not permitted leaves a question open") {
  auto seen = observation_of("role:master\r\n");
  seen.canary = redis::CanaryReport{};
  seen.canary->error = make_error(ErrorKind::forbidden, Phase::subscribe, "NOPERM no channel");
  const auto verdict = judge(seen, Thresholds());
  CHECK(verdict.health == Health::degraded);
  CHECK_THAT(verdict.findings.at(0).message, ContainsSubstring("NOPERM no channel"));
  CHECK_FALSE(value_of("canary_ok", seen));
}

TEST_CASE("a server that tells nothing is unknown, and one that is not ready unhealthy") {
  CHECK(judge(Observation(), Thresholds()).health == Health::unknown);
  const auto error = [](ErrorKind kind) { return make_error(kind, Phase::connect, "no"); };
  CHECK(judge(error(ErrorKind::unreachable)).health == Health::unknown);
  CHECK(judge(error(ErrorKind::timed_out)).health == Health::unknown);
  CHECK(judge(error(ErrorKind::not_ready)).health == Health::unhealthy);
  CHECK(judge(error(ErrorKind::not_ready)).findings.at(0).message == "no");
}

TEST_CASE("nobody seen listening is unknown where some could not be seen") {
  auto seen = observation_of("role:master\r\n");
  seen.sample.channels = {{{"fogis:matches:updates", 0, true}}};
  CHECK(judge(seen, Thresholds()).health == Health::unknown);
  seen.sample.channels = {{{"fogis:matches:updates", 0, false}}};
  CHECK(judge(seen, Thresholds()).health == Health::unhealthy);
  seen.sample.unseen_nodes = "1 of 3 nodes did not answer";
  CHECK(judge(seen, Thresholds()).health == Health::unknown);
}

TEST_CASE("a limit that cannot be judged is never healthy") {
  Observation mute;
  mute.sample.refusals = {{"INFO", {.reason = "NOPERM no info"}}};
  mute.sample.channels = {{{"fogis:matches:updates", 0}}};
  mute.canary =
      redis::CanaryReport{.sent = 5, .delivered = 5, .disordered = 0, .latency = {}, .error = {}};
  const auto verdict = judge(mute, Thresholds());
  CHECK(verdict.health == Health::unknown);
  CHECK(verdict.findings.at(0).message == "INFO is refused: NOPERM no info");

  auto seen = observation_of("role:master\r\n");
  Thresholds named;
  REQUIRE(named.set(AlertLevel::critical, "memory=90%"));
  CHECK(judge(seen, Thresholds()).health == Health::healthy);
  CHECK(judge(seen, named).health == Health::unknown);
  CHECK_THAT(judge(seen, named).findings.at(0).message,
             ContainsSubstring("memory cannot be judged"));
  seen.sample.refusals = {{"PUBSUB NUMSUB", {.reason = "NOPERM no pubsub"}}};
  CHECK(judge(seen, Thresholds()).health == Health::unknown);
  CHECK(judge(seen, Thresholds()).findings.at(0).message ==
        "PUBSUB NUMSUB is refused: NOPERM no pubsub");
  seen.sample.refusals = {{"PUBSUB NUMSUB", {.reason = "ERR unknown command 'PUBSUB'"}}};
  CHECK_THAT(judge(seen, Thresholds()).findings.at(0).message, ContainsSubstring("a proxy"));
}

TEST_CASE("a default limit that cannot be judged is said") {
  const auto reason_of = [](const Observation& seen, std::string_view metric) {
    for (const auto& absence : judge(seen, Thresholds()).unjudged) {
      if (absence.metric->name == metric) {
        return absence.reason;
      }
    }
    return std::string();
  };
  // As on Redis before 7.0, whose INFO does not tell maxclients.
  auto seen = observation_of("role:master\r\nconnected_clients:9\r\nmaxmemory:0\r\n");
  CHECK(reason_of(seen, "clients_share") == "the server does not report it");
  seen.sample.refusals = {{"CONFIG GET", {.reason = "NOPERM no config"}},
                          {"SLOWLOG GET", {.reason = "NOPERM no slowlog"}}};
  CHECK(reason_of(seen, "clients_share") == "CONFIG GET is not available: NOPERM no config");
  CHECK(reason_of(seen, "save_age") == "CONFIG GET is not available: NOPERM no config");
  CHECK(reason_of(seen, "slow_commands") == "SLOWLOG GET is not available: NOPERM no slowlog");
  CHECK(reason_of(seen, "rejections") == "it needs a second sample");
  CHECK(judge(seen, Thresholds()).health == Health::healthy);
  // Nothing is open where there is no limit to reach, and where nobody asked.
  CHECK(reason_of(seen, "memory").empty());
  CHECK(reason_of(seen, "master_link").empty());
  CHECK(reason_of(seen, "canary_ok").empty());
  CHECK(reason_of(observation_of("redis_mode:standalone\r\n"), "cluster_ok").empty());
  CHECK_FALSE(reason_of(observation_of("redis_mode:cluster\r\n"), "cluster_ok").empty());
  seen.sample.settings.max_clients = 10;  // from CONFIG GET
  CHECK(faults(seen) == Names{"clients_share"});
  CHECK(reason_of(seen, "clients_share").empty());
  // Named by the command line it decides.
  Thresholds named;
  REQUIRE(named.set(AlertLevel::warning, "slow_commands=1"));
  CHECK(judge(seen, named).health == Health::unknown);
  CHECK(judge(seen, named).findings.at(0).message ==
        "slow_commands cannot be judged: SLOWLOG GET is not available: NOPERM no slowlog");
}

TEST_CASE("a server that is not ready is unhealthy, and no right is asked for") {
  Observation busy;
  busy.sample.refusals = {
      {"INFO", {.reason = "BUSY a script", .hint = "SCRIPT KILL ends it", .for_now = true}}};
  const auto verdict = judge(busy, Thresholds());
  CHECK(verdict.health == Health::unhealthy);
  CHECK(verdict.findings.at(0).hint == "SCRIPT KILL ends it");
}

TEST_CASE("this tool's own listeners are nobody, and patterns are not nobody") {
  std::vector<ChannelSubscribers> channels{{"fogis:matches:updates", 1},
                                           {"fogis:processor:status", 2}};
  const std::vector<std::string> active{"fogis:matches:updates", "fogis:processor:status"};
  redis::PubSubClient tool;
  tool.channels = 2;
  redis::PubSubClient calendar;
  calendar.channels = 1;
  discount(channels, {tool}, {calendar}, active, 0);
  CHECK(channels[0].subscribers == 0);
  CHECK_FALSE(channels[0].uncertain);
  CHECK(channels[1].subscribers == 1);

  auto seen = observation_of("role:master\r\npubsub_patterns:1\r\n");
  seen.sample.channels = {{{"fogis:matches:updates", 0}}};
  CHECK(judge(seen, Thresholds()).health == Health::degraded);
  CHECK_THAT(judge(seen, Thresholds()).findings.at(0).message, ContainsSubstring("patterns may"));
}

TEST_CASE("PING that is refused tells why") {
  auto seen = observation_of("role:master\r\n");
  seen.ping = LatencySummary{.count = 1, .latest = {}, .p50 = {}, .p99 = {}, .max = {}};
  seen.sample.ping_refusal = "MISCONF Errors writing to the AOF file";
  CHECK(faults(seen) == Names{"ping_ok"});
  CHECK_THAT(judge(seen, Thresholds()).findings[0].message, ContainsSubstring("MISCONF"));
}

}  // namespace
}  // namespace fogis::monitor
