#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/document.hpp"
#include "cli/run_cli.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using fogis::testing::require_document;
using fogis::testing::run_cli;

namespace {

nlohmann::json entry(const nlohmann::json& document, std::string_view name) {
  for (const auto& candidate : document["entries"]) {
    if (candidate["name"] == name) {
      return candidate;
    }
  }
  FAIL("no entry " << name);
  return {};
}

}  // namespace

TEST_CASE("config shows where each value comes from") {
  const auto outcome =
      run_cli({"config", "--json", "--timeout", "2s", "-u", "redis://example.org:6380/3"},
              {{"REDIS_RETRY_DELAY", "0.5"}});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  const auto document = require_document(outcome.output, "config");
  CHECK(document["valid"] == true);
  CHECK(entry(document, "timeout")["origin"] == "--timeout");
  CHECK(entry(document, "timeout")["source"] == "option");
  CHECK(entry(document, "port")["value"] == "6380");
  CHECK(entry(document, "port")["source"] == "url");
  CHECK(entry(document, "retry_delay")["origin"] == "REDIS_RETRY_DELAY");
  CHECK(entry(document, "service")["source"] == "default");
}

TEST_CASE("every bad variable is shown by config, which then fails") {
  const auto outcome = run_cli({"config"}, {{"REDIS_TIMEOUT", "abc"}, {"REDIS_MAX_RETRIES", "-1"}});
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.output, ContainsSubstring("REDIS_TIMEOUT"));
  CHECK_THAT(outcome.output, ContainsSubstring("REDIS_MAX_RETRIES"));
  const auto as_json =
      run_cli({"config", "--json"}, {{"REDIS_TIMEOUT", "abc"}, {"REDIS_MAX_RETRIES", "-1"}});
  CHECK(as_json.exit_code == 2);
  const auto document = require_document(as_json.output, "config");
  CHECK(document["valid"] == false);
  CHECK(document["errors"].size() == 2);
}

TEST_CASE("config warns of what works but is not meant, unless quiet") {
  const fogis::testing::Environment environment{{"REDIS_HOST", "redis.example.org"}};
  const auto outcome = run_cli({"config"}, environment);
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("warning: ") && ContainsSubstring("REDIS_HOST"));
  CHECK_THAT(run_cli({"config", "-q"}, environment).output, !ContainsSubstring("warning: "));
  const auto document =
      require_document(run_cli({"config", "--json"}, environment).output, "config");
  CHECK_FALSE(document["warnings"].empty());
}

TEST_CASE("a bad value is refused by every command that connects") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--timeout", "abc"}, "--timeout"},
      {{"--timeout", "0"}, "--timeout"},
      {{"--timeout", "-5s"}, "--timeout"},
      {{"--timeout", ""}, "--timeout"},
      {{"--timeout", "5 s"}, "--timeout"},
      {{"--timeout", "1000000h"}, "--timeout"},
      {{"--connect-timeout", "soon"}, "--connect-timeout"},
      {{"--retry-delay", "-1s"}, "--retry-delay"},
      {{"--retries", "many"}, "--retries"},
      {{"--retries", "-1"}, "--retries"},
      {{"--db", "x"}, "--db"},
      {{"--db", "-1"}, "--db"},
      {{"--password-file", "/nonexistent/file"}, "/nonexistent/file"},
      {{"-u", "http://example.org"}, "scheme"},
      {{"-u", "redis://h:99999"}, "port"},
      {{"--tls", "--cacert", "/nonexistent/ca.pem", "-u", "redis://127.0.0.1:1"},
       "/nonexistent/ca.pem"},
  };
  for (const auto& [options, named] : cases) {
    for (const auto* const command : {"ping", "test-suite", "config"}) {
      auto arguments = options;
      arguments.emplace_back(command);
      const auto outcome = run_cli(arguments);
      INFO(command << " " << named << "\n" << outcome.output << outcome.error);
      CHECK(outcome.exit_code == 2);
      CHECK_THAT(outcome.output + outcome.error, ContainsSubstring(named));
      CHECK_THAT(outcome.output + outcome.error, ContainsSubstring("error: "));
    }
  }
}

TEST_CASE("a bad variable stops a command that connects, and no other") {
  for (const auto* const name :
       {"REDIS_TIMEOUT", "REDIS_SOCKET_TIMEOUT", "REDIS_CONNECTION_TIMEOUT", "REDIS_MAX_RETRIES",
        "REDIS_RETRY_DELAY", "REDIS_URL"}) {
    const fogis::testing::Environment environment{{name, "never"}};
    const auto ping = run_cli({"ping"}, environment);
    INFO(name << "\n" << ping.error);
    CHECK(ping.exit_code == 2);
    CHECK_THAT(ping.error, ContainsSubstring(name) && ContainsSubstring("hint: "));
    CHECK(run_cli({"validate-url", "redis://h:6379"}, environment).exit_code == 0);
    CHECK(run_cli({"test-suite", "--list"}, environment).exit_code == 0);
  }
}

TEST_CASE("all faults of a configuration are told at once") {
  const auto outcome = run_cli({"ping", "--timeout", "x", "--db", "y"});
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, ContainsSubstring("--timeout") && ContainsSubstring("--db"));
}
