#include "net/resolver.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/unique_fd.hpp"

namespace fogis::net {
namespace {

using Channel = std::unique_ptr<ares_channeldata,
                                decltype([](ares_channel channel) { ares_destroy(channel); })>;

std::string to_text(const sockaddr* address, socklen_t length) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(address, length, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  return address->sa_family == AF_INET6 ? fmt::format("[{}]:{}", host.data(), port.data())
                                        : fmt::format("{}:{}", host.data(), port.data());
}

/// The name server that a socket of c-ares is connected to.
std::string peer_of(int socket) {
  sockaddr_storage peer{};
  socklen_t length = sizeof(peer);
  auto* const generic = reinterpret_cast<sockaddr*>(&peer);
  return ::getpeername(socket, generic, &length) == 0 ? to_text(generic, length) : "?";
}

/// \param node the first of a list of addrinfo or ares_addrinfo_node.
template <typename Node>
std::vector<Address> to_addresses(const Node* node) {
  std::vector<Address> addresses;
  for (; node != nullptr; node = node->ai_next) {
    Address address;
    address.length = node->ai_addrlen;
    std::copy_n(reinterpret_cast<const char*>(node->ai_addr), node->ai_addrlen,
                reinterpret_cast<char*>(&address.storage));
    address.text = to_text(node->ai_addr, node->ai_addrlen);
    addresses.push_back(std::move(address));
  }
  return addresses;
}

/// The addresses that `host` is as it stands (`::1`, `fe80::1%eth0`, `127.1`); none for a name.
std::vector<Address> numeric_addresses(const std::string& host, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &wanted, &list) != 0) {
    return {};
  }
  auto addresses = to_addresses(list);
  ::freeaddrinfo(list);
  return addresses;
}

/// An IPv6 address with a zone that no address can be made of.
std::optional<Error> zone_fault(const std::string& host) {
  const auto percent = host.find('%');
  in6_addr address{};
  if (percent == std::string::npos ||
      ::inet_pton(AF_INET6, host.substr(0, percent).c_str(), &address) != 1) {
    return std::nullopt;
  }
  const auto zone = host.substr(percent + 1);
  if (::if_nametoindex(zone.c_str()) == 0) {
    return make_error(ErrorKind::not_resolved, Phase::resolve,
                      fmt::format("\"{}\" is no network interface of this machine", zone),
                      "the zone after the % names one of those that `ip link` lists");
  }
  return make_error(
      ErrorKind::not_resolved, Phase::resolve,
      fmt::format("{} has a zone, which only link-local addresses (fe80::) have", host),
      "leave out the % and what follows it");
}

/// One lookup under way. c-ares calls us back while it begins, goes on and is destroyed.
struct Lookup {
  static constexpr int kPending = -1;

  UniqueFd sockets;     ///< epoll: all of c-ares' sockets, so that one descriptor stands for them
  std::string asked;    ///< the address of the name server that was asked last
  std::string refusal;  ///< the last answer that is none: "the name server at … answers SERVFAIL"
  int status = kPending;
  std::vector<Address> addresses;
};

/// \param readable, writable what c-ares waits for at the socket; neither before it is closed.
void watch(void* lookup, int socket, int readable, int writable) {
  auto& self = *static_cast<Lookup*>(lookup);
  epoll_event event{};
  event.events = (readable != 0 ? EPOLLIN : 0U) | (writable != 0 ? EPOLLOUT : 0U);
  event.data.fd = socket;
  if (event.events == 0) {
    ::epoll_ctl(self.sockets.get(), EPOLL_CTL_DEL, socket, nullptr);
    return;
  }
  if (::epoll_ctl(self.sockets.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
    ::epoll_ctl(self.sockets.get(), EPOLL_CTL_MOD, socket, &event);
  }
  self.asked = peer_of(socket);
}

void finish(void* lookup, int status, int /*timeouts*/, ares_addrinfo* answer) {
  auto& self = *static_cast<Lookup*>(lookup);
  if (answer != nullptr) {
    self.addresses = to_addresses(answer->nodes);
    ares_freeaddrinfo(answer);
  }
  self.status = status == ARES_SUCCESS && self.addresses.empty() ? int{ARES_ENODATA} : status;
}

/// Looks at the answer that has come before c-ares takes it: 1.18 goes on to the next name server
/// after a refusal, and tells of none when it has asked them all.
void note_refusal(Lookup& lookup, int socket) {
  // RFC 1035, section 4.1.1: the last four bits of the fourth byte.
  constexpr std::array<std::string_view, 6> kCodes{"", "FORMERR", "SERVFAIL",
                                                   "", "NOTIMP",  "REFUSED"};
  int type = 0;
  socklen_t length = sizeof(type);
  ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length);
  std::array<unsigned char, 4> head{};
  if (type != SOCK_DGRAM ||
      ::recv(socket, head.data(), head.size(), MSG_PEEK | MSG_DONTWAIT) != ssize_t{head.size()}) {
    return;
  }
  const auto code = head.back() & 0xfU;
  if (code < kCodes.size() && !kCodes.at(code).empty()) {
    lookup.refusal =
        fmt::format("the name server at {} answers {}", peer_of(socket), kCodes.at(code));
  }
}

/// Lets c-ares go on where it can.
void go_on(ares_channel channel, Lookup& lookup) {
  std::array<epoll_event, 8> events{};
  const int count =
      ::epoll_wait(lookup.sockets.get(), events.data(), static_cast<int>(events.size()), 0);
  if (count <= 0) {
    ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // looks at the clock alone
  }
  for (int i = 0; i < count; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    const int socket = event.data.fd;
    // Peeking at a socket that has failed would take its error away.
    if ((event.events & EPOLLERR) == 0) {
      note_refusal(lookup, socket);
    }
    ares_process_fd(channel, (event.events & ~EPOLLOUT) != 0 ? socket : ARES_SOCKET_BAD,
                    (event.events & EPOLLOUT) != 0 ? socket : ARES_SOCKET_BAD);
  }
}

std::string hint_for(const std::string& host) {
  if (host == "redis") {
    return "the FOGIS compose file calls it fogis-redis; from the host use redis://localhost:6379";
  }
  if (host == "fogis-redis") {
    return "from the host use redis://localhost:6379; inside compose check that both services "
           "share a network";
  }
  return "check the spelling; inside compose a name resolves only within a shared network";
}

Error not_resolved(const std::string& host, std::string_view cause, std::string hint) {
  return make_error(
      ErrorKind::not_resolved, Phase::resolve,
      fmt::format("name \"{}\" does not resolve{}{}", host, cause.empty() ? "" : ": ", cause),
      std::move(hint));
}

Error not_in_time(const std::string& host) {
  return make_error(ErrorKind::timed_out, Phase::resolve,
                    fmt::format("no answer for the name \"{}\" in time", host),
                    "no name server answers: check /etc/resolv.conf and the network");
}

Error explain(const std::string& host, const Lookup& lookup) {
  switch (lookup.status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_ENONAME:
    case ARES_EBADNAME:
      return not_resolved(host, {}, hint_for(host));
    case ARES_ETIMEOUT:
      return not_in_time(host);
    default:
      break;
  }
  if (!lookup.refusal.empty()) {
    return not_resolved(host, lookup.refusal,
                        "check that name server, or set another one in /etc/resolv.conf");
  }
  if (lookup.status == ARES_ECONNREFUSED) {
    return not_resolved(
        host,
        lookup.asked.empty() ? "no name server can be reached"
                             : fmt::format("the name server at {} cannot be reached", lookup.asked),
        "no name server answers: check /etc/resolv.conf and the network; " + hint_for(host));
  }
  return not_resolved(host, ares_strerror(lookup.status), hint_for(host));
}

Error cannot_resolve(std::string_view cause) {
  return make_error(ErrorKind::internal, Phase::resolve,
                    fmt::format("cannot resolve names: {}", cause));
}

/// \param lookup must outlive the channel.
Result<Channel> open_channel(Lookup& lookup, const std::string& name_servers) {
  static const int kLibrary = ares_library_init(ARES_LIB_INIT_ALL);
  // The second name server is asked while a usual deadline still allows it to answer. By
  // themselves some versions wait for 5 s, and others for what resolv.conf says.
  constexpr int kTimeoutMilliseconds = 2000;
  constexpr int kTries = 4;  // the time doubles with each
  ares_options options{};
  options.timeout = kTimeoutMilliseconds;
  options.tries = kTries;
  options.sock_state_cb = watch;
  options.sock_state_cb_data = &lookup;
  ares_channel made = nullptr;
  int status =
      kLibrary != ARES_SUCCESS
          ? kLibrary
          : ares_init_options(&made, &options,
                              ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  Channel channel(status == ARES_SUCCESS ? made : nullptr);
  if (status == ARES_SUCCESS && !name_servers.empty()) {
    status = ares_set_servers_ports_csv(made, name_servers.c_str());
  }
  if (status != ARES_SUCCESS) {
    return failure(cannot_resolve(ares_strerror(status)));
  }
  return channel;
}

/// Waits until c-ares has something to do.
Result<void> wait(ares_channel channel, const Lookup& lookup, const std::string& host,
                  const Deadline& deadline) {
  using std::chrono::microseconds;
  using std::chrono::seconds;
  // A name server that never stops sending is always ready: only the clock ends that.
  if (deadline.expired()) {
    return failure(not_in_time(host));
  }
  timeval span{};
  const bool timed = ares_timeout(channel, nullptr, &span) != nullptr;
  const auto step =
      timed ? deadline.within(seconds(span.tv_sec) + microseconds(span.tv_usec)) : deadline;
  switch (step.wait(lookup.sockets.get(), POLLIN)) {
    case WaitOutcome::ready:
      return {};
    case WaitOutcome::stopped:
      return failure(interrupted_error(Phase::resolve));
    case WaitOutcome::expired:
      if (step.expired()) {
        return {};
      }
      return failure(not_in_time(host));  // for other work, see Deadline::or_when()
    case WaitOutcome::failed:
      break;
  }
  return failure(cannot_resolve(describe_errno(errno)));
}

}  // namespace

Result<Resolution> resolve(const std::string& host, std::uint16_t port, const Deadline& deadline,
                           const std::string& name_servers) {
  const auto service = std::to_string(port);
  if (auto addresses = numeric_addresses(host, service); !addresses.empty()) {
    return Resolution{std::move(addresses), false};
  }
  if (auto fault = zone_fault(host)) {
    return failure(std::move(*fault));
  }
  // /etc/hosts needs no wait; whether there was time must not depend on where the name stands.
  if (deadline.stopped()) {
    return failure(interrupted_error(Phase::resolve));
  }
  if (deadline.expired()) {
    return failure(not_in_time(host));
  }
  Lookup lookup;
  lookup.sockets.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!lookup.sockets) {
    return failure(make_system_error(ErrorKind::internal, Phase::resolve, "cannot resolve names",
                                     errno, "raise the limit of open files (ulimit -n)"));
  }
  TRY_ASSIGN(const auto channel, open_channel(lookup, name_servers));
  ares_addrinfo_hints hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = ARES_AI_NUMERICSERV;
  ares_getaddrinfo(channel.get(), host.c_str(), service.c_str(), &hints, finish, &lookup);
  while (lookup.status == Lookup::kPending) {
    TRY(wait(channel.get(), lookup, host, deadline));
    go_on(channel.get(), lookup);
  }
  if (lookup.status != ARES_SUCCESS) {
    return failure(explain(host, lookup));
  }
  return Resolution{std::move(lookup.addresses), true};
}

}  // namespace fogis::net
