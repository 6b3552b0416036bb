// Which server this is.
#pragma once

#include <string>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "redis/connection.hpp"

namespace fogis::redis {

/// What a server says of itself. Empty texts: it did not say.
struct ServerIdentity {
  std::string kind;     ///< `redis`, `valkey`, …
  std::string version;  ///< `7.0.15`
  std::string mode;     ///< `standalone`, `cluster`, `sentinel`
  std::string role;     ///< `master`, `replica`

  /// `redis 7.0.15`; empty when unknown.
  [[nodiscard]] std::string text() const;
};

/// Asks with HELLO (Redis 6.0 and later; needs no rights), else with INFO server. A server that
/// refuses both has an empty identity, which is not an error.
/// Errors: those of Connection::command.
Result<ServerIdentity> identify(Connection& connection, const Deadline& deadline);

}  // namespace fogis::redis
