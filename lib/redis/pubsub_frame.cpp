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
  return make_error(
      ErrorKind::protocol, Phase::subscribe,
      fmt::format("a subscriber received {}", describe(reply)),
      "something between this client and the server mixes up replies, e.g. a broken proxy");
}

/// Takes `expected` off the front.
bool take(std::string_view& bytes, std::string_view expected) {
  if (!bytes.starts_with(expected)) {
    return false;
  }
  bytes.remove_prefix(expected.size());
  return true;
}

/// Takes a bulk string (`$5\r\nhello\r\n`) off the front.
std::optional<std::string_view> take_bulk(std::string_view& bytes) {
  constexpr std::size_t kMostDigits = 12;
  std::size_t length = 0;
  std::size_t i = 1;
  for (; i < bytes.size() && bytes[i] >= '0' && bytes[i] <= '9'; ++i) {
    if (i > kMostDigits) {
      return std::nullopt;
    }
    length = length * 10 + static_cast<std::size_t>(bytes[i] - '0');
  }
  const auto begin = i + 2;
  if (i < 2 || bytes[0] != '$' || bytes.size() < begin + length + 2 || bytes[i] != '\r') {
    return std::nullopt;
  }
  const auto text = bytes.substr(begin, length);
  bytes.remove_prefix(begin + length + 2);
  return text;
}

}  // namespace

std::optional<FramedMessage> parse_message(std::string_view bytes) {
  constexpr std::string_view kMessage = "3\r\n$7\r\nmessage\r\n";
  constexpr std::string_view kPatternMessage = "4\r\n$8\r\npmessage\r\n";
  auto rest = bytes;
  if (!take(rest, "*") && !take(rest, ">")) {
    return std::nullopt;
  }
  const bool has_pattern = take(rest, kPatternMessage);
  if (!has_pattern && !take(rest, kMessage)) {
    return std::nullopt;
  }
  const auto pattern = has_pattern ? take_bulk(rest) : std::string_view();
  const auto channel = pattern ? take_bulk(rest) : std::nullopt;
  const auto payload = channel ? take_bulk(rest) : std::nullopt;
  if (!payload) {
    return std::nullopt;
  }
  return FramedMessage{{*channel, *pattern, *payload}, bytes.size() - rest.size()};
}

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
