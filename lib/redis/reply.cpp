#include "redis/reply.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace fogis::redis {

std::string_view Reply::error_code() const {
  return is_error() ? std::string_view(text).substr(0, text.find(' ')) : std::string_view();
}

std::string describe(const Reply& reply) {
  constexpr std::size_t kShown = 80;
  const auto quoted = [&] { return truncate_text(escape_for_terminal(reply.text), kShown); };
  switch (reply.type) {
    case ReplyType::null:
      return "nothing (null)";
    case ReplyType::status:
      return fmt::format("status \"{}\"", quoted());
    case ReplyType::error:
      return fmt::format("error \"{}\"", quoted());
    case ReplyType::integer:
      return fmt::format("integer {}", reply.integer);
    case ReplyType::string:
      return fmt::format("string \"{}\" ({} bytes)", quoted(), reply.text.size());
    case ReplyType::number:
      return fmt::format("number {}", quoted());
    case ReplyType::boolean:
      return reply.integer != 0 ? "true" : "false";
    case ReplyType::array:
      return fmt::format("array of {}", reply.elements.size());
    case ReplyType::map:
      return fmt::format("map of {}", reply.elements.size() / 2);
    case ReplyType::set:
      return fmt::format("set of {}", reply.elements.size());
    case ReplyType::push:
      break;
  }
  return fmt::format("push of {}", reply.elements.size());
}

}  // namespace fogis::redis
