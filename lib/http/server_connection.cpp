#include "http/server_connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace fogis::http {
namespace {

/// How long, and how much, a client may still send after its last answer.
constexpr std::chrono::milliseconds kDrainTime{1'000};
constexpr std::size_t kMostDrained = 256UL * 1024;

bool is_passing(int fault) {
  return fault == EAGAIN || fault == EWOULDBLOCK || fault == EINTR;
}

}  // namespace

ServerConnection::ServerConnection(UniqueFd socket, const ConnectionLimits& limits,
                                   Clock::time_point now)
    : socket_(std::move(socket)), limits_(&limits) {
  enter(State::reading, limits.request_time, now);
}

void ServerConnection::enter(State state, std::chrono::milliseconds span, Clock::time_point now) {
  state_ = state;
  since_ = now;
  deadline_ = now + span;
}

short ServerConnection::events() const {
  return state_ == State::writing ? POLLOUT : POLLIN;
}

bool ServerConnection::has_work() const {
  return (state_ == State::reading || state_ == State::idle) && !input_examined_;
}

void ServerConnection::turn(bool readable_or_writable, const Respond& respond,
                            Clock::time_point now) {
  // What came already is served before more is taken in, or a flood of requests would pile up here.
  if (readable_or_writable && !has_work()) {
    switch (state_) {
      case State::reading:
      case State::idle:
        read_some(now);
        break;
      case State::writing:
        write_some(now);
        break;
      case State::draining:
        drain();
        break;
      case State::closed:
        return;
    }
  }
  if (has_work()) {
    serve_next(respond, now);
  }
}

void ServerConnection::read_some(Clock::time_point now) {
  std::array<char, 4096> chunk{};
  const auto count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
  if (count > 0) {
    if (state_ == State::idle) {
      enter(State::reading, limits_->request_time, now);
    }
    input_.append(chunk.data(), static_cast<std::size_t>(count));
    input_examined_ = false;
  } else if (count == 0 || !is_passing(errno)) {
    // A client that closed its half waits for no answer that it could still get.
    state_ = State::closed;
  }
}

void ServerConnection::serve_next(const Respond& respond, Clock::time_point now) {
  input_examined_ = true;
  const auto parsed = parse_request(input_, limits_->head_bytes);
  switch (parsed.state) {
    case ParsedRequest::State::incomplete:
      return;
    case ParsedRequest::State::refused:
      answer(plain_response(parsed.status, parsed.reason), false, true, now);
      return;
    case ParsedRequest::State::complete:
      break;
  }
  input_.erase(0, parsed.length);
  input_examined_ = input_.empty();
  ++served_;
  const bool keep_alive = parsed.request.keep_alive && served_ < limits_->requests;
  answer(respond(parsed.request), keep_alive, parsed.request.method != "HEAD", now);
}

void ServerConnection::answer(const ServerResponse& response, bool keep_alive, bool with_body,
                              Clock::time_point now) {
  head_ = response_head(response, keep_alive, std::chrono::system_clock::now());
  body_ = with_body ? response.body : nullptr;
  written_ = 0;
  keep_alive_ = keep_alive;
  enter(State::writing, limits_->response_time, now);
  write_some(now);
}

void ServerConnection::write_some(Clock::time_point now) {
  const auto body_size = body_ ? body_->size() : 0;
  // Head and body in one segment where they fit. sendmsg takes no const, and changes nothing.
  const auto head_done = std::min(written_, head_.size());
  const auto body_done = written_ - head_done;
  std::array<iovec, 2> parts{{
      {.iov_base = head_.data() + head_done, .iov_len = head_.size() - head_done},
      {.iov_base = body_ ? const_cast<char*>(body_->data()) + body_done : nullptr,
       .iov_len = body_size - body_done},
  }};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const auto count = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  if (count < 0) {
    if (!is_passing(errno)) {
      state_ = State::closed;
    }
    return;
  }
  written_ += static_cast<std::size_t>(count);
  if (written_ == head_.size() + body_size) {
    finish_answer(now);
  }
}

void ServerConnection::finish_answer(Clock::time_point now) {
  body_.reset();
  head_.clear();
  if (!keep_alive_) {
    ::shutdown(socket_.get(), SHUT_WR);
    input_.clear();
    enter(State::draining, kDrainTime, now);
  } else if (input_.empty()) {
    enter(State::idle, limits_->idle_time, now);
  } else {
    enter(State::reading, limits_->request_time, now);
  }
}

void ServerConnection::drain() {
  std::array<char, 16384> chunk{};
  const auto count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
  if (count > 0) {
    drained_ += static_cast<std::size_t>(count);
  }
  if (count == 0 || (count < 0 && !is_passing(errno)) || drained_ > kMostDrained) {
    state_ = State::closed;
  }
}

bool ServerConnection::expire(Clock::time_point now) {
  if (state_ == State::closed || now < deadline_) {
    return false;
  }
  if (state_ == State::reading && !input_.empty()) {
    answer(plain_response(408, "The request did not arrive in time."), false, true, now);
    return true;
  }
  const bool harmless = state_ == State::idle || state_ == State::draining;
  state_ = State::closed;
  return !harmless;
}

void ServerConnection::evict(Clock::time_point now) {
  if (state_ == State::reading) {
    answer(plain_response(503, "Too many connections; the slowest one is closed."), false, true,
           now);
  }
  state_ = State::closed;
}

}  // namespace fogis::http
