#include "redis/output_buffer_limit.hpp"

#include <catch2/catch_test_macros.hpp>

namespace fogis::redis {
namespace {

TEST_CASE("a class of the output buffer limit is found by its name") {
  constexpr auto* kValue = "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60";
  const auto pubsub = parse_output_buffer_limit(kValue, "pubsub");
  REQUIRE(pubsub);
  CHECK(pubsub->hard == 33554432);
  CHECK(pubsub->soft == 8388608);
  CHECK(pubsub->soft_seconds == 60);
  CHECK(parse_output_buffer_limit(kValue, "normal")->hard == 0);
}

TEST_CASE("a value without the class or without numbers has no limit") {
  CHECK_FALSE(parse_output_buffer_limit("normal 0 0 0", "pubsub"));
  CHECK_FALSE(parse_output_buffer_limit("", "pubsub"));
  CHECK_FALSE(parse_output_buffer_limit("pubsub", "pubsub"));
  CHECK_FALSE(parse_output_buffer_limit("pubsub 32mb 8mb 60", "pubsub"));
  CHECK_FALSE(parse_output_buffer_limit("pubsub 1 2", "pubsub"));
}

}  // namespace
}  // namespace fogis::redis
