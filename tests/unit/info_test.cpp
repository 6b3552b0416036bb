#include "redis/info.hpp"

#include <catch2/catch_test_macros.hpp>

using fogis::redis::Info;

TEST_CASE("fields are found by name, whatever stands around them") {
  const Info info(
      "# Server\r\nredis_version:7.0.15\r\n\r\n# Memory\r\nused_memory:1024\r\n"
      "mem_fragmentation_ratio:13.50\r\nexecutable:/a:b\r\nno colon here\r\nlast:1");
  CHECK(info.text("redis_version") == "7.0.15");
  CHECK(info.integer("used_memory") == 1024);
  CHECK(info.number("mem_fragmentation_ratio") == 13.5);
  CHECK(info.text("executable") == "/a:b");
  CHECK(info.integer("last") == 1);
}

TEST_CASE("an absent field and one of another type are nothing, not zero") {
  const Info info("role:master\nmaxmemory_human:256.00M\n");
  CHECK(info.text("role") == "master");
  CHECK_FALSE(info.text("loading"));
  CHECK_FALSE(info.integer("loading"));
  CHECK_FALSE(info.integer("maxmemory_human"));
  CHECK_FALSE(info.number("role"));
}

TEST_CASE("an empty reply has no fields") {
  CHECK(Info("").empty());
  CHECK(Info("# Server\r\n").empty());
  CHECK_FALSE(Info("a:1").empty());
}
