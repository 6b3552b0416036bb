#include <catch2/catch_test_macros.hpp>

#include "checks/suite/memory.hpp"

namespace fogis::checks {
namespace {

TEST_CASE("a server without a limit has room and no share") {
  const Headroom unlimited{1000, 0};
  CHECK(unlimited.has_room_for(1'000'000));
  CHECK_FALSE(unlimited.used_share());
}

TEST_CASE("a tenth of the memory stays free") {
  const Headroom headroom{800, 1000};
  CHECK(*headroom.used_share() == 0.8);
  CHECK(headroom.has_room_for(100));
  CHECK_FALSE(headroom.has_room_for(101));
  CHECK_FALSE(Headroom{950, 1000}.has_room_for(0));
}

TEST_CASE("headroom is known only where the server tells both figures") {
  CHECK(read_headroom(redis::Info("used_memory:5\r\nmaxmemory:10\r\n"))->limit == 10);
  CHECK_FALSE(read_headroom(redis::Info("used_memory:5\r\n")));
  CHECK_FALSE(read_headroom(redis::Info("maxmemory:10\r\n")));
}

}  // namespace
}  // namespace fogis::checks
