// What integration says of a way to Redis that cuts quiet connections.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "checks/integration/integration.hpp"
#include "support/redis_server.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

/// The check `liveness` of a run whose calendar would send a PING every second.
checks::CheckResult liveness(const config::ConnectionSettings& settings,
                             std::chrono::nanoseconds quiet_from) {
  checks::integration::Options options;
  options.observe = 1200ms;
  options.quiet_from = quiet_from;
  options.calendar_ping = 1s;
  const auto run =
      checks::integration::run_integration({settings, {}, "fogis-redis"}, options, nullptr, {});
  const auto& reports = run.report.checks;
  const auto found = std::find_if(reports.begin(), reports.end(),
                                  [](const auto& check) { return check.id == "liveness"; });
  REQUIRE(found != reports.end());
  return found->result;
}

TEST_CASE("an idle timeout on the way is told, with the silence after which it cuts") {
  const RedisServer server;
  const TamperingProxy proxy(server, {.idle_timeout = 300ms});
  const auto result = liveness(proxy.settings(), 1s);
  REQUIRE(result.findings.size() == 1);
  const auto& finding = result.findings.front();
  CHECK(finding.id == "idle-timeout");
  CHECK(finding.status == checks::Status::warn);
  CHECK_THAT(finding.evidence, ContainsSubstring("sends only a PING every 1.00 s was cut ") &&
                                   ContainsSubstring("always after "));
  // A shorter observation does not look for it.
  CHECK(liveness(proxy.settings(), 2s).findings.empty());
}

TEST_CASE("a way that leaves quiet connections alone gives no finding") {
  const RedisServer server;
  const auto result = liveness(server.settings(), 1s);
  CHECK(result.findings.empty());
  CHECK(std::any_of(result.details.begin(), result.details.end(), [](const auto& detail) {
    return detail.name == "quiet_connection_cuts" &&
           detail.value == checks::DetailValue(std::int64_t{0});
  }));
}

}  // namespace
}  // namespace fogis::testing
