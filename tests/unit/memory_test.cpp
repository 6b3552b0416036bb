#include "redis/memory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace fogis::redis {
namespace {

TEST_CASE("a server without a limit has room and no share") {
  const Memory unlimited{1000, 0};
  CHECK(unlimited.has_room_for(1'000'000));
  CHECK_FALSE(unlimited.used_share());
}

TEST_CASE("a tenth of the memory stays free") {
  const Memory memory{800, 1000};
  CHECK(*memory.used_share() == 0.8);
  CHECK(memory.has_room_for(100));
  CHECK_FALSE(memory.has_room_for(101));
  CHECK_FALSE(Memory{950, 1000}.has_room_for(0));
}

TEST_CASE("memory is known only where the server tells both figures") {
  CHECK(read_memory(Info("used_memory:5\r\nmaxmemory:10\r\n"))->limit == 10);
  CHECK_FALSE(read_memory(Info("used_memory:5\r\n")));
  CHECK_FALSE(read_memory(Info("maxmemory:10\r\n")));
}

TEST_CASE("what INFO says that nobody evicts for is not counted") {
  const auto memory = read_memory(
      Info("used_memory:500\r\nmaxmemory:1000\r\nmem_not_counted_for_evict:100\r\n"
           "maxmemory_policy:allkeys-lru\r\nconnected_clients:3\r\nevicted_keys:7\r\n"));
  REQUIRE(memory);
  CHECK(memory->used == 400);
  CHECK(memory->evicted_keys == 7);
  CHECK(memory->cost({.kilobytes = 1}) == 1024);
  CHECK(memory->cost({.kilobytes = 1, .client_list = true}) > 1024 + 3 * 300);
}

TEST_CASE("work is done as long as it costs nobody a key or a write") {
  Memory memory{.used = 900, .limit = 1000, .policy = "allkeys-lru"};
  CHECK(memory.can_spare(100));
  CHECK_FALSE(memory.can_spare(101));
  CHECK_THAT(memory.shortage(2048), Catch::Matchers::ContainsSubstring("allkeys-lru would evict"));
  memory.policy = "noeviction";
  CHECK_FALSE(memory.can_spare(101));
  CHECK_THAT(memory.shortage(2048), Catch::Matchers::ContainsSubstring("refuse"));
  memory.used = 1000;  // it refuses already: that is worth showing
  CHECK(memory.can_spare(101));
  CHECK(Memory{.used = 900, .policy = "allkeys-lru"}.can_spare(1'000'000));
}

}  // namespace
}  // namespace fogis::redis
