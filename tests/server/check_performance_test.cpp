// The check `performance` and its limits.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "support/redis_server.hpp"
#include "support/suite_run.hpp"

namespace fogis::testing {
namespace {

using checks::Status;

TEST_CASE("a p99 over the limit fails performance alone") {
  const RedisServer server;
  checks::SuiteOptions options;
  options.max_p99 = std::chrono::nanoseconds(1);
  const auto result = require_only_this(server.settings(), "performance", Status::fail, options);
  CHECK(result.cause.find("SET p99 ") != std::string::npos);
  CHECK(result.cause.find("GET p99 ") != std::string::npos);
  CHECK(result.cause.find("PUBLISH p99 ") != std::string::npos);
}

TEST_CASE("fewer operations than wanted fail performance alone") {
  const RedisServer server;
  checks::SuiteOptions options;
  options.min_ops = 1e12;
  const auto result = require_only_this(server.settings(), "performance", Status::fail, options);
  CHECK(result.cause.find("operations per second are below 1000000000000") != std::string::npos);
}

TEST_CASE("limits that are held pass, with a figure for each kind of operation") {
  const RedisServer server;
  checks::SuiteOptions options;
  options.operations = 50;
  options.max_p99 = std::chrono::seconds(10);
  options.min_ops = 0.001;
  const auto result = run_check(server.settings(), "performance", options);
  CHECK(result.status == Status::pass);
  CHECK(detail(result, "operations") == "50");
  for (const auto* const kind : {"set", "get", "publish"}) {
    for (const auto* const figure : {"_ops_per_second", "_p50", "_p99"}) {
      CHECK(detail(result, std::string(kind) + figure) != "none");
    }
  }
}

}  // namespace
}  // namespace fogis::testing
