#include "http/server_socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

namespace fogis::http {
namespace {

constexpr int kBacklog = 512;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

sockaddr* generic(sockaddr_storage& storage) {
  return reinterpret_cast<sockaddr*>(&storage);
}

std::optional<SocketAddress> socket_address(const ListenAddress& address) {
  SocketAddress result;
  auto& v4 = reinterpret_cast<sockaddr_in&>(result.storage);
  if (::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    result.length = sizeof(v4);
    return result;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(result.storage);
  if (::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    result.length = sizeof(v6);
    return result;
  }
  return std::nullopt;
}

std::uint16_t bound_port(int socket, std::uint16_t fallback) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  if (::getsockname(socket, generic(storage), &length) != 0) {
    return fallback;
  }
  return ntohs(storage.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in&>(storage).sin_port
                   : reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
}

std::string_view hint_for(int fault) {
  switch (fault) {
    case EADDRINUSE:
      return "another program has this port (ss -ltnp shows which): stop it or choose another";
    case EACCES:
      return "ports below 1024 need privileges: choose a higher one, such as 9121";
    case EADDRNOTAVAIL:
      return "this machine has no such address: use 127.0.0.1, or 0.0.0.0 for all its addresses";
    case EAFNOSUPPORT:
      return "this machine has no IPv6: use 127.0.0.1 or 0.0.0.0";
    default:
      return "";
  }
}

Error cannot_listen(const ListenAddress& address, int fault) {
  const auto hint = hint_for(fault);
  return make_system_error(hint.empty() ? ErrorKind::internal : ErrorKind::usage, Phase::http,
                           fmt::format("cannot listen on {}", address.url()), fault,
                           std::string(hint));
}

}  // namespace

bool ListenAddress::is_loopback() const {
  const auto address = socket_address(*this);
  if (!address) {
    return false;
  }
  if (address->storage.ss_family == AF_INET) {
    constexpr std::uint32_t kLoopbackNet = 127;
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address->storage);
    return ntohl(v4.sin_addr.s_addr) >> 24U == kLoopbackNet;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address->storage);
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

bool ListenAddress::is_any() const {
  const auto address = socket_address(*this);
  if (!address) {
    return false;
  }
  if (address->storage.ss_family == AF_INET) {
    return reinterpret_cast<const sockaddr_in&>(address->storage).sin_addr.s_addr == INADDR_ANY;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address->storage);
  return IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr);
}

std::string ListenAddress::url() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("http://[{}]:{}/", host, port) : fmt::format("http://{}:{}/", host, port);
}

Result<ListeningSocket> listen_on(const ListenAddress& address) {
  auto where = socket_address(address);
  if (!where) {
    return failure(make_error(ErrorKind::usage, Phase::http,
                              fmt::format("\"{}\" is not a numeric address", address.host),
                              "listen on 127.0.0.1, on another address of this machine, or on "
                              "0.0.0.0 for all of them"));
  }
  UniqueFd socket(
      ::socket(where->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) {
    return failure(cannot_listen(address, errno));
  }
  // A restart must not wait for the old connections to be forgotten.
  const int yes = 1;
  const int no = 0;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (where->storage.ss_family == AF_INET6) {
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
  }
  if (::bind(socket.get(), generic(where->storage), where->length) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return failure(cannot_listen(address, errno));
  }
  ListeningSocket result{.socket = std::move(socket), .address = address};
  result.address.port = bound_port(result.socket.get(), address.port);
  return result;
}

}  // namespace fogis::http
