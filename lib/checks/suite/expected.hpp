// Replies as checks want them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "redis/reply.hpp"

namespace fogis::checks {

redis::Reply integer_reply(std::int64_t value);
redis::Reply status_reply(std::string_view text);
redis::Reply string_reply(std::string_view bytes);
redis::Reply null_reply();

/// Whether two replies are of the same type and hold the same, in all depths.
bool same(const redis::Reply& left, const redis::Reply& right);

/// "SET must give status "OK", got nothing (null)": for causes.
std::string mismatch(std::string_view command, const redis::Reply& wanted, const redis::Reply& got);

}  // namespace fogis::checks
