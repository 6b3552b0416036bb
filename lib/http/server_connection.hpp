// One client of the HTTP server: its bytes, its turn, its time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/unique_fd.hpp"
#include "http/server_request.hpp"
#include "http/server_response.hpp"

namespace fogis::http {

/// What one connection may take.
struct ConnectionLimits {
  std::size_t head_bytes = 8192;
  /// From the first moment of a connection, or the first byte of a later request, to the end of
  /// the request's head, however its bytes drip.
  std::chrono::milliseconds request_time{5'000};
  /// For taking the whole answer.
  std::chrono::milliseconds response_time{10'000};
  /// Between an answer and the next request.
  std::chrono::milliseconds idle_time{30'000};
  /// Then the connection is closed: nobody owns a place for ever.
  std::size_t requests = 1'000;
};

/// A state machine over a non-blocking socket, moved on by turn(). It never blocks and holds at
/// most one head, one answer and its place. Every state has a moment at which it is over. Not
/// thread-safe.
class ServerConnection {
public:
  using Clock = std::chrono::steady_clock;
  /// Answers a request. Not called for one that was refused.
  using Respond = std::function<ServerResponse(const Request& request)>;

  /// How the connection may be treated when its place is needed.
  enum class State : std::uint8_t {
    reading,   ///< a request's head is on its way, or nothing came yet
    idle,      ///< between two requests
    writing,   ///< an answer is on its way
    draining,  ///< the last answer is sent; the client's rest is read so that no reset destroys it
    closed,    ///< to be removed
  };

  /// Takes ownership of the socket. `limits` must live longer.
  ServerConnection(UniqueFd socket, const ConnectionLimits& limits, Clock::time_point now);

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  [[nodiscard]] State state() const { return state_; }
  /// POLLIN or POLLOUT.
  [[nodiscard]] short events() const;
  /// Whether a request may be waiting in what was read already: then no event will come.
  [[nodiscard]] bool has_work() const;
  /// When the present state is over.
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  /// When the present state began.
  [[nodiscard]] Clock::time_point since() const { return since_; }

  /// Does what can be done now: one read, at most one request, as much of its answer as the socket
  /// takes. `readable_or_writable` tells that poll saw one of events(), or a fault.
  void turn(bool readable_or_writable, const Respond& respond, Clock::time_point now);

  /// Ends the present state when its deadline has passed: a request that is not complete gets 408,
  /// everything else is closed. True when a request or an answer was cut short.
  bool expire(Clock::time_point now);

  /// Gives the place up: an unfinished request gets 503 as far as the socket takes it at once.
  void evict(Clock::time_point now);

private:
  void read_some(Clock::time_point now);
  void serve_next(const Respond& respond, Clock::time_point now);
  void answer(const ServerResponse& response, bool keep_alive, bool with_body,
              Clock::time_point now);
  void write_some(Clock::time_point now);
  void finish_answer(Clock::time_point now);
  void drain();
  void enter(State state, std::chrono::milliseconds span, Clock::time_point now);

  UniqueFd socket_;
  const ConnectionLimits* limits_;
  State state_ = State::reading;
  Clock::time_point since_;
  Clock::time_point deadline_;
  std::string input_;
  bool input_examined_ = true;  ///< nothing has come since input_ was last looked at
  std::string head_;
  std::shared_ptr<const std::string> body_;
  std::size_t written_ = 0;  ///< of head and body together
  bool keep_alive_ = true;
  std::size_t served_ = 0;
  std::size_t drained_ = 0;
};

}  // namespace fogis::http
