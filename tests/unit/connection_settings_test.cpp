#include "config/connection_settings.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace fogis::config;

TEST_CASE("an endpoint shows the address and never the credentials") {
  ConnectionSettings settings;
  settings.host = "example.org";
  settings.username = "anna";
  settings.password = fogis::Secret("hemligt");
  CHECK(settings.endpoint() == "redis://example.org:6379");
  settings.transport = Transport::tls;
  settings.host = "::1";
  settings.port = 6380;
  settings.database = 2;
  CHECK(settings.endpoint() == "rediss://[::1]:6380/2");
}

TEST_CASE("a socket's endpoint is its path, with the database as a query") {
  ConnectionSettings settings;
  settings.transport = Transport::unix_socket;
  settings.socket_path = "/run/redis.sock";
  CHECK(settings.endpoint() == "unix:///run/redis.sock");
  settings.database = 3;
  CHECK(settings.endpoint() == "unix:///run/redis.sock?db=3");
}
