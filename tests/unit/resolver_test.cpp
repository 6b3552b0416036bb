#include "net/resolver.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>

#include "support/results.hpp"

using namespace fogis;
using fogis::net::resolve;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a numeric address is not looked up") {
  const auto ipv4 = require_ok(resolve("127.0.0.1", 6379, Deadline::after(5s, nullptr)));
  CHECK_FALSE(ipv4.looked_up);
  REQUIRE(ipv4.addresses.size() == 1);
  CHECK(ipv4.addresses[0].text == "127.0.0.1:6379");
  const auto ipv6 = require_ok(resolve("::1", 6380, Deadline::after(5s, nullptr)));
  CHECK(ipv6.addresses.at(0).text == "[::1]:6380");
}

TEST_CASE("localhost resolves to loopback") {
  const auto resolution = require_ok(resolve("localhost", 1, Deadline::after(5s, nullptr)));
  CHECK(resolution.looked_up);
  REQUIRE_FALSE(resolution.addresses.empty());
}

TEST_CASE("an unknown name is named, with advice") {
  const auto error = require_error(resolve("nohost.invalid", 6379, Deadline::after(5s, nullptr)),
                                   ErrorKind::not_resolved);
  CHECK(error.phase == Phase::resolve);
  CHECK_THAT(error.message, ContainsSubstring("name \"nohost.invalid\" does not resolve"));
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("the service names of the deployment have advice of their own") {
  const auto compose = require_error(resolve("fogis-redis", 6379, Deadline::after(5s, nullptr)),
                                     ErrorKind::not_resolved);
  CHECK_THAT(compose.hint, ContainsSubstring("localhost:6379"));
  const auto plain =
      require_error(resolve("redis", 6379, Deadline::after(5s, nullptr)), ErrorKind::not_resolved);
  CHECK_THAT(plain.hint, ContainsSubstring("fogis-redis"));
}

TEST_CASE("a passed deadline ends a lookup at once") {
  const auto error = require_error(resolve("nohost.invalid", 6379, Deadline::after(0s, nullptr)),
                                   ErrorKind::timed_out);
  CHECK(error.phase == Phase::resolve);
}

TEST_CASE("a stop ends a lookup at once") {
  auto stop = require_ok(StopEvent::create());
  stop.request(SIGINT);
  require_error(resolve("nohost.invalid", 6379, Deadline::after(5s, &stop)),
                ErrorKind::interrupted);
}
