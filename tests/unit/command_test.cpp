#include "redis/command.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

using namespace fogis::redis;
using namespace std::string_literals;

TEST_CASE("a command is an array of bulk strings with their lengths in bytes") {
  std::string buffer;
  append_command(buffer, std::array<std::string_view, 3>{"SET", "nyckel", "å"});
  CHECK(buffer == "*3\r\n$3\r\nSET\r\n$6\r\nnyckel\r\n$2\r\nå\r\n");
}

TEST_CASE("arguments may hold any bytes and may be empty") {
  std::string buffer;
  append_command(buffer,
                 std::array<std::string_view, 3>{"ECHO", std::string_view("\0\r\n", 3), ""});
  CHECK(buffer == "*3\r\n$4\r\nECHO\r\n$3\r\n\0\r\n\r\n$0\r\n\r\n"s);
}

TEST_CASE("a pipeline counts its commands and can be used again after clear") {
  Pipeline pipeline;
  pipeline.add({"PING"});
  pipeline.add({"GET", "k"});
  CHECK(pipeline.size() == 2);
  CHECK(pipeline.bytes() == "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
  pipeline.clear();
  CHECK(pipeline.size() == 0);
  CHECK(pipeline.bytes().empty());
}
