#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redis/reply.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::string_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Reply read_one(std::string_view bytes) {
  ReplyReader reader;
  require_ok(reader.feed(bytes));
  auto reply = require_ok(reader.next());
  REQUIRE(reply);
  return std::move(*reply);
}

Error read_fault(ReplyReader& reader, std::string_view bytes) {
  require_ok(reader.feed(bytes));
  return require_error(reader.next(), ErrorKind::protocol);
}

std::string nested_arrays(std::size_t depth) {
  std::string bytes;
  for (std::size_t i = 0; i < depth; ++i) {
    bytes += "*1\r\n";
  }
  return bytes + ":1\r\n";
}

}  // namespace

TEST_CASE("every RESP2 type is read") {
  CHECK(read_one("+OK\r\n").is_status("OK"));
  const auto error = read_one("-WRONGTYPE not a list\r\n");
  CHECK(error.is_error());
  CHECK(error.error_code() == "WRONGTYPE");
  CHECK(read_one(":-42\r\n").integer == -42);
  CHECK(read_one("$5\r\na\0b\r\n\r\n"s).text == "a\0b\r\n"s);
  CHECK(read_one("$0\r\n\r\n").type == ReplyType::string);
  CHECK(read_one("$-1\r\n").is_null());
  CHECK(read_one("*-1\r\n").is_null());
  CHECK(read_one("*0\r\n").type == ReplyType::array);
}

TEST_CASE("every RESP3 type is read") {
  CHECK(read_one("_\r\n").is_null());
  CHECK(read_one("#t\r\n").type == ReplyType::boolean);
  CHECK(read_one("#t\r\n").integer == 1);
  CHECK(read_one(",3.25\r\n").type == ReplyType::number);
  CHECK(read_one(",3.25\r\n").text == "3.25");
  CHECK(read_one("(12345678901234567890\r\n").text == "12345678901234567890");
  CHECK(read_one("=8\r\ntxt:abcd\r\n").text == "abcd");
  CHECK(read_one("%1\r\n+k\r\n:1\r\n").type == ReplyType::map);
  CHECK(read_one("~1\r\n+a\r\n").type == ReplyType::set);
  CHECK(read_one(">2\r\n+a\r\n+b\r\n").type == ReplyType::push);
}

TEST_CASE("a nested reply keeps its parts in order") {
  const auto reply = read_one("*3\r\n*2\r\n+a\r\n*1\r\n:7\r\n$1\r\nb\r\n*-1\r\n");
  REQUIRE(reply.elements.size() == 3);
  CHECK(reply.elements[0].elements[0].text == "a");
  CHECK(reply.elements[0].elements[1].elements[0].integer == 7);
  CHECK(reply.elements[1].text == "b");
  CHECK(reply.elements[2].is_null());
}

TEST_CASE("replies may arrive byte by byte") {
  const std::string bytes = "*2\r\n$3\r\nabc\r\n%1\r\n+k\r\n,1.5\r\n+next\r\n";
  ReplyReader reader;
  std::vector<Reply> replies;
  for (const char byte : bytes) {
    require_ok(reader.feed(std::string_view(&byte, 1)));
    while (auto reply = require_ok(reader.next())) {
      replies.push_back(std::move(*reply));
    }
    if (replies.empty()) {
      CHECK(reader.buffered() > 0);
    }
  }
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].elements[1].elements[1].text == "1.5");
  CHECK(replies[1].is_status("next"));
  CHECK(reader.buffered() == 0);
}

TEST_CASE("two replies in one segment are told apart") {
  ReplyReader reader;
  require_ok(reader.feed("+a\r\n+b\r\n"));
  CHECK(require_ok(reader.next())->text == "a");
  CHECK(reader.buffered() > 0);
  CHECK(require_ok(reader.next())->text == "b");
  CHECK(reader.buffered() == 0);
  CHECK_FALSE(require_ok(reader.next()));
}

TEST_CASE("a thousand elements keep their places while their array grows") {
  std::string bytes = "*1000\r\n";
  for (int i = 0; i < 1000; ++i) {
    bytes += "*1\r\n:" + std::to_string(i) + "\r\n";
  }
  const auto reply = read_one(bytes);
  REQUIRE(reply.elements.size() == 1000);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(reply.elements[static_cast<std::size_t>(i)].elements[0].integer == i);
  }
}

TEST_CASE("nesting is accepted up to its bound and refused beyond") {
  const std::size_t allowed = ReplyLimits{}.depth;
  CHECK(read_one(nested_arrays(allowed)).type == ReplyType::array);
  ReplyReader reader;
  const auto error = read_fault(reader, nested_arrays(allowed + 1));
  CHECK_THAT(error.message, ContainsSubstring("nested more than 32 deep"));
}

TEST_CASE("100,000 nested arrays do not exhaust the stack") {
  ReplyReader reader;
  read_fault(reader, nested_arrays(100'000));
}

TEST_CASE("a huge count is refused before anything is allocated for it") {
  const auto* const count = GENERATE("*2147483647\r\n", "*1048577\r\n", "%600000\r\n");
  ReplyReader reader;
  read_fault(reader, count);
}

TEST_CASE("many small arrays count against the bound of elements together") {
  ReplyReader reader(ReplyLimits{.depth = 8, .elements = 10, .bytes = 1 << 20});
  const auto error = read_fault(reader, "*3\r\n*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n*4\r\n");
  CHECK_THAT(error.message, ContainsSubstring("more than 10 elements"));
}

TEST_CASE("the bounds apply to each reply, not to the stream") {
  ReplyReader reader(ReplyLimits{.depth = 8, .elements = 4, .bytes = 1000});
  for (int i = 0; i < 100; ++i) {
    require_ok(reader.feed("*3\r\n+a\r\n+b\r\n+c\r\n"));
    REQUIRE(require_ok(reader.next())->elements.size() == 3);
  }
}

TEST_CASE("an announced bulk beyond the limit is refused before its bytes come") {
  const auto* const bytes = GENERATE("$1073741824\r\n", "$9223372036854775807\r\nx",
                                     "=1073741824\r\n", "*1\r\n$1073741824\r\n");
  ReplyReader reader;
  const auto error = read_fault(reader, bytes);
  CHECK_THAT(error.message, ContainsSubstring("bytes"));
}

TEST_CASE("a string may have as many bytes as the bound says, and not one more") {
  ReplyReader reader({.bytes = 1000, .option = "--more"});
  require_ok(reader.feed("*2\r\n+m\r\n$1000\r\n" + std::string(1000, 'x') + "\r\n"));
  CHECK(require_ok(reader.next())->elements[1].text.size() == 1000);
  const auto* const arrived = GENERATE("", "all");
  const auto payload = *arrived == '\0' ? std::string() : std::string(1001, 'x') + "\r\n";
  const auto error = read_fault(reader, "*2\r\n+m\r\n$1001\r\n" + payload);
  CHECK(error.message == "the server sends a reply of 1001 bytes, the limit is 1000");
  CHECK_THAT(error.hint, ContainsSubstring("; --more takes larger messages"));
}

TEST_CASE("a line without an end is refused at the bound") {
  ReplyReader reader(ReplyLimits{.depth = 8, .elements = 4, .bytes = 1000});
  read_fault(reader, "+" + std::string(1001, 'x'));
}

TEST_CASE("many strings together are refused at the bound of bytes") {
  ReplyReader reader(ReplyLimits{.depth = 8, .elements = 100, .bytes = 1000});
  std::string bytes = "*12\r\n";
  for (int i = 0; i < 12; ++i) {
    bytes += "$400\r\n" + std::string(400, 'x') + "\r\n";
  }
  const auto error = read_fault(reader, bytes);
  CHECK_THAT(error.message, ContainsSubstring("more than 1000 bytes"));
}

TEST_CASE("bytes that nobody reads do not pile up without a bound") {
  ReplyReader reader(ReplyLimits{.depth = 8, .elements = 4, .bytes = 1000});
  const std::string block(600, 'x');
  require_ok(reader.feed("+" + block));
  require_ok(reader.feed(block));
  require_error(reader.feed(block), ErrorKind::protocol);
}

TEST_CASE("a peer that does not speak Redis is recognised by its first bytes") {
  const auto [bytes, message] =
      GENERATE(table<const char*, const char*>({{"HTTP/1.1 400 Bad Request\r\n", "HTTP"},
                                                {"\x15\x03\x01\x00\x02", "TLS"},
                                                {"SSH-2.0-x\r\n", "SSH"},
                                                {"garbage\r\n", "does not speak Redis"},
                                                {"\x1b[31m\r\n", "\\x1b"},
                                                {":12x\r\n", "Bad integer"},
                                                {"$x\r\n", "Bad bulk"},
                                                {"#x\r\n", "Bad bool"},
                                                {",x\r\n", "Bad double"}}));
  ReplyReader reader;
  const auto error = read_fault(reader, bytes);
  CHECK_THAT(error.message, ContainsSubstring(message));
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("a reader that failed stays failed") {
  ReplyReader reader;
  read_fault(reader, "garbage\r\n");
  require_error(reader.feed("+OK\r\n"), ErrorKind::protocol);
  require_error(reader.next(), ErrorKind::protocol);
  CHECK(reader.buffered() == 0);
}

TEST_CASE("a half-read tree is released with its reader") {
  ReplyReader reader;
  require_ok(reader.feed("*3\r\n*2\r\n+a\r\n"));
  CHECK_FALSE(require_ok(reader.next()));
  ReplyReader moved = std::move(reader);
  CHECK(moved.buffered() > 0);
}
