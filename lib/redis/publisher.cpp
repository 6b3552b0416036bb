#include "redis/publisher.hpp"

#include <fmt/format.h>

#include <array>

#include "redis/server_error.hpp"

namespace fogis::redis {

Result<std::int64_t> Publisher::publish(std::string_view channel, std::string_view payload) {
  const std::array<std::string_view, 3> arguments{"PUBLISH", channel, payload};
  TRY_ASSIGN(auto reply, client_->command(arguments, Repeat::never));
  const auto endpoint = client_->pool().settings().endpoint();
  if (reply.is_error()) {
    return failure(to_error(reply, Phase::command, endpoint));
  }
  if (reply.type != ReplyType::integer) {
    auto error = make_error(ErrorKind::protocol, Phase::command,
                            fmt::format("PUBLISH returned {} instead of a count", describe(reply)));
    error.endpoint = endpoint;
    return failure(std::move(error));
  }
  return reply.integer;
}

}  // namespace fogis::redis
