#include "output/message_stream.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <nlohmann/json.hpp>
#include <string>

using fogis::output::compact_json;

TEST_CASE("a JSON document is copied as it was written, without its white space") {
  CHECK(compact_json(" { \"a\" :\t[ 1.50 , 2e3,\n\"x \\\" y\\u0041\" ] , \"b\": {} } \r\n") ==
        R"({"a":[1.50,2e3,"x \" y\u0041"],"b":{}})");
  CHECK(compact_json("[ ]") == "[]");
  CHECK(compact_json(" \"a b\" ") == "\"a b\"");
  CHECK(compact_json("5") == "5");
}

TEST_CASE("what is no JSON document is not taken for one") {
  const auto text =
      GENERATE(std::string(), std::string("x"), std::string("{\"a\":"), std::string("{} {}"),
               std::string("{'a':1}"), std::string("\xEF\xBB\xBF{}"), std::string("\"\xFF\""),
               std::string("\"a\nb\""), std::string("[1,]"), std::string(100'000, '['),
               std::string(1000, '[') + std::string(1000, ']'));
  CHECK_FALSE(compact_json(text));
}
