#include "redis/pubsub_frame.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace fogis::redis {
namespace {

bool is_acknowledgement(std::string_view kind) {
  return kind == "subscribe" || kind == "psubscribe" || kind == "unsubscribe" ||
         kind == "punsubscribe";
}

Error unexpected(const Reply& reply) {
  return make_error(ErrorKind::protocol, Phase::subscribe,
                    fmt::format("a subscriber was sent {}", describe(reply)),
                    "something between us and the server mixes up replies, e.g. a broken proxy");
}

}  // namespace

Result<PubSubFrame> parse_pubsub_frame(Reply reply) {
  using Type = PubSubFrame::Type;
  // A RESP3 connection answers PING as ever; in RESP2 a subscriber gets an array.
  if (reply.is_status("PONG")) {
    return PubSubFrame{Type::pong, {}, {}, {}};
  }
  auto& parts = reply.elements;
  const auto kind = parts.empty() ? std::string_view() : std::string_view(parts[0].text);
  if (kind == "message" && parts.size() == 3) {
    return PubSubFrame{Type::message, std::move(parts[1].text), {}, std::move(parts[2].text)};
  }
  if (kind == "pmessage" && parts.size() == 4) {
    return PubSubFrame{Type::message, std::move(parts[2].text), std::move(parts[1].text),
                       std::move(parts[3].text)};
  }
  if (is_acknowledgement(kind) && parts.size() == 3) {
    return PubSubFrame{Type::acknowledgement, std::move(parts[1].text), {}, {}};
  }
  if (kind == "pong" && parts.size() == 2) {
    return PubSubFrame{Type::pong, {}, {}, {}};
  }
  return failure(unexpected(reply));
}

}  // namespace fogis::redis
