#include "redis/reply.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace fogis::redis;

namespace {

Reply make(ReplyType type, std::string text = {}, std::int64_t integer = 0,
           std::size_t elements = 0) {
  Reply reply;
  reply.type = type;
  reply.text = std::move(text);
  reply.integer = integer;
  reply.elements.resize(elements);
  return reply;
}

}  // namespace

TEST_CASE("a reply of every type is described in a few safe words") {
  CHECK(describe(make(ReplyType::null)) == "nothing (null)");
  CHECK(describe(make(ReplyType::status, "OK")) == "status \"OK\"");
  CHECK(describe(make(ReplyType::error, "ERR \x1b[31m")) == "error \"ERR \\x1b[31m\"");
  CHECK(describe(make(ReplyType::integer, {}, 3)) == "integer 3");
  CHECK(describe(make(ReplyType::string, "abc")) == "string \"abc\" (3 bytes)");
  CHECK(describe(make(ReplyType::number, "1.5")) == "number 1.5");
  CHECK(describe(make(ReplyType::boolean, {}, 1)) == "true");
  CHECK(describe(make(ReplyType::boolean)) == "false");
  CHECK(describe(make(ReplyType::array, {}, 0, 2)) == "array of 2");
  CHECK(describe(make(ReplyType::map, {}, 0, 4)) == "map of 2");
  CHECK(describe(make(ReplyType::set, {}, 0, 2)) == "set of 2");
  CHECK(describe(make(ReplyType::push, {}, 0, 2)) == "push of 2");
}

TEST_CASE("a long text is cut in its description") {
  CHECK(describe(make(ReplyType::string, std::string(10'000, 'x'))).size() < 120);
}

TEST_CASE("only errors have an error code") {
  CHECK(make(ReplyType::error, "NOAUTH Authentication required.").error_code() == "NOAUTH");
  CHECK(make(ReplyType::error, "ODD").error_code() == "ODD");
  CHECK(make(ReplyType::status, "OK fine").error_code().empty());
}

TEST_CASE("status, string and number have a text") {
  CHECK(make(ReplyType::status).has_text());
  CHECK(make(ReplyType::string).has_text());
  CHECK(make(ReplyType::number).has_text());
  CHECK_FALSE(make(ReplyType::error).has_text());
  CHECK_FALSE(make(ReplyType::integer).has_text());
}
