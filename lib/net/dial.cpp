#include "net/dial.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/text.hpp"

namespace fogis::net {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kNoIpv6Hint =
    "this machine has no IPv6: use an IPv4 address, such as 127.0.0.1 for ::1";
constexpr std::string_view kOpenFilesHint = "raise the limit of open files (ulimit -n)";

Result<UniqueFd> make_socket(int family) {
  UniqueFd socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) {
    // A family that the kernel lacks (no IPv6) is a property of the address, not of ourselves.
    const int fault = errno;
    const bool is_lacking = fault == EAFNOSUPPORT;
    const auto hint = is_lacking                           ? kNoIpv6Hint
                      : fault == EMFILE || fault == ENFILE ? kOpenFilesHint
                                                           : std::string_view();
    return failure(make_system_error(is_lacking ? ErrorKind::unreachable : ErrorKind::internal,
                                     Phase::connect, "cannot create a socket", fault,
                                     std::string(hint)));
  }
  return socket;
}

/// Waits for a connection under way. The error's message is the bare cause.
Result<void> finish_connecting(int socket, const Deadline& deadline) {
  switch (deadline.wait(socket, POLLOUT)) {
    case WaitOutcome::ready:
      break;
    case WaitOutcome::stopped:
      return failure(interrupted_error(Phase::connect));
    case WaitOutcome::expired:
      return failure(make_error(ErrorKind::timed_out, Phase::connect, "no answer in time"));
    case WaitOutcome::failed:
      return failure(make_system_error(ErrorKind::internal, Phase::connect, "cannot wait", errno));
  }
  int fault = 0;
  socklen_t size = sizeof(fault);
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &fault, &size);
  if (fault != 0) {
    auto error = make_error(ErrorKind::unreachable, Phase::connect, describe_errno(fault));
    error.system_errno = fault;
    return failure(std::move(error));
  }
  return {};
}

void set_option(int socket, int level, int option, int value) {
  // Refinements only: a kernel without one of them still connects.
  [[maybe_unused]] const int outcome = ::setsockopt(socket, level, option, &value, sizeof(value));
}

void tune_tcp(int socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  // A peer that vanished without a word is noticed in about a minute, also by a silent subscriber.
  constexpr int kIdleSeconds = 30;
  constexpr int kIntervalSeconds = 10;
  constexpr int kProbes = 3;
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, kIdleSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kIntervalSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
}

Result<UniqueFd> dial_one(const Address& address, const Deadline& deadline) {
  auto socket = make_socket(address.storage.ss_family);
  if (!socket) {
    return socket;
  }
  if (::connect(socket->get(), reinterpret_cast<const sockaddr*>(&address.storage),
                address.length) != 0 &&
      errno != EINPROGRESS && errno != EINTR) {
    auto error = make_error(ErrorKind::unreachable, Phase::connect, describe_errno(errno));
    error.system_errno = errno;
    if (errno == EADDRNOTAVAIL) {
      error.hint = address.storage.ss_family == AF_INET6
                       ? kNoIpv6Hint
                       : "this machine has no local address or port left for it: look at ss -s";
    }
    return failure(std::move(error));
  }
  TRY(finish_connecting(socket->get(), deadline));
  tune_tcp(socket->get());
  return socket;
}

std::string hint_for(const Error& error) {
  if (error.kind == ErrorKind::timed_out) {
    return "packets are being dropped, or the server is stuck and takes no connection: check host, "
           "firewall, container network and the server's process";
  }
  switch (error.system_errno) {
    case ECONNREFUSED:
      return "nothing listens on this port: is the server running, and is this the port of the "
             "host or of the container?";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "there is no route to this address, its host is down, or a firewall rejects it: check "
             "the network";
    case ETIMEDOUT:
      return "packets are being dropped: check host, firewall and container network";
    case EACCES:
    case EPERM:
      return "this machine forbids the connection: check its firewall and sandbox rules";
    default:
      return error.hint;
  }
}

/// The error of a host of which every address failed.
Error all_failed(std::string causes, Error last) {
  last.hint = hint_for(last);
  last.message = std::move(causes);
  return last;
}

/// A part of the path that should be a directory is the socket, or a file.
std::string not_a_directory_hint(const std::string& path) {
  struct stat status {};
  const auto slash = path.rfind('/');
  const auto parent = path.substr(0, slash);
  const auto rest = path.substr(slash + 1);
  if (::stat(parent.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
    return "a part of the path is a file, not a directory: check the path";
  }
  return rest.empty() || rest.find_first_not_of("0123456789") != std::string::npos
             ? fmt::format("{} is the socket: leave out what follows it", parent)
             : fmt::format("{0} is the socket: if {1} is a database, write unix://{0}?db={1}",
                           parent, rest);
}

std::string path_hint(const std::string& path, int fault) {
  struct stat status {};
  switch (fault) {
    case ENOENT:
      return "check the path, and `unixsocket` in the server's configuration";
    case EPROTOTYPE:
      return "this socket is not a stream, so not that of a Redis server";
    case ENOTDIR:
      return not_a_directory_hint(path);
    case EACCES:
      return "the socket's or a directory's permissions exclude this user: see `unixsocketperm` of "
             "the "
             "server";
    default:
      break;
  }
  if (::stat(path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode)) {
    return "this file is not a socket";
  }
  return "the socket exists but no server listens on it: is it running?";
}

/// One attempt. errno EAGAIN: the server's queue of new connections is full.
int connect_unix(int socket, const sockaddr_un& address) {
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0
             ? 0
             : errno;
}

}  // namespace

Result<Dialled> dial_tcp(const std::vector<Address>& addresses, const Deadline& deadline) {
  std::string causes;
  Error last;
  auto left = static_cast<std::int64_t>(addresses.size());
  for (const auto& address : addresses) {
    auto socket = dial_one(address, deadline.within(deadline.remaining() / left--));
    if (socket) {
      return Dialled{std::move(*socket), address.text};
    }
    last = std::move(socket.error());
    if (last.kind == ErrorKind::interrupted || last.kind == ErrorKind::internal) {
      return failure(std::move(last));
    }
    causes += fmt::format("{}{}: {}", causes.empty() ? "" : "; ", address.text, last.message);
  }
  return failure(all_failed(std::move(causes), std::move(last)));
}

Result<Dialled> dial_unix(const std::string& path, const Deadline& deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // One byte is for the terminating zero.
  if (path.size() >= sizeof(address.sun_path)) {
    return failure(make_error(ErrorKind::configuration, Phase::connect,
                              fmt::format("the socket path has {} bytes; the system allows {}",
                                          path.size(), sizeof(address.sun_path) - 1),
                              "use a shorter path or a symbolic link"));
  }
  path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
  TRY_ASSIGN(auto socket, make_socket(AF_UNIX));
  int fault = connect_unix(socket.get(), address);
  while (fault == EAGAIN) {
    // Unix sockets tell nobody when there is room again, so ask now and then.
    const auto outcome = deadline.pause(milliseconds(5));
    if (outcome == WaitOutcome::stopped) {
      return failure(interrupted_error(Phase::connect));
    }
    if (outcome != WaitOutcome::ready) {
      return failure(make_error(ErrorKind::timed_out, Phase::connect,
                                "the server does not accept connections",
                                "it may be stopped or stuck: look at its process and its log"));
    }
    fault = connect_unix(socket.get(), address);
  }
  if (fault != 0) {
    return failure(make_system_error(ErrorKind::unreachable, Phase::connect, path, fault,
                                     path_hint(path, fault)));
  }
  return Dialled{std::move(socket), path};
}

}  // namespace fogis::net
