#include "base/base64.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <utility>

using fogis::append_base64;
using fogis::decode_base64;

TEST_CASE("base64 has the vectors of RFC 4648") {
  const auto [bytes, text] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                       {"f", "Zg=="},
                                                                       {"fo", "Zm8="},
                                                                       {"foo", "Zm9v"},
                                                                       {"foob", "Zm9vYg=="},
                                                                       {"fooba", "Zm9vYmE="},
                                                                       {"foobar", "Zm9vYmFy"}}));
  std::string encoded;
  append_base64(encoded, bytes);
  CHECK(encoded == text);
  CHECK(decode_base64(text) == bytes);
}

TEST_CASE("every byte survives base64") {
  std::string bytes;
  for (int code = 0; code < 256; ++code) {
    bytes += static_cast<char>(code);
    std::string encoded;
    append_base64(encoded, bytes);
    CHECK(decode_base64(encoded) == bytes);
  }
}

TEST_CASE("what is not base64 is refused") {
  const auto* const text =
      GENERATE("Z", "Zg", "Zg=", "Zg===", "Z g=", "Zh==", "Zm9=", "=Zg=", "Zm9v\n",
               "Zm9v====", "Z\xC3\xA5g");
  CAPTURE(text);
  CHECK_FALSE(decode_base64(text));
}
