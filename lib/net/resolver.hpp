// From a host name to addresses, under a deadline.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"

namespace fogis::net {

/// An address that connect(2) takes.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string text;  ///< `127.0.0.1:6379`, `[::1]:6379`
};

/// Addresses of a host, and whether a name had to be looked up for them.
struct Resolution {
  std::vector<Address> addresses;  ///< never empty, in the system's order of preference (RFC 6724)
  bool looked_up = false;          ///< false when the host was a numeric address
};

/// Resolves `host`. The system's resolver knows no deadline, so it runs on a thread of its own that
/// is left behind when the deadline passes; it ends by itself and touches nothing of ours.
/// Errors: not_resolved (with a hint for the names of the FOGIS deployment), timed_out,
/// interrupted; internal when no thread can be started.
Result<Resolution> resolve(const std::string& host, std::uint16_t port, const Deadline& deadline);

}  // namespace fogis::net
