#include "config/connection_settings.hpp"

#include <catch2/catch_test_macros.hpp>

using fogis::Secret;
using fogis::config::ConnectionSettings;
using fogis::config::Transport;

TEST_CASE("the address is shown without user name and password") {
  ConnectionSettings settings;
  settings.host = "redis.example.org";
  settings.username = "user";
  settings.password = Secret("hunter2");
  CHECK(settings.endpoint() == "redis://redis.example.org:6379");
  settings.database = 2;
  CHECK(settings.endpoint() == "redis://redis.example.org:6379/2");
  settings.transport = Transport::tls;
  settings.host = "::1";
  settings.port = 6380;
  CHECK(settings.endpoint() == "rediss://[::1]:6380/2");
}

TEST_CASE("a socket's address has the database in its query") {
  ConnectionSettings settings;
  settings.transport = Transport::unix_socket;
  settings.socket_path = "/run/redis.sock";
  CHECK(settings.endpoint() == "unix:///run/redis.sock");
  settings.database = 3;
  CHECK(settings.endpoint() == "unix:///run/redis.sock?db=3");
}
