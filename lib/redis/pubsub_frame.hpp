// What a server sends to a subscriber, taken apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// A message that lies in a buffer; valid as long as that.
struct MessageView {
  std::string_view channel;
  std::string_view pattern;  ///< the pattern that matched; empty for a plain subscription
  std::string_view payload;  ///< any bytes
};

/// A message at the beginning of received bytes, and how many of these it takes.
struct FramedMessage {
  MessageView message;
  std::size_t bytes = 0;
};

/// Reads a message in the form in which every Redis sends it (arrays or pushes of bulk strings)
/// without copying it. Nothing when the bytes begin with anything else, or end before it does: then
/// the full reader has to tell what they are.
std::optional<FramedMessage> parse_message(std::string_view bytes);

}  // namespace fogis::redis
