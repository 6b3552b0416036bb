// Publishing messages.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "redis/client.hpp"

namespace fogis::redis {

/// Publishes through a client. Thread-safe as the client is; does not own it.
class Publisher {
public:
  explicit Publisher(Client& client) : client_(&client) {}

  /// Publishes `payload` (any bytes) on `channel`, once: a publication whose outcome is unknown is
  /// never repeated, since subscribers would see it twice.
  /// Returns the number of receivers on the node that was asked (Redis counts no further).
  /// Errors: those of Client::command; forbidden, not_ready or rejected when the server refuses.
  Result<std::int64_t> publish(std::string_view channel, std::string_view payload);

private:
  Client* client_;
};

}  // namespace fogis::redis
