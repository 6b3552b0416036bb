#include "checks/suite/expected.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fogis::checks {

using redis::Reply;
using redis::ReplyType;

Reply integer_reply(std::int64_t value) {
  Reply reply;
  reply.type = ReplyType::integer;
  reply.integer = value;
  return reply;
}

Reply status_reply(std::string_view text) {
  Reply reply;
  reply.type = ReplyType::status;
  reply.text = text;
  return reply;
}

Reply string_reply(std::string_view bytes) {
  Reply reply;
  reply.type = ReplyType::string;
  reply.text = bytes;
  return reply;
}

Reply null_reply() {
  return {};
}

bool same(const Reply& left, const Reply& right) {
  return left.type == right.type && left.integer == right.integer && left.text == right.text &&
         std::equal(left.elements.begin(), left.elements.end(), right.elements.begin(),
                    right.elements.end(), same);
}

std::string mismatch(std::string_view command, const Reply& wanted, const Reply& got) {
  return fmt::format("{} must return {}, got {}", command, redis::describe(wanted),
                     redis::describe(got));
}

}  // namespace fogis::checks
