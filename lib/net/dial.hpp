// Connected sockets.
#pragma once

#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "net/resolver.hpp"

namespace fogis::net {

/// A connected, non-blocking socket and the address that took the connection.
struct Dialled {
  UniqueFd socket;
  std::string address;
};

/// Tries the addresses in turn until one accepts. Each gets an equal share of the time that is
/// left, so that a dead first address does not use up the time of the others. Errors: unreachable
/// or timed_out, naming every address with its fault; interrupted; internal when no descriptor is
/// left.
Result<Dialled> dial_tcp(const std::vector<Address>& addresses, const Deadline& deadline);

/// Connects to a unix socket.
/// Errors: configuration when the path does not fit into sockaddr_un (107 bytes on Linux);
/// unreachable (missing, not a socket, nobody listens, no permission); timed_out; interrupted.
Result<Dialled> dial_unix(const std::string& path, const Deadline& deadline);

}  // namespace fogis::net
