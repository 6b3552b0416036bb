#include "config/service_environment.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using fogis::config::describe_service_environment;
using fogis::config::Resolution;
using fogis::config::Source;

namespace {

Resolution describe(const std::string& variable, const std::string& value) {
  Resolution resolution;
  describe_service_environment(
      [&](std::string_view name) { return name == variable ? std::optional(value) : std::nullopt; },
      resolution);
  return resolution;
}

std::vector<std::string> codes(const std::string& variable, const std::string& value) {
  std::vector<std::string> result;
  for (const auto& warning : describe(variable, value).warnings) {
    CHECK(warning.message.find(variable) != std::string::npos);
    CHECK_FALSE(warning.hint.empty());
    result.push_back(warning.code);
  }
  return result;
}

std::vector<std::string> one(std::string code) {
  return {std::move(code)};
}

}  // namespace

TEST_CASE("only the word true switches Redis on") {
  CHECK(codes("REDIS_ENABLED", "true").empty());
  CHECK(codes("REDIS_ENABLED", "True").empty());
  CHECK(codes("REDIS_ENABLED", "").empty());
  CHECK(codes("REDIS_ENABLED", "1") == one("redis-enabled-not-understood"));
  CHECK(codes("REDIS_ENABLED", "yes") == one("redis-enabled-not-understood"));
  CHECK(codes("REDIS_ENABLED", "false") == one("redis-disabled"));
}

TEST_CASE("publishing is switched on by true, 1 and yes") {
  CHECK(codes("REDIS_PUBSUB_ENABLED", "true").empty());
  CHECK(codes("REDIS_PUBSUB_ENABLED", "1").empty());
  CHECK(codes("REDIS_PUBSUB_ENABLED", "Yes").empty());
  CHECK(codes("REDIS_PUBSUB_ENABLED", "false") == one("pubsub-disabled"));
  CHECK(codes("REDIS_PUBSUB_ENABLED", "0") == one("pubsub-disabled"));
  CHECK(codes("REDIS_PUBSUB_ENABLED", "no") == one("pubsub-disabled"));
  CHECK(codes("REDIS_PUBSUB_ENABLED", "on") == one("pubsub-enabled-not-understood"));
}

TEST_CASE("a channel that only the publisher would use is warned of") {
  CHECK(codes("REDIS_MATCH_UPDATES_CHANNEL", "fogis:matches:updates").empty());
  CHECK(codes("REDIS_MATCH_UPDATES_CHANNEL", "match_updates_v2") ==
        one("channel-ignored-by-calendar"));
  CHECK(codes("REDIS_PROCESSOR_STATUS_CHANNEL", "x") == one("channel-ignored-by-calendar"));
  CHECK(codes("REDIS_SYSTEM_ALERTS_CHANNEL", "x") == one("channel-ignored-by-calendar"));
}

TEST_CASE("host and port variables are read by nobody") {
  CHECK(codes("REDIS_HOST", "redis") == one("redis-host-ignored"));
  CHECK(codes("REDIS_PORT", "6379") == one("redis-port-ignored"));
  CHECK(codes("REDIS_HOST", "").empty());
}

TEST_CASE("the health check interval is a whole number of seconds") {
  CHECK(codes("REDIS_HEALTH_CHECK_INTERVAL", "30").empty());
  CHECK(codes("REDIS_HEALTH_CHECK_INTERVAL", "30s") == one("bad-health-check-interval"));
  CHECK(codes("REDIS_HEALTH_CHECK_INTERVAL", "0") == one("bad-health-check-interval"));
}

TEST_CASE("a variable that is set is shown with its name, a missing one with the default") {
  const auto resolution = describe("REDIS_SCHEMA_VERSION", "1.5");
  const auto find = [&](std::string_view name) {
    const auto found = std::find_if(resolution.entries.begin(), resolution.entries.end(),
                                    [&](const auto& entry) { return entry.name == name; });
    REQUIRE(found != resolution.entries.end());
    return *found;
  };
  CHECK(find("redis_schema_version").value == "1.5");
  CHECK(find("redis_schema_version").source == Source::environment);
  CHECK(find("redis_schema_version").origin == "REDIS_SCHEMA_VERSION");
  CHECK(find("redis_fallback_schemas").value == "1.5,1.0");
  CHECK(find("redis_fallback_schemas").source == Source::builtin);
}
