#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "config/config.hpp"

TEST_CASE("the process's own environment is read, set, empty or not set") {
  // Nothing else runs in this process: each test has its own.
  REQUIRE(::setenv("FOGIS_TEST_VARIABLE", "a value", 1) == 0);
  REQUIRE(::setenv("FOGIS_TEST_EMPTY", "", 1) == 0);
  REQUIRE(::unsetenv("FOGIS_TEST_MISSING") == 0);
  const auto environment = fogis::config::process_environment();
  CHECK(environment("FOGIS_TEST_VARIABLE") == "a value");
  CHECK(environment("FOGIS_TEST_EMPTY") == "");
  CHECK_FALSE(environment("FOGIS_TEST_MISSING"));
}
