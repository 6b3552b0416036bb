// The listening socket of the HTTP server.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace fogis::http {

/// Where a server listens.
struct ListenAddress {
  std::string host = "127.0.0.1";  ///< a numeric IPv4 or IPv6 address, without brackets
  std::uint16_t port = 0;          ///< 0: the system chooses one

  /// Whether only this machine can reach it.
  [[nodiscard]] bool is_loopback() const;
  /// Whether it stands for every address of this machine.
  [[nodiscard]] bool is_any() const;
  /// `http://127.0.0.1:9121/`; an IPv6 address stands in brackets.
  [[nodiscard]] std::string url() const;
};

struct ListeningSocket {
  UniqueFd socket;        ///< non-blocking
  ListenAddress address;  ///< with the port that was chosen
};

/// Listens on the address; `::` takes IPv4 as well. Errors (phase http): usage when the host is no
/// numeric address, the port is taken or needs rights, or this machine has no such address;
/// internal when the system has no socket left.
Result<ListeningSocket> listen_on(const ListenAddress& address);

}  // namespace fogis::http
