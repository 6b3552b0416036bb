#include "http/probe.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/dial.hpp"
#include "net/resolver.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"

namespace fogis::http {
namespace {

using std::chrono::steady_clock;

/// What the library reads from and writes to: the timeouts of its own sockets begin again with each
/// byte, here every wait ends at the deadline or a stop.
class Transport final : public httplib::Stream {
public:
  Transport(std::unique_ptr<net::Stream> stream, const Deadline& deadline)
      : stream_(std::move(stream)), deadline_(deadline) {}

  [[nodiscard]] bool is_readable() const override { return true; }
  [[nodiscard]] bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  [[nodiscard]] int socket() const override { return stream_->descriptor(); }

  ssize_t read(char* bytes, std::size_t count) override {
    // The library asks for the head byte by byte.
    if (unread_.empty()) {
      const auto got = move([&] { return stream_->read(buffer_); });
      if (got <= 0) {
        return got;
      }
      unread_ = std::span(buffer_).first(static_cast<std::size_t>(got));
    }
    const auto taken = unread_.first(std::min(count, unread_.size()));
    std::copy(taken.begin(), taken.end(), bytes);
    unread_ = unread_.subspan(taken.size());
    return static_cast<ssize_t>(taken.size());
  }

  ssize_t write(const char* bytes, std::size_t count) override {
    return move([&] { return stream_->write({bytes, count}); });
  }

  /// How the last wait ended; `ready` when there was none.
  [[nodiscard]] WaitOutcome outcome() const { return outcome_; }

private:
  /// Does `step` as soon as it can be done. The number of bytes, 0 at the end of the stream, or -1.
  template <typename Step>
  ssize_t move(Step step) {
    // A peer that never stops sending is always ready: only the clock ends that.
    outcome_ = deadline_.stopped()   ? WaitOutcome::stopped
               : deadline_.expired() ? WaitOutcome::expired
                                     : WaitOutcome::ready;
    while (outcome_ == WaitOutcome::ready) {
      const net::IoResult moved = step();
      switch (moved.status) {
        case net::IoStatus::done:
          return static_cast<ssize_t>(moved.bytes);
        case net::IoStatus::closed:
          return 0;
        case net::IoStatus::failed:
          return -1;
        case net::IoStatus::want_read:
        case net::IoStatus::want_write:
          break;
      }
      outcome_ = deadline_.wait(stream_->descriptor(),
                                moved.status == net::IoStatus::want_read ? POLLIN : POLLOUT);
    }
    return -1;
  }

  std::unique_ptr<net::Stream> stream_;
  Deadline deadline_;
  std::array<char, 4096> buffer_{};
  std::span<const char> unread_;
  WaitOutcome outcome_ = WaitOutcome::ready;
};

/// The library's client, on a connection that is there already and stays ours.
class Client final : public httplib::ClientImpl {
public:
  Client(const Url& url, Transport& transport)
      : ClientImpl(url.host, url.port), tls_(url.tls), transport_(transport) {
    set_keep_alive(false);
    set_follow_location(false);
    set_decompress(false);
  }

private:
  bool create_and_connect_socket(Socket& socket, httplib::Error& /*error*/) override {
    socket.sock = transport_.socket();
    return true;
  }
  /// Called before the library closes the socket, which is not its own.
  void shutdown_ssl(Socket& socket, bool /*gracefully*/) override { socket.sock = INVALID_SOCKET; }
  bool process_socket(const Socket& /*socket*/,
                      std::function<bool(httplib::Stream&)> callback) override {
    return callback(transport_);
  }
  /// Decides whether the port is named in the request.
  [[nodiscard]] bool is_ssl() const override { return tls_; }

  bool tls_;
  Transport& transport_;
};

Error fault(ErrorKind kind, std::string message, std::string hint = {}) {
  return make_error(kind, Phase::http, std::move(message), std::move(hint));
}

/// What takes the place of a hint that names an option or a setting of Redis.
struct HttpHint {
  std::string_view redis_word;
  std::string_view hint;
};
constexpr std::array<HttpHint, 6> kHttpHints{{
    {"--cacert", "set SSL_CERT_FILE to the certificate of the authority that signed it"},
    {"--sni", "use a host name in the URL that the service has a certificate for"},
    {"--cert", "the service wants a client certificate, and this tool has none for HTTP"},
    {"redis://", "if the port speaks plain HTTP, write http:// instead of https://"},
    {"maxclients", "if the port speaks plain HTTP, write http:// instead of https://"},
    {"tls-protocols", "let the service accept TLSv1.2 or TLSv1.3"},
}};

/// A failure to connect, with hints for a URL instead of those for options.
Error as_http(Error error) {
  error.phase = Phase::http;
  const auto* const found = std::find_if(
      kHttpHints.begin(), kHttpHints.end(),
      [&](const HttpHint& each) { return error.hint.find(each.redis_word) != std::string::npos; });
  if (found != kHttpHints.end()) {
    error.hint = found->hint;
  }
  return error;
}

Result<std::unique_ptr<net::Stream>> connect(const Url& url, const Deadline& deadline) {
  TRY_ASSIGN(const auto resolution, net::resolve(url.host, url.port, deadline));
  TRY_ASSIGN(auto dialled, net::dial_tcp(resolution.addresses, deadline).map_error(as_http));
  if (!url.tls) {
    return net::make_plain_stream(std::move(dialled.socket));
  }
  TRY_ASSIGN(auto handshake,
             net::start_tls(std::move(dialled.socket), {}, url.host, deadline).map_error(as_http));
  return std::move(handshake.stream);
}

/// An answer, and where it leads.
struct Exchange {
  Response response;
  std::string location;
};

/// Why there is no whole answer. `status` is 0 before its head has come.
Error incomplete(WaitOutcome outcome, int status) {
  switch (outcome) {
    case WaitOutcome::ready:
      return status == 0
                 ? fault(ErrorKind::disconnected, "the connection ended without an HTTP answer",
                         "look at the service's log; something else may listen on that port")
                 : fault(ErrorKind::disconnected, "the answer ended in the middle",
                         "look at the service's log");
    case WaitOutcome::stopped:
      return interrupted_error(Phase::http);
    default:
      return fault(ErrorKind::timed_out,
                   status == 0 ? "no answer in time" : "the answer did not end in time",
                   "look at the service's log: it is overloaded or stuck");
  }
}

Result<Exchange> request(const Url& url, const std::string& target, const Deadline& deadline,
                         const ProbeLimits& limits) try {
  TRY_ASSIGN(auto stream, connect(url, deadline));
  Transport transport(std::move(stream), deadline);
  Exchange result;
  auto& response = result.response;
  bool too_long = false;
  const auto answer =
      Client(url, transport)
          .Get(
              target, {{"User-Agent", "fogis-redis"}, {"Accept", "application/json"}},
              [&](const httplib::Response& head) {
                response.status = head.status;
                response.content_type = head.get_header_value("Content-Type");
                result.location = head.get_header_value("Location");
                return true;
              },
              [&](const char* bytes, std::size_t count) {
                too_long = response.body.size() + count > limits.body;
                response.body.append(bytes, too_long ? 0 : count);
                return !too_long;
              });
  if (too_long) {
    return failure(fault(ErrorKind::protocol,
                         fmt::format("the answer has more than {} bytes", limits.body),
                         "something other than the service answers there"));
  }
  if (!answer) {
    return failure(incomplete(transport.outcome(), response.status));
  }
  return result;
} catch (const std::exception& thrown) {
  return failure(fault(ErrorKind::internal, thrown.what()));
}

bool is_redirection(const Exchange& result) {
  constexpr std::array kStatus{301, 302, 303, 307, 308};
  return std::find(kStatus.begin(), kStatus.end(), result.response.status) != kStatus.end() &&
         !result.location.empty();
}

/// Another scheme has another port.
bool is_same_server(const Url& from, const Url& to) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  const bool is_same_host =
      std::equal(from.host.begin(), from.host.end(), to.host.begin(), to.host.end(),
                 [&](char left, char right) { return lower(left) == lower(right); });
  return is_same_host && (from.port == to.port || from.tls != to.tls);
}

Result<Response> follow(RedirectTarget place, const Deadline& deadline, const ProbeLimits& limits) {
  for (unsigned redirects = 0;; ++redirects) {
    TRY_ASSIGN(auto result, request(place.url, place.target, deadline, limits));
    if (!is_redirection(result)) {
      return std::move(result.response);
    }
    if (redirects == limits.redirects) {
      return failure(fault(ErrorKind::protocol,
                           fmt::format("it redirects more than {} times", limits.redirects),
                           "give the final URL of the redirects"));
    }
    TRY_ASSIGN(auto next, follow_location(place.url, place.target, result.location));
    if (!is_same_server(place.url, next.url)) {
      return failure(fault(ErrorKind::protocol,
                           fmt::format("it redirects to another server, {}", next.url.text()),
                           "what answers there need not be the service: give the service's own "
                           "URL, or that one if it is meant"));
    }
    if (place.url.tls && !next.url.tls) {
      return failure(fault(ErrorKind::protocol, "it redirects from https to http",
                           "give the http:// URL itself, if that is meant"));
    }
    place = std::move(next);
  }
}

}  // namespace

Result<Response> get(const Url& url, std::string_view path, const Deadline& deadline,
                     const ProbeLimits& limits) {
  const auto started = steady_clock::now();
  auto base = url;
  base.path.clear();
  auto response = follow({std::move(base), url.path + std::string(path)}, deadline, limits);
  const auto elapsed = steady_clock::now() - started;
  if (!response) {
    response.error().endpoint = url.text() + std::string(path);
    response.error().elapsed = elapsed;
    return response;
  }
  response->elapsed = elapsed;
  return response;
}

}  // namespace fogis::http
