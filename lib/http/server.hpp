// A small HTTP server: a few pages for many readers, in one thread and in bounded memory.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/stop_event.hpp"
#include "http/server_connection.hpp"
#include "http/server_request.hpp"
#include "http/server_response.hpp"
#include "http/server_socket.hpp"

namespace fogis::http {

/// What the server has done since it began to listen. Counters only grow.
struct ServerCounts {
  std::uint64_t connections = 0;  ///< accepted
  std::uint64_t requests = 0;     ///< answered by a handler
  std::uint64_t timed_out = 0;    ///< connections ended because their time was over
  std::uint64_t evicted = 0;      ///< connections that gave way to newer ones
  std::uint64_t open = 0;         ///< connections right now
};

/// Serves GET and HEAD over HTTP/1.1, without TLS. No client can keep another one waiting: nothing
/// blocks, every connection has a total time for its request and for its answer, and when all
/// places are taken the one that has been slowest gives way to the newcomer. While it listens on a
/// loopback address it answers only to addresses and to `localhost` as Host, so that no web page
/// reaches it under a name of its own (DNS rebinding).
class Server {
public:
  /// Called on the thread of serve(); must not block for long and must not throw.
  using Handler = std::function<ServerResponse(const Request& request)>;
  /// By exact path.
  using Routes = std::map<std::string, Handler, std::less<>>;

  struct Limits {
    /// Places for connections. Fewer where the process may open fewer files: half of them.
    std::size_t connections = 256;
    ConnectionLimits connection = {};
  };

  /// Listens from now on; nobody is answered before serve() runs. Errors: those of listen_on().
  static Result<Server> listen(const ListenAddress& address, Routes routes, Limits limits);
  static Result<Server> listen(const ListenAddress& address, Routes routes) {
    return listen(address, std::move(routes), Limits{});
  }

  /// Where it listens, with the port that was chosen.
  [[nodiscard]] const ListenAddress& address() const { return address_; }

  /// Serves until `stop` is requested, then closes all connections at once. To be called once.
  /// Errors (phase http): internal when waiting fails.
  Result<void> serve(const StopEvent& stop);

  /// Thread-safe, also while serve() runs elsewhere.
  [[nodiscard]] ServerCounts counts() const;

private:
  using Clock = ServerConnection::Clock;

  struct Counters {
    std::atomic<std::uint64_t> connections{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> timed_out{0};
    std::atomic<std::uint64_t> evicted{0};
    std::atomic<std::uint64_t> open{0};
  };

  Server(ListeningSocket listening, Routes routes, Limits limits);

  [[nodiscard]] ServerResponse respond(const Request& request);
  [[nodiscard]] Result<bool> wait(const StopEvent& stop);
  [[nodiscard]] Clock::time_point next_moment() const;
  void take_turns();
  void accept_waiting();
  bool make_room();

  UniqueFd listener_;
  ListenAddress address_;
  Routes routes_;
  std::unique_ptr<Limits> limits_;  ///< at a fixed address: connections point to it
  std::unique_ptr<Counters> counters_ = std::make_unique<Counters>();
  std::vector<ServerConnection> connections_;
  std::vector<bool> ready_;         ///< for each connection: poll has seen an event
  bool newcomers_ = false;          ///< poll has seen somebody at the door
  Clock::time_point accept_again_;  ///< not before, because the system had no descriptor left
};

}  // namespace fogis::http
