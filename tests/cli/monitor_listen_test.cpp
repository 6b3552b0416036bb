// monitor --listen: what its readers see of a server that lives, dies and comes back.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/number.hpp"
#include "cli/document.hpp"
#include "cli/listening.hpp"
#include "cli/run_cli.hpp"
#include "support/fake_server.hpp"
#include "support/http_client.hpp"
#include "support/paths.hpp"
#include "support/redis_server.hpp"
#include "support/tampering_proxy.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::FakeServer;
using fogis::testing::http_get;
using fogis::testing::HttpAnswer;
using fogis::testing::HttpClient;
using fogis::testing::is_command;
using fogis::testing::Listening;
using fogis::testing::Outcome;
using fogis::testing::Process;
using fogis::testing::ProgramOptions;
using fogis::testing::RedisServer;
using fogis::testing::require_document;
using fogis::testing::run_binary;
using fogis::testing::run_cli;
using fogis::testing::TamperingProxy;
namespace fake = fogis::testing::fake;
using namespace std::chrono_literals;

namespace {

/// Limits that a bare test server crosses are of no interest here.
const std::vector<std::string> kCalm{"--warn", "aof=off,slow_commands=off",
                                     "--crit", "fogis_subscribers=off",
                                     "--warn", "ping_p50=off",
                                     "--crit", "ping_p50=off"};

std::string value_of(const std::string& metrics, const std::string& name) {
  const auto begin = metrics.find("\n" + name + " ");
  if (begin == std::string::npos) {
    return "";
  }
  const auto value = begin + name.size() + 2;
  return metrics.substr(value, metrics.find('\n', value) - value);
}

Outcome feed(const std::string& program, std::vector<std::string> arguments,
             const std::string& input) {
  ProgramOptions options;
  options.program = program;
  options.arguments = std::move(arguments);
  options.input = input;
  return run_binary(options);
}

bool runs(const std::string& program, std::vector<std::string> arguments) {
  ProgramOptions options;
  options.program = "sh";
  options.arguments = {"-c", "exec \"$@\" >/dev/null 2>&1", "sh", program};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  return run_binary(options).exit_code == 0;
}

}  // namespace

TEST_CASE("option --listen serves metrics, health, report and page") {
  const RedisServer server;
  Listening listening(server.url(), kCalm);
  const auto health =
      listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
  CHECK(health.field("Content-Type") == "application/json");
  const auto document = require_document(health.body, "health");
  CHECK(document["status"] == "healthy");
  CHECK(document["endpoint"] == server.url());

  const auto metrics = listening.get("/metrics");
  CHECK(metrics.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK_THAT(metrics.body, StartsWith("# HELP redis_up "));
  CHECK(value_of(metrics.body, "redis_up") == "1");
  CHECK(value_of(metrics.body, "fogis_redis_exporter_scrapes_total") == "1");

  // Rates come with the second look.
  const auto second = listening.get_until("/api/v1/report", [](const auto& answer) {
    return answer.body.find("\"span_ms\":null") == std::string::npos;
  });
  const auto report = require_document(second.body, "monitor");
  CHECK(report["health"] == "healthy");
  CHECK(report["metrics"]["ops_per_second"].is_number());
  CHECK(report["history"]["points"].size() >= 2);
  CHECK(report["exporter"]["interval_ms"] == 50);

  const auto page = listening.get("/");
  CHECK(page.status == 200);
  CHECK(page.field("Content-Type") == "text/html; charset=utf-8");
  const auto policy = page.field("Content-Security-Policy");
  const auto nonce = policy.substr(policy.find("'nonce-") + 7, 32);
  CHECK_THAT(page.body, ContainsSubstring("<script nonce=\"" + nonce + "\">"));
  CHECK_THAT(listening.get("/").body, !ContainsSubstring(nonce));

  const auto outcome = listening.end();
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.output.empty());
  CHECK_THAT(outcome.error, StartsWith("note: listening on http://127.0.0.1:"));
}

TEST_CASE("the metrics are read by parsers that are not ours") {
  const RedisServer server;
  Listening listening(server.url(), {"--canary"});
  const auto text = listening.get_until_contains("/metrics", "fogis_redis_canary_p50_seconds").body;
  const auto python =
      feed("/usr/bin/python3",
           {"-c",
            "import sys\n"
            "from prometheus_client.parser import text_string_to_metric_families as parse\n"
            "names = {f.name: f for f in parse(sys.stdin.read())}\n"
            "assert len(names) > 60, len(names)\n"
            "assert names['redis_up'].samples[0].value == 1\n"
            "assert names['redis_commands_processed'].type == 'counter'\n"
            "assert all(f.documentation and f.type != 'unknown' for f in names.values())\n"},
           text);
  INFO(python.error);
  CHECK(python.exit_code == 0);
  if (!runs("promtool", {"--version"})) {
    return;  // a big package: looked at where it is, beside the parser that scripts/setup installs
  }
  const auto promtool = feed("promtool", {"check", "metrics"}, text);
  INFO(promtool.output << promtool.error);
  CHECK(promtool.exit_code == 0);
  CHECK((promtool.output + promtool.error).empty());
}

TEST_CASE("the alert rules fire when they should") {
  if (!runs("promtool", {"--version"})) {
    return;
  }
  const auto rules = fogis::testing::source_dir() / "tests" / "fixtures" / "alerts-test.yml";
  const auto outcome = feed("promtool", {"test", "rules", rules.string()}, "");
  INFO(outcome.output << outcome.error);
  CHECK(outcome.exit_code == 0);
}

TEST_CASE("an unhealthy server is 503 with its reason, and 1 at the end") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const RedisServer server;
  auto options = kCalm;
  options.insert(options.end(), {"--crit", "memory_used=1KB"});
  Listening listening(server.url(), options);
  const auto health = listening.get_until_contains("/health", "memory_used");
  CHECK(health.status == 503);
  const auto document = require_document(health.body, "health");
  CHECK(document["status"] == "unhealthy");
  CHECK(document["findings"][0]["metric"] == "memory_used");
  CHECK(document["error"].is_null());
  CHECK_THAT(listening.get("/metrics").body,
             ContainsSubstring("fogis_redis_health{state=\"unhealthy\"} 1"));
  CHECK(listening.end(signal).exit_code == 1);
}

TEST_CASE("a degraded server ends with 1 only under --strict") {
  const bool strict = GENERATE(false, true);
  const RedisServer server;
  std::vector<std::string> options{"--warn", "memory_used=1KB", "--crit", "fogis_subscribers=off"};
  if (strict) {
    options.emplace_back("--strict");
  }
  Listening listening(server.url(), options);
  CHECK(listening.get_until_contains("/health", "\"degraded\"").status == 200);
  const auto outcome = listening.end();
  CHECK(outcome.exit_code == (strict ? 1 : 0));
  // It has no other output that could say why.
  CHECK((outcome.error.find("the last verdict: degraded: ") != std::string::npos) == strict);
  CHECK((outcome.error.find("required: no warning (--strict); memory_used") != std::string::npos) ==
        strict);
}

TEST_CASE("a lost server is told everywhere, and found again when it is back") {
  RedisServer server;
  auto options = kCalm;
  options.insert(options.end(), {"--retry-delay", "50ms"});
  Listening listening(server.url(), options);
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });

  server.stop();
  const auto health =
      listening.get_until("/health", [](const auto& answer) { return answer.status == 503; });
  const auto document = require_document(health.body, "health");
  CHECK(document["status"] == "unknown");
  CHECK(document["error"]["hint"].is_string());
  const auto metrics = listening.get("/metrics").body;
  CHECK(value_of(metrics, "redis_up") == "0");
  CHECK(value_of(metrics, "redis_connected_clients").empty());
  const auto report = require_document(listening.get("/api/v1/report").body, "monitor");
  CHECK(report["health"] == "unknown");
  CHECK(report["metrics"].empty());
  const auto& exporter = report["exporter"];
  // The samples go on, and fail; the figures that the page keeps grow old.
  const auto is_older = [&exporter](const auto& answer) {
    const auto now = require_document(answer.body, "monitor")["exporter"];
    return now["failed_samples"] > exporter["failed_samples"] &&
           now["answered_age_ms"] > exporter["answered_age_ms"] &&
           now["answered_age_ms"] > now["sample_age_ms"];
  };
  listening.get_until("/api/v1/report", is_older);
  CHECK(listening.get("/").status == 200);
  CHECK_THAT(listening.process().wait_for_error(" lost: "), ContainsSubstring("note: 2"));

  server.restart();
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
  const auto back = listening.get("/metrics").body;
  CHECK(value_of(back, "redis_up") == "1");
  CHECK(value_of(back, "fogis_redis_restarts_total") == "1");
  CHECK_THAT(listening.process().wait_for_error(" restarted: "), ContainsSubstring(" restored: "));
  CHECK(listening.end().exit_code == 0);
}

TEST_CASE("a server that is not there at the start is waited for") {
  RedisServer server;
  server.stop();
  Listening listening(server.url(), kCalm);
  CHECK(listening.get_until_contains("/health", "unreachable").status == 503);
  const auto report = require_document(listening.get("/api/v1/report").body, "monitor");
  CHECK(report["exporter"]["answered_age_ms"].is_null());
  CHECK_THAT(listening.process().wait_for_error("; retrying"), ContainsSubstring("cannot reach"));
  server.restart();
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
  CHECK(listening.end().exit_code == 0);
}

TEST_CASE("an exporter whose server is lost at the end tells that with 1") {
  RedisServer server;
  Listening listening(server.url());
  server.stop();
  listening.get_until_contains("/health", "\"unknown\"");
  CHECK(listening.end().exit_code == 1);
}

TEST_CASE("a server that stands still is unknown after the time limit, and no reader waits") {
  RedisServer server;
  auto options = kCalm;
  options.insert(options.end(), {"--timeout", "300ms", "--connect-timeout", "300ms"});
  Listening listening(server.url(), options);
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
  server.suspend();
  const auto document = require_document(
      listening.get_until("/health", [](const auto& answer) { return answer.status == 503; }).body,
      "health");
  CHECK(document["error"]["code"] == "timed_out");
  server.resume();
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
}

TEST_CASE("the start of a hang is told while it lasts, and every failed sample is counted") {
  RedisServer server;
  auto options = kCalm;
  options.insert(options.end(), {"--timeout", "200ms", "--connect-timeout", "200ms"});
  Listening listening(server.url(), options, "0", "10ms");
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
  server.suspend();
  CHECK_THAT(listening.process().wait_for_error(" lost: no reply in time"),
             ContainsSubstring("note: 2"));
  server.resume();
  listening.process().wait_for_error(" restored: ");
  const auto report = require_document(listening.get("/api/v1/report").body, "monitor");
  const auto& points = report["history"]["points"];
  const auto failed = std::count_if(points.begin(), points.end(), [](const auto& point) {
    return point["memory_used_bytes"].is_null();
  });
  CHECK(failed > 0);
  CHECK(report["exporter"]["failed_samples"] == failed);
}

TEST_CASE("a sample that takes too long is told while it lasts") {
  const RedisServer server;
  std::atomic<bool> slow = false;
  const TamperingProxy proxy(server, {.answer = [&slow](const TamperingProxy::Command& command)
                                          -> std::optional<fogis::redis::Reply> {
                                        if (slow && is_command(command, "PING")) {
                                          // Less than the time limit of one command.
                                          std::this_thread::sleep_for(900ms);
                                        }
                                        return std::nullopt;
                                      },
                                      .tamper = {}});
  auto options = kCalm;
  options.insert(options.end(), {"--timeout", "1s", "--connect-timeout", "1s"});
  Listening listening(proxy.settings().endpoint(), options, "0", "10ms");
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
  slow = true;
  listening.process().wait_for_error(" lost: no sample has completed for ");
  CHECK(listening.get("/health").status == 503);
  slow = false;
  listening.process().wait_for_error(" restored: ");
}

TEST_CASE("before the first look is over there is an answer already") {
  FakeServer server({fake::Accept{}, fake::Hold{}});
  Listening listening(server.url());
  server.wait_for_connections(1);
  const auto health = listening.get("/health");
  CHECK(health.status == 503);
  CHECK(require_document(health.body, "health")["status"] == "unknown");
  CHECK(value_of(listening.get("/metrics").body, "redis_up") == "0");
  CHECK(require_document(listening.get("/api/v1/report").body, "monitor")["number"] == 0);
  // A look that hangs does not hold up the end.
  CHECK(listening.end().exit_code == 1);
}

TEST_CASE("many readers cost the server one look") {
  const RedisServer server;
  Listening listening(server.url(), kCalm, "0", "1h");
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
  const auto before = server.raw({"INFO", "commandstats"});
  for (int i = 0; i < 50; ++i) {
    for (const auto* const path : {"/metrics", "/health", "/api/v1/report", "/"}) {
      CHECK(listening.get(path).status == 200);
    }
  }
  const auto calls = [](const std::string& text) {
    const auto begin = text.find("cmdstat_ping:calls=");
    return begin == std::string::npos ? "" : text.substr(begin, text.find(',', begin) - begin);
  };
  CHECK(calls(before).size() > 10);
  CHECK(calls(server.raw({"INFO", "commandstats"})) == calls(before));
  CHECK(value_of(listening.get("/metrics").body, "fogis_redis_exporter_looks_total") == "1");
}

TEST_CASE("no endpoint shows the password") {
  const std::string password = "correct-horse-battery";
  RedisServer server({.arguments = {"--requirepass", password}});
  Listening listening(server.url(), kCalm);
  listening.get_until("/health", [](const auto& answer) { return answer.status == 200; });
  const auto check_pages = [&] {
    for (const auto* const path : {"/", "/metrics", "/health", "/api/v1/report", "/no"}) {
      const auto answer = listening.get(path);
      CHECK_THAT(answer.head + answer.body, !ContainsSubstring(password));
    }
  };
  check_pages();
  server.stop();
  listening.get_until("/health", [](const auto& answer) { return answer.status == 503; });
  check_pages();
  CHECK_THAT(listening.end().error, !ContainsSubstring(password));
}

TEST_CASE("option --listen is reachable from elsewhere only when that is asked for, and says so") {
  const RedisServer server;
  Listening listening(server.url(), {}, "0.0.0.0:0");
  listening.process().wait_for_error("anyone who can reach this address");
  CHECK(listening.get("/health").status != 0);
}

TEST_CASE("another path is 404, another method 405") {
  const RedisServer server;
  Listening listening(server.url());
  CHECK(listening.get("/metrics/").status == 404);
  HttpClient client(listening.port());
  client.send("POST /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(client.answer().status == 405);
}

TEST_CASE("where --listen cannot listen it says why, with 2") {
  const RedisServer server;
  const Listening first(server.url());
  const auto address = "127.0.0.1:" + std::to_string(first.port());
  const auto taken = run_cli({"monitor", "-u", server.url(), "--listen", address});
  CHECK(taken.exit_code == 2);
  CHECK_THAT(taken.error, StartsWith("error: cannot listen on http://" + address + "/: "));
  CHECK_THAT(taken.error, ContainsSubstring("\nhint: "));
  const auto as_json = run_cli({"monitor", "-u", server.url(), "--listen", address, "--json"});
  CHECK(as_json.exit_code == 2);
  CHECK(require_document(as_json.output, "error")["error"]["phase"] == "http");
  // An address that no machine has (RFC 5737).
  const auto absent = run_cli({"monitor", "-u", server.url(), "--listen", "192.0.2.1:9121"});
  CHECK(absent.exit_code == 2);
  CHECK_THAT(absent.error, ContainsSubstring("this machine has no such address"));
}

TEST_CASE("a bad --listen is a usage error that connects to nobody") {
  const std::vector<std::string> options = GENERATE(
      std::vector<std::string>{"--listen", "redis.example.org:9121"},
      std::vector<std::string>{"--listen", "70000"}, std::vector<std::string>{"--listen", ""},
      std::vector<std::string>{"--listen", "9121", "--watch"},
      std::vector<std::string>{"--listen", "9121", "--count", "3"});
  std::vector<std::string> arguments{"monitor", "-u", "redis://127.0.0.1:1"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto outcome = run_cli(arguments);
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, ContainsSubstring("--listen"));
}
