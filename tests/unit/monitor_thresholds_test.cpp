#include "monitor/thresholds.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/results.hpp"

namespace fogis::monitor {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::require_error;

TEST_CASE("the limits of FOGIS's operators are the defaults") {
  const Thresholds thresholds;
  const auto is = [&](std::string_view metric, std::optional<double> warning,
                      std::optional<double> critical) {
    INFO(metric);
    CHECK(thresholds.of(metric).warning == warning);
    CHECK(thresholds.of(metric).critical == critical);
  };
  is("memory", 78, 94);
  is("ping_p50", 10, 50);
  is("clients", 20, 50);
  is("hit_rate", 80, std::nullopt);
  is("aof", 1, std::nullopt);
  is("save_age", 3'600'000, std::nullopt);
  is("fragmentation", std::nullopt, std::nullopt);
  CHECK(thresholds.check());
}

TEST_CASE("limits can be set and taken away") {
  Thresholds thresholds;
  REQUIRE(thresholds.set(AlertLevel::warning, "memory=80%"));
  REQUIRE(thresholds.set(AlertLevel::critical, "memory=off"));
  REQUIRE(thresholds.set(AlertLevel::critical, "fragmentation=20"));
  CHECK(thresholds.of("memory").warning == 80);
  CHECK_FALSE(thresholds.of("memory").critical);
  CHECK(thresholds.of("fragmentation").critical == 20);
  CHECK(thresholds.check());
}

TEST_CASE("an unknown metric suggests the nearest one") {
  Thresholds thresholds;
  const auto error =
      require_error(thresholds.set(AlertLevel::warning, "memroy=3"), ErrorKind::usage);
  CHECK(error.message == "--warn: unknown metric \"memroy\"");
  CHECK(error.hint == "did you mean memory?");
  CHECK_THAT(
      require_error(thresholds.set(AlertLevel::critical, "zzzzzzzzz=3"), ErrorKind::usage).hint,
      ContainsSubstring("--metrics"));
}

TEST_CASE("a limit that is none is refused, with what would be right") {
  Thresholds thresholds;
  const auto size =
      require_error(thresholds.set(AlertLevel::critical, "memory=240MB"), ErrorKind::usage);
  CHECK_THAT(size.message, ContainsSubstring("--crit memory: \"240MB\" is not a percentage"));
  CHECK_THAT(size.hint, ContainsSubstring("memory=78%") && ContainsSubstring("memory_used"));
  for (const auto* const odd : {"memory", "=3", "", "clients=", "clients=many", "clients=-3"}) {
    INFO(odd);
    require_error(thresholds.set(AlertLevel::warning, odd), ErrorKind::usage);
  }
}

TEST_CASE("a warning beyond the critical limit is refused, in the metric's own direction") {
  Thresholds clients;
  REQUIRE(clients.set(AlertLevel::warning, "clients=60"));  // critical is 50
  CHECK_THAT(require_error(clients.check(), ErrorKind::usage).message,
             ContainsSubstring("clients") && ContainsSubstring("60") && ContainsSubstring("50"));
  Thresholds hits;
  REQUIRE(hits.set(AlertLevel::critical, "hit_rate=90%"));  // warning is 80
  require_error(hits.check(), ErrorKind::usage);
  REQUIRE(hits.set(AlertLevel::critical, "hit_rate=80%"));
  CHECK(hits.check());
}

TEST_CASE("a value that equals its limit does not cross it") {
  const auto* const clients = find_metric("clients");
  const auto* const hits = find_metric("hit_rate");
  const Limit limit{.warning = 20, .critical = 50};
  CHECK_FALSE(crossed(*clients, 20, limit));
  CHECK(crossed(*clients, 20.5, limit) == AlertLevel::warning);
  CHECK(crossed(*clients, 51, limit) == AlertLevel::critical);
  CHECK_FALSE(crossed(*hits, 80, {.warning = 80, .critical = 10}));
  CHECK(crossed(*hits, 79, {.warning = 80, .critical = 10}) == AlertLevel::warning);
  CHECK(crossed(*hits, 9, {.warning = 80, .critical = 10}) == AlertLevel::critical);
}

}  // namespace
}  // namespace fogis::monitor
