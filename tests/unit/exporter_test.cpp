// What the exporter's endpoints say, and the page.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_container_properties.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "monitor/metrics.hpp"
#include "output/exporter.hpp"
#include "output/monitor.hpp"
#include "output/page.hpp"
#include "support/paths.hpp"
#include "support/temp_dir.hpp"
#include "unit/monitor_samples.hpp"

namespace fogis::output {
namespace {

using Catch::Matchers::ContainsSubstring;
using monitor::Health;
using monitor::Report;
using nlohmann::json;
using namespace std::chrono_literals;

Report good_report() {
  Report report;
  report.number = 7;
  report.endpoint = "redis://redis.example.org:6379";
  report.observation = monitor::observation_of(monitor::info_fixture("redis-7.txt"));
  report.verdict.health = Health::healthy;
  report.took = 1500us;
  report.failures = 2;
  return report;
}

ExporterFacts fresh() {
  ExporterFacts facts;
  facts.interval = 1s;
  facts.stale_after = 14s;
  facts.sample_age = 250ms;
  facts.scrapes = 3;
  facts.http.requests = 5;
  return facts;
}

TEST_CASE("the exporter's metrics are those of the server and its own") {
  const auto text = exporter_metrics_text(good_report(), fresh());
  CHECK_THAT(text, ContainsSubstring("\nredis_up 1\n"));
  CHECK_THAT(text, ContainsSubstring("# TYPE fogis_redis_exporter_scrapes_total counter\n"
                                     "fogis_redis_exporter_scrapes_total 3\n"));
  CHECK_THAT(text, ContainsSubstring("\nfogis_redis_exporter_looks_total 7\n"));
  CHECK_THAT(text, ContainsSubstring("\nfogis_redis_exporter_failed_looks_total 2\n"));
  CHECK_THAT(text, ContainsSubstring("\nfogis_redis_exporter_look_duration_seconds 0.0015\n"));
  CHECK_THAT(text, ContainsSubstring("\nfogis_redis_exporter_look_age_seconds 0.25\n"));
  CHECK_THAT(text, ContainsSubstring("\nfogis_redis_exporter_http_requests_total 5\n"));
  CHECK_THAT(text, ContainsSubstring("\nfogis_redis_exporter_build_info{version=\""));
  CHECK(text.ends_with('\n'));
}

TEST_CASE("a look that is too old is one of a server that nobody knows anything of") {
  auto facts = fresh();
  const auto recent = report_unless_stale(good_report(), facts);
  CHECK(recent.observation);
  CHECK(recent.verdict.health == Health::healthy);
  facts.sample_age = facts.stale_after + 1ms;
  const auto stale = report_unless_stale(good_report(), facts);
  CHECK_FALSE(stale.observation);
  CHECK(stale.verdict.health == Health::unknown);
  REQUIRE(stale.error);
  CHECK(stale.error->kind == ErrorKind::timed_out);
  CHECK_THAT(exporter_metrics_text(stale, facts), ContainsSubstring("\nredis_up 0\n"));
}

TEST_CASE("before the first look the server is unknown, and that is said") {
  const auto report = report_before_first_look("redis://redis.example.org:6379");
  CHECK(report.number == 0);
  CHECK(report.verdict.health == Health::unknown);
  const auto health = json::parse(exporter_health_json(report, fresh()));
  CHECK(health["status"] == "unknown");
  CHECK_THAT(health["error"]["message"].get<std::string>(), ContainsSubstring("first sample"));
}

TEST_CASE("only a healthy or degraded server is 200 to a load balancer") {
  CHECK(health_status(Health::healthy) == 200);
  CHECK(health_status(Health::degraded) == 200);
  CHECK(health_status(Health::unhealthy) == 503);
  CHECK(health_status(Health::unknown) == 503);
}

TEST_CASE("health names what is wrong and what to do, and nothing secret") {
  auto report = good_report();
  report.verdict = {.health = Health::degraded,
                    .findings = {{.metric = monitor::find_metric("memory"),
                                  .severity = monitor::AlertLevel::warning,
                                  .value = 81,
                                  .limit = 78,
                                  .message = "memory is 81 %",
                                  .hint = "free some"}}};
  const auto health = json::parse(exporter_health_json(report, fresh()));
  CHECK(health["kind"] == "fogis-redis/health");
  CHECK(health["status"] == "degraded");
  CHECK(health["look_age_ms"] == 250);
  CHECK(health["error"].is_null());
  REQUIRE(health["findings"].size() == 1);
  CHECK(health["findings"][0]["metric"] == "memory");
  CHECK(health["findings"][0]["advice"] == "free some");
}

TEST_CASE("the report has curves, and what the exporter knows of itself") {
  monitor::History history;
  history.add(good_report());
  const auto document = json::parse(exporter_report_json(good_report(), history, fresh()));
  CHECK(document["kind"] == "fogis-redis/monitor");
  CHECK(document["metrics"]["memory_used_bytes"].is_number());
  CHECK(document["history"]["points"].size() == 1);
  CHECK(document["exporter"]["interval_ms"] == 1000);
  CHECK(document["exporter"]["look_took_ms"] == 1.5);
  CHECK(document["exporter"]["looks"] == 7);
  CHECK(document["exporter"]["answered_age_ms"].is_null());
  auto facts = fresh();
  facts.answered_age = 90s;
  const auto later = json::parse(exporter_report_json(good_report(), history, facts));
  CHECK(later["exporter"]["answered_age_ms"] == 90'000);
}

TEST_CASE("the page is one document that loads nothing from elsewhere") {
  const auto html = page_html("abc123");
  CHECK_THAT(html, ContainsSubstring("<style nonce=\"abc123\">"));
  CHECK_THAT(html, ContainsSubstring("<script nonce=\"abc123\">"));
  for (const auto* const forbidden :
       {"@NONCE@", "@STYLE@", "@SCRIPT@", "@METRICS@", "https://", "src=", "@import", "url(",
        "innerHTML", "document.write", "eval(", "style=\""}) {
    CAPTURE(forbidden);
    CHECK(html.find(forbidden) == std::string::npos);
  }
  // Once for the script itself.
  CHECK(html.find("</script") == html.rfind("</script"));
  const auto policy = page_policy("abc123");
  CHECK_THAT(policy, ContainsSubstring("default-src 'none'"));
  CHECK_THAT(policy, ContainsSubstring("script-src 'nonce-abc123'"));
  CHECK_THAT(policy, !ContainsSubstring("unsafe"));
}

TEST_CASE("the page knows every metric with its section") {
  const auto html = page_html("n");
  for (const auto& metric : monitor::metrics()) {
    const auto row = "[\"" + monitor::json_key(metric) + "\",\"" +
                     std::string(monitor::name(metric.section)) + "\",";
    INFO(row);
    CHECK(html.find(row) != std::string::npos);
  }
}

/// The rows `| name | type | meaning |` of docs/exporter.md.
std::set<std::string> documented_metrics() {
  std::istringstream text(
      fogis::testing::read_file(fogis::testing::source_dir() / "docs" / "exporter.md"));
  std::set<std::string> rows;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("| `redis_") || line.starts_with("| `fogis_redis_")) {
      rows.insert(line);
    }
  }
  return rows;
}

std::string row(std::string_view name, std::string_view type, std::string_view help) {
  return "| `" + std::string(name) + "` | " + std::string(type) + " | " + std::string(help) + " |";
}

TEST_CASE("docs/exporter.md lists every metric as /metrics has it, and no other") {
  std::set<std::string> wanted;
  // Of the metrics with labels and the like, which are in no table, a good report has each one.
  auto report = good_report();
  report.observation->sample.channels = {{{"fogis:matches:updates", 1}}};
  report.observation->sample.latency_events = {{{.name = "command"}}};
  report.verdict.findings.push_back({});
  report.verdict.unjudged.push_back({monitor::find_metric("aof"), "not reported", false});
  std::istringstream text(exporter_metrics_text(report, fresh()));
  std::string help;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("# HELP ")) {
      help = line.substr(line.find(' ', 7) + 1);
    } else if (line.starts_with("# TYPE ")) {
      const auto end = line.find(' ', 7);
      wanted.insert(row(line.substr(7, end - 7), line.substr(end + 1), help));
    }
  }
  for (const auto& metric : monitor::metrics()) {
    if (!metric.prometheus.empty()) {
      wanted.insert(row(metric.prometheus,
                        metric.series == monitor::Series::counter ? "counter" : "gauge",
                        prometheus_help(metric)));
    }
  }
  const auto documented = documented_metrics();
  std::set<std::string> missing;
  std::set_difference(wanted.begin(), wanted.end(), documented.begin(), documented.end(),
                      std::inserter(missing, missing.end()));
  std::set<std::string> unknown;
  std::set_difference(documented.begin(), documented.end(), wanted.begin(), wanted.end(),
                      std::inserter(unknown, unknown.end()));
  CHECK_THAT(missing, Catch::Matchers::IsEmpty());
  CHECK_THAT(unknown, Catch::Matchers::IsEmpty());
}

TEST_CASE("the alert rules name only metrics that there are") {
  const auto rules = fogis::testing::read_file(fogis::testing::source_dir() / "docs" /
                                               "prometheus" / "alerts.yml");
  std::set<std::string> known;
  for (const auto& line : documented_metrics()) {
    known.insert(line.substr(3, line.find('`', 3) - 3));
  }
  const std::regex name("(fogis_)?redis_[a-z_]+");
  std::size_t found = 0;
  for (std::sregex_iterator match(rules.begin(), rules.end(), name), end; match != end; ++match) {
    ++found;
    CAPTURE(match->str());
    CHECK(known.contains(match->str()));
  }
  CHECK(found >= 8);
}

}  // namespace
}  // namespace fogis::output
