#include "base/json_text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

using fogis::append_json_string;

TEST_CASE("a JSON string reads as the text that was written") {
  std::string text;
  for (int code = 0; code < 128; ++code) {
    text += static_cast<char>(code);
  }
  text += "\"\\ \u00e5\u4e2d\U0001F600";
  std::string json;
  append_json_string(json, text);
  CHECK(nlohmann::json::parse(json) == text);
}

TEST_CASE("a JSON string has no control byte") {
  std::string json;
  append_json_string(json, std::string("\x1b[31m\x7f\n\0", 8));
  CHECK(json == R"("\u001b[31m\u007f\n\u0000")");
}
