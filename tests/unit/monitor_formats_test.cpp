#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "base/text.hpp"
#include "monitor/history.hpp"
#include "output/monitor.hpp"
#include "unit/monitor_samples.hpp"

namespace fogis::output {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using monitor::Report;

Report report_of(std::string_view info) {
  Report report;
  report.endpoint = "redis://redis.example.org:6379";
  report.taken = std::chrono::system_clock::time_point(std::chrono::seconds(monitor::kNow));
  report.observation = monitor::observation_of(info);
  report.verdict = judge(*report.observation, monitor::Thresholds());
  return report;
}

Report failed_report() {
  Report report;
  report.error = make_error(ErrorKind::unreachable, Phase::connect, "refused");
  report.verdict = monitor::judge(*report.error);
  return report;
}

TEST_CASE("Prometheus gets base units and redis_exporter's names") {
  const auto text = monitor_prometheus(report_of(monitor::info_fixture("redis-6.txt")));
  CHECK_THAT(text, ContainsSubstring("\nredis_up 1\n"));
  CHECK_THAT(text, ContainsSubstring("\nredis_memory_used_bytes 104857600\n"));
  CHECK_THAT(text, ContainsSubstring("\nredis_uptime_in_seconds 86400\n"));
  CHECK_THAT(text, ContainsSubstring("\nfogis_redis_memory_ratio 0.390625\n"));
  CHECK_THAT(text, ContainsSubstring("# TYPE redis_commands_processed_total counter\n"
                                     "redis_commands_processed_total 500000\n"));
  CHECK_THAT(text,
             ContainsSubstring(R"(redis_instance_info{role="master",redis_version="6.0.16")"));
  CHECK_THAT(text, !ContainsSubstring("ops_per_second"));  // a first look has no rates
}

TEST_CASE("what is percent is a ratio for Prometheus, and each is said where it holds") {
  const auto help = [](const char* name) { return prometheus_help(*monitor::find_metric(name)); };
  CHECK(help("memory") == "Memory in use, of maxmemory; a ratio, 1 is 100 %");
  CHECK(help("clients") == "Connected clients");
  const auto list = metric_list_text(monitor::Thresholds(), {});
  std::size_t found = 0;
  for (const auto& metric : monitor::metrics()) {
    CAPTURE(metric.name);
    // The unit is told by whoever shows the value.
    CHECK_THAT(std::string(metric.help), !ContainsSubstring("in percent"));
    if (metric.unit == monitor::Unit::percent) {
      ++found;
      CHECK_THAT(std::string(metric.prometheus), EndsWith("_ratio"));
      CHECK_THAT(prometheus_help(metric), EndsWith("; a ratio, 1 is 100 %"));
    }
  }
  CHECK(found == 5);
  const std::regex unit("in\\s+percent");
  const std::sregex_iterator told(list.begin(), list.end(), unit);
  CHECK(static_cast<std::size_t>(std::distance(told, {})) == found);
  CHECK_THAT(monitor_prometheus(report_of(monitor::info_fixture("redis-6.txt"))),
             ContainsSubstring("# HELP fogis_redis_memory_ratio " + help("memory") + "\n"));
}

TEST_CASE("each series of Prometheus has help and type once, and no value that is none") {
  auto report = report_of(monitor::info_fixture("redis-7.txt"));
  report.observation->sample.channels = {{{"fogis:\"odd\"\\\nname", 1}}};
  std::istringstream lines(monitor_prometheus(report));
  std::set<std::string> heads;
  std::string current;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    if (line.starts_with("# HELP ")) {
      current = line.substr(7, line.find(' ', 7) - 7);
      CHECK(heads.insert(current).second);
    } else if (line.starts_with("# TYPE ")) {
      CHECK_THAT(line, StartsWith("# TYPE " + current + " "));
    } else {
      CHECK_THAT(line, StartsWith(current));
      const auto value = line.substr(line.rfind(' ') + 1);
      CHECK(value.find_first_not_of("0123456789.e-") == std::string::npos);
    }
  }
  CHECK(heads.contains("redis_errors_total"));
  CHECK_THAT(monitor_prometheus(report),
             ContainsSubstring(R"({channel="fogis:\"odd\"\\\\\\nname"} 1)"));
}

TEST_CASE("a server that cannot be looked at is down, without figures") {
  const auto text = monitor_prometheus(failed_report());
  CHECK_THAT(text, ContainsSubstring("\nredis_up 0\n"));
  CHECK_THAT(text, ContainsSubstring("fogis_redis_health{state=\"unknown\"} 1"));
  CHECK_THAT(text, !ContainsSubstring("redis_memory"));
}

TEST_CASE("a plugin's line has state, reason and performance data with its limits") {
  const monitor::Thresholds thresholds;
  const auto text = monitor_nagios(
      report_of("connected_clients:60\r\nused_memory:7\r\nmaxmemory:10\r\n"), thresholds);
  CHECK(text ==
        "REDIS CRITICAL: clients is 60, above 50 | 'memory_used'=7B;; 'memory'=70%;78;94 "
        "'clients'=60;20;50\n");
  CHECK_THAT(monitor_nagios(failed_report(), thresholds), StartsWith("REDIS UNKNOWN: refused\n"));
  CHECK(nagios_code(monitor::Health::healthy) == 0);
  CHECK(nagios_code(monitor::Health::degraded) == 1);
  CHECK(nagios_code(monitor::Health::unhealthy) == 2);
  CHECK(nagios_code(monitor::Health::unknown) == 3);
}

TEST_CASE("a bar or a control character in the reason does not break a plugin's line") {
  const auto text = nagios_failure("a|b\n\x1b[31m");
  CHECK(text == "REDIS UNKNOWN: a/b\\n\\x1b[31m\n");
}

TEST_CASE("large figures of performance data keep their digits") {
  const auto text = monitor_nagios(report_of("used_memory:268435456\r\n"), monitor::Thresholds());
  CHECK_THAT(text, ContainsSubstring("'memory_used'=268435456B"));
}

TEST_CASE("text of the server is escaped before people see it") {
  auto report = report_of("redis_version:7\x1b[2J\r\nrole:ma\x07ster\r\n");
  report.observation->sample.refusals = {{"SLOWLOG GET", {.reason = "NOPERM \x1b]0;title\x07"}}};
  report.observation->sample.slow_log = std::vector<monitor::SlowCommand>{
      {.id = 1, .at_seconds = monitor::kNow, .duration = {}, .command = "\x1b[0mGET"}};
  report.events.push_back({report.taken, monitor::EventKind::lost, "bad\x1b[1m"});
  for (const auto& text : {monitor_text(report, {}), monitor_line(report, {}),
                           monitor_nagios(report, monitor::Thresholds())}) {
    CHECK_THAT(text, !ContainsSubstring("\x1b") && !ContainsSubstring("\x07"));
  }
  CHECK_THAT(monitor_text(report, {}), ContainsSubstring("7\\x1b[2J"));
}

TEST_CASE("the report fits a terminal of 40 columns") {
  auto report = report_of(monitor::info_fixture("redis-7.txt"));
  report.observation->sample.channels = {{{"fogis:matches:updates", 1}}};
  Style narrow;
  narrow.width = 40;
  narrow.terminal = true;
  narrow.unicode = true;
  std::istringstream lines(monitor_text(report, narrow) + monitor_line(report, narrow));
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(text_width(line) <= 40);
  }
}

TEST_CASE("a quiet report is one line") {
  CHECK(monitor_quiet_line(report_of("aof_enabled:1\r\n")) == "healthy\n");
  CHECK_THAT(monitor_quiet_line(report_of("aof_enabled:0\r\n")),
             StartsWith("degraded: the append"));
}

TEST_CASE("history keeps the last minutes and is bounded") {
  monitor::History history;
  auto report = report_of("connected_clients:1\r\nused_memory:5\r\n");
  report.events.push_back({report.taken, monitor::EventKind::lost, "x"});
  for (std::size_t i = 0; i < 2 * monitor::History::kMostPoints; ++i) {
    history.add(report);
  }
  CHECK(history.points().size() == monitor::History::kMostPoints);
  CHECK(history.events().size() == monitor::History::kMostEvents);
  CHECK(history.points().back().clients == 1);
  CHECK_FALSE(history.points().back().ops);
  history.add(failed_report());
  CHECK_FALSE(history.points().back().memory);
}

}  // namespace
}  // namespace fogis::output
