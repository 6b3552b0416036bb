#include "http/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace fogis::http {
namespace {

using State = ServerConnection::State;

/// How many are taken in before those who are in get their turn.
constexpr std::size_t kAcceptedAtOnce = 64;
/// How long nobody is taken in after the system ran out of descriptors.
constexpr std::chrono::milliseconds kAcceptPause{100};

std::size_t places(std::size_t wanted) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY) {
    wanted = std::min<std::size_t>(wanted, files.rlim_cur / 2);
  }
  return std::max<std::size_t>(wanted, 1);
}

bool is_numeric(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (host.size() > 2 && host.front() == '[') {
    return ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) == 1;
  }
  return ::inet_pton(AF_INET, host.c_str(), &v4) == 1;
}

/// Whether a browser can have got to that host without a name that somebody else controls.
/// HTTP/1.0 may name none.
bool is_own_host(const std::string& host) {
  return host.empty() || host == "localhost" || host.ends_with(".localhost") || is_numeric(host);
}

/// The lower, the sooner a connection gives way: first those that wait for nothing.
int rank(State state) {
  switch (state) {
    case State::closed:
    case State::draining:
      return 0;
    case State::idle:
      return 1;
    case State::reading:
      return 2;
    case State::writing:
      return 3;
  }
  return 0;
}

}  // namespace

Result<Server> Server::listen(const ListenAddress& address, Routes routes, Limits limits) {
  TRY_ASSIGN(auto listening, listen_on(address));
  return Server(std::move(listening), std::move(routes), limits);
}

Server::Server(ListeningSocket listening, Routes routes, Limits limits)
    : listener_(std::move(listening.socket)),
      address_(std::move(listening.address)),
      routes_(std::move(routes)),
      limits_(std::make_unique<Limits>(limits)) {
  limits_->connections = places(limits.connections);
}

ServerCounts Server::counts() const {
  return {.connections = counters_->connections,
          .requests = counters_->requests,
          .timed_out = counters_->timed_out,
          .evicted = counters_->evicted,
          .open = counters_->open};
}

ServerResponse Server::respond(const Request& request) {
  if (address_.is_loopback() && !is_own_host(request.host)) {
    return plain_response(421,
                          "On a loopback address only IP addresses and localhost are accepted as "
                          "Host. To use another name, listen on a non-loopback address.");
  }
  const auto route = routes_.find(request.path);
  if (route == routes_.end()) {
    return plain_response(404, "Page not found.");
  }
  counters_->requests.fetch_add(1);
  return route->second(request);
}

Result<void> Server::serve(const StopEvent& stop) {
  while (true) {
    TRY_ASSIGN(const auto go_on, wait(stop));
    if (!go_on) {
      break;
    }
    take_turns();
    if (newcomers_) {
      accept_waiting();
    }
    counters_->open.store(connections_.size());
  }
  connections_.clear();
  listener_.reset();
  counters_->open.store(0);
  return {};
}

/// The first moment at which something happens without an event.
Server::Clock::time_point Server::next_moment() const {
  auto moment = Clock::time_point::max();
  for (const auto& connection : connections_) {
    if (connection.has_work()) {
      return Clock::time_point::min();
    }
    moment = std::min(moment, connection.deadline());
  }
  if (accept_again_ > Clock::now()) {
    moment = std::min(moment, accept_again_);
  }
  return moment;
}

/// Waits for events and notes them in ready_ and newcomers_. False when a stop was requested.
Result<bool> Server::wait(const StopEvent& stop) {
  const bool door_open = Clock::now() >= accept_again_;
  std::vector<pollfd> watched;
  watched.reserve(connections_.size() + 2);
  watched.push_back({.fd = stop.descriptor(), .events = POLLIN, .revents = 0});
  watched.push_back({.fd = door_open ? listener_.get() : -1, .events = POLLIN, .revents = 0});
  for (const auto& connection : connections_) {
    watched.push_back({.fd = connection.descriptor(), .events = connection.events(), .revents = 0});
  }
  const auto moment = next_moment();
  timespec left{};
  const bool bounded = moment != Clock::time_point::max();
  if (bounded) {
    const auto now = Clock::now();
    const auto span = moment > now ? moment - now : Clock::duration::zero();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
    left = {.tv_sec = seconds.count(), .tv_nsec = (span - seconds).count()};
  }
  if (::ppoll(watched.data(), watched.size(), bounded ? &left : nullptr, nullptr) < 0) {
    if (errno != EINTR) {
      return failure(make_system_error(ErrorKind::internal, Phase::http,
                                       "cannot wait for connections", errno));
    }
    // What revents holds is not defined now.
    for (auto& entry : watched) {
      entry.revents = 0;
    }
  }
  newcomers_ = watched[1].revents != 0;
  ready_.assign(connections_.size(), false);
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    ready_[i] = watched[i + 2].revents != 0;
  }
  return !stop.requested();
}

/// One step for each connection that has something to do; removes those that are over.
void Server::take_turns() {
  const auto handler = [this](const Request& request) { return respond(request); };
  const auto now = Clock::now();
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    connections_[i].turn(ready_[i], handler, now);
    if (connections_[i].expire(now)) {
      counters_->timed_out.fetch_add(1);
    }
  }
  std::erase_if(connections_,
                [](const auto& connection) { return connection.state() == State::closed; });
}

void Server::accept_waiting() {
  // A newcomer must get its turn before the ones after it can push it out again.
  const auto at_once = std::clamp<std::size_t>(limits_->connections / 4, 1, kAcceptedAtOnce);
  for (std::size_t accepted = 0; accepted < at_once; ++accepted) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      const int fault = errno;
      const bool exhausted =
          fault == EMFILE || fault == ENFILE || fault == ENOBUFS || fault == ENOMEM;
      if (exhausted && !make_room()) {
        accept_again_ = Clock::now() + kAcceptPause;
      }
      return;  // Whoever still waits is seen by the next poll.
    }
    if (connections_.size() >= limits_->connections) {
      make_room();
    }
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    counters_->connections.fetch_add(1);
    connections_.emplace_back(std::move(socket), limits_->connection, Clock::now());
  }
}

/// Takes the place of the connection that needs it least. False when there is none.
bool Server::make_room() {
  const auto slowest =
      std::min_element(connections_.begin(), connections_.end(), [](const auto& a, const auto& b) {
        return std::pair(rank(a.state()), a.since()) < std::pair(rank(b.state()), b.since());
      });
  if (slowest == connections_.end()) {
    return false;
  }
  slowest->evict(Clock::now());
  connections_.erase(slowest);
  counters_->evicted.fetch_add(1);
  return true;
}

}  // namespace fogis::http
