// What has to be known to open a connection. Plain values; where they came from is config.hpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "base/tls_settings.hpp"

namespace fogis::config {

enum class Transport : std::uint8_t { tcp, tls, unix_socket };

/// Version of the protocol to speak (RESP2 everywhere; RESP3 since Redis 6.0).
enum class RespVersion : std::uint8_t { resp2 = 2, resp3 = 3 };

/// Where a server is and how to introduce ourselves to it.
struct ConnectionSettings {
  Transport transport = Transport::tcp;
  std::string host;  ///< name or numeric address, without brackets; for tcp and tls
  std::uint16_t port = 6379;
  std::string socket_path;  ///< for unix_socket
  std::string username;     ///< empty: the default user
  std::optional<Secret> password;
  std::uint32_t database = 0;
  RespVersion protocol = RespVersion::resp2;
  std::string client_name;  ///< for CLIENT SETNAME; empty: not named
  TlsSettings tls;

  /// The address as people read it, without user name, password and query:
  /// `redis://host:6379`, `rediss://[::1]:6380/2`, `unix:///run/redis.sock`.
  [[nodiscard]] std::string endpoint() const;
};

}  // namespace fogis::config
