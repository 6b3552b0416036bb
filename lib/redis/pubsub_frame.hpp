// What a server sends to a subscriber, taken apart.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "redis/reply.hpp"

namespace fogis::redis {

/// A message, the acknowledgement of one (un)subscription, or the answer to PING.
struct PubSubFrame {
  enum class Type : std::uint8_t { message, acknowledgement, pong };

  Type type = Type::message;
  std::string channel;  ///< of a message; of an acknowledgement the channel or pattern
  std::string pattern;  ///< of a message that matched one
  std::string payload;
};

/// Reads the array (RESP2) or push (RESP3) that a server sends on a subscribed connection.
/// Errors: protocol for anything else.
Result<PubSubFrame> parse_pubsub_frame(Reply reply);

}  // namespace fogis::redis
