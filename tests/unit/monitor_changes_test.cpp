#include "monitor/changes.hpp"

#include <catch2/catch_test_macros.hpp>

#include "monitor/metrics.hpp"
#include "unit/monitor_samples.hpp"

namespace fogis::monitor {
namespace {

TEST_CASE("rates come from two looks, never from the totals since the start") {
  const auto before = sample_of("total_commands_processed:1000\r\nevicted_keys:5\r\n", 0);
  const auto after = sample_of("total_commands_processed:1500\r\nevicted_keys:5\r\n", 10);
  const Changes changes(before, after);
  CHECK(changes.rate("total_commands_processed") == 50);
  CHECK(changes.increase("evicted_keys") == 0);
  CHECK_FALSE(changes.rate("keyspace_hits"));
  Observation first;
  first.sample = before;
  CHECK_FALSE(value_of("ops", first));
}

TEST_CASE("our own commands do not count as load") {
  auto before = sample_of("total_commands_processed:1000\r\n");
  auto after = sample_of("total_commands_processed:1012\r\n", 1);
  before.own_commands = 20;
  after.own_commands = 32;
  CHECK(Changes(before, after).rate("total_commands_processed") == 0);
  after.own_commands = 40;  // more than the server has counted: HELLO before it was ready
  CHECK(Changes(before, after).rate("total_commands_processed") == 0);
}

TEST_CASE("a counter that went back gives no rate") {
  const Changes changes(sample_of("total_commands_processed:1000\r\nkeyspace_hits:3\r\n"),
                        sample_of("total_commands_processed:7\r\nkeyspace_hits:4\r\n", 1));
  CHECK_FALSE(changes.rate("total_commands_processed"));
  CHECK(changes.rate("keyspace_hits") == 1);
}

TEST_CASE("a clock that jumps does no harm") {
  auto before = sample_of("total_commands_processed:1\r\n", 10);
  auto after = sample_of("total_commands_processed:5\r\n", 10);
  CHECK_FALSE(Changes(before, after).rate("total_commands_processed"));  // no time has passed
  after.at = before.at - std::chrono::hours(1);
  CHECK(Changes(before, after).span() == std::chrono::nanoseconds::zero());
  after.at = before.at + std::chrono::seconds(2);
  after.taken = before.taken - std::chrono::hours(24);  // civil time went back
  CHECK(Changes(before, after).rate("total_commands_processed") == 2);
}

TEST_CASE("another run of the server is recognised by its run_id, else by its uptime") {
  const auto old_run = sample_of("run_id:a\r\nuptime_in_seconds:100\r\n");
  const auto run_after = [&](std::string_view info, int seconds) {
    return compare_runs(old_run, sample_of(info, seconds));
  };
  CHECK(run_after("run_id:b\r\nuptime_in_seconds:3\r\n", 5) == Run::restarted);
  CHECK(run_after("run_id:b\r\n", 1) == Run::restarted);
  CHECK(run_after("run_id:a\r\nuptime_in_seconds:1\r\n", 1) == Run::same);
  const auto nameless = sample_of("uptime_in_seconds:100\r\n");
  CHECK(compare_runs(nameless, sample_of("uptime_in_seconds:1\r\n", 1)) == Run::restarted);
  CHECK(compare_runs(nameless, sample_of("uptime_in_seconds:101\r\n", 1)) == Run::same);
  CHECK(compare_runs(sample_of(""), sample_of("")) == Run::same);
}

TEST_CASE("a server that ran already before is another one, not a restarted one") {
  const auto one = sample_of("run_id:a\r\nuptime_in_seconds:100\r\n");
  CHECK(compare_runs(one, sample_of("run_id:b\r\nuptime_in_seconds:200\r\n", 1)) ==
        Run::other_server);
  // Within the uptimes' error it may have been a restart.
  CHECK(compare_runs(one, sample_of("run_id:b\r\nuptime_in_seconds:7\r\n", 5)) == Run::restarted);
  CHECK(compare_runs(one, sample_of("run_id:b\r\nuptime_in_seconds:8\r\n", 5)) ==
        Run::other_server);
}

TEST_CASE("errors since the last sample are told by code") {
  const Changes changes(
      sample_of("errorstat_ERR:count=4\r\nerrorstat_OOM:count=9\r\n"),
      sample_of("errorstat_ERR:count=4\r\nerrorstat_OOM:count=3\r\nerrorstat_NEW:count=2\r\n", 1));
  CHECK(changes.errors() == std::map<std::string, std::int64_t>{{"NEW", 2}});
}

}  // namespace
}  // namespace fogis::monitor
