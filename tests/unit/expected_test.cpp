#include "checks/suite/expected.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

namespace fogis::checks {
namespace {

redis::Reply array_of(std::vector<redis::Reply> elements) {
  redis::Reply reply;
  reply.type = redis::ReplyType::array;
  reply.elements = std::move(elements);
  return reply;
}

TEST_CASE("replies are the same when type and content are") {
  CHECK(same(integer_reply(1), integer_reply(1)));
  CHECK_FALSE(same(integer_reply(1), integer_reply(2)));
  CHECK_FALSE(same(string_reply("OK"), status_reply("OK")));
  CHECK_FALSE(same(string_reply(""), null_reply()));
  CHECK(same(null_reply(), null_reply()));
  CHECK(same(array_of({string_reply("a")}), array_of({string_reply("a")})));
  CHECK_FALSE(same(array_of({string_reply("a")}), array_of({string_reply("b")})));
  CHECK_FALSE(same(array_of({string_reply("a")}), array_of({})));
}

TEST_CASE("a mismatch says what was wanted and what came") {
  CHECK(mismatch("INCR", integer_reply(2), null_reply()) ==
        "INCR must return integer 2, got nothing (null)");
}

}  // namespace
}  // namespace fogis::checks
