#include "redis/statistics.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace fogis;
using fogis::redis::Statistics;

TEST_CASE("a snapshot shows everything that was counted") {
  Statistics statistics;
  statistics.connection_tried();
  statistics.connection_tried();
  statistics.connection_made();
  statistics.connection_failed(make_error(ErrorKind::unreachable, Phase::connect, "refused"));
  statistics.reconnected();
  statistics.operations_done(3);
  statistics.bytes_sent(10);
  statistics.bytes_received(20);
  const auto shown = statistics.snapshot();
  CHECK(shown.connections_tried == 2);
  CHECK(shown.connections_made == 1);
  CHECK(shown.connections_failed == 1);
  CHECK(shown.reconnects == 1);
  CHECK(shown.operations == 3);
  CHECK(shown.bytes_sent == 10);
  CHECK(shown.bytes_received == 20);
  REQUIRE(shown.last_error);
  CHECK(shown.last_error->message == "refused");
  CHECK(shown.uptime.count() > 0);
}

TEST_CASE("the last error is the latest one, and none at first") {
  Statistics statistics;
  CHECK_FALSE(statistics.snapshot().last_error);
  statistics.failed(make_error(ErrorKind::timed_out, Phase::command, "first"));
  statistics.failed(make_error(ErrorKind::timed_out, Phase::command, "second"));
  CHECK(statistics.snapshot().last_error->message == "second");
}
