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
  std::vector<Address> addresses;  ///< never empty, in the order of preference of RFC 6724
  bool looked_up = false;          ///< false when the host was a numeric address
};

/// Resolves `host`: a numeric address, else /etc/hosts and DNS in the order of /etc/nsswitch.conf,
/// with the name servers and search domains of /etc/resolv.conf; both families. Other sources of
/// nsswitch.conf (mDNS, LDAP) are not asked.
/// \param name_servers `127.0.0.1:5353`, separated by commas, instead of resolv.conf's: for tests.
/// Errors (phase resolve): not_resolved (with a hint for the names of the FOGIS deployment, or with
/// the fault of the name server), timed_out, interrupted, internal. Thread-safe.
Result<Resolution> resolve(const std::string& host, std::uint16_t port, const Deadline& deadline,
                           const std::string& name_servers = {});

}  // namespace fogis::net
