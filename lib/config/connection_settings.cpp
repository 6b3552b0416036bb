#include "config/connection_settings.hpp"

#include <fmt/format.h>

namespace fogis::config {

std::string ConnectionSettings::endpoint() const {
  const auto db_path = database == 0 ? std::string() : fmt::format("/{}", database);
  if (transport == Transport::unix_socket) {
    return fmt::format("unix://{}{}", socket_path,
                       database == 0 ? std::string() : fmt::format("?db={}", database));
  }
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}{}", transport == Transport::tls ? "rediss" : "redis",
                     is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port, db_path);
}

}  // namespace fogis::config
