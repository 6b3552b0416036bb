#include "http/probe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/resolver.hpp"
#include "base/unique_fd.hpp"
#include "http/httplib.hpp"

namespace fogis::http {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

/// What the HTTP thread leaves behind for whoever waits for it.
struct Exchange {
  httplib::Error error = httplib::Error::Unknown;
  std::string tls_fault;  ///< why a certificate was not accepted
  std::string fault;      ///< of an exception
  bool too_long = false;
  std::string location;
  Response response;
};

/// A second descriptor for the connection that the library uses. Shutting it down ends every wait
/// of the library at once, in any phase; its own stop() waits for the end of connecting and of the
/// TLS handshake first, and its timeouts begin again with each byte.
class Lever {
public:
  void take(int descriptor) {
    const std::lock_guard lock(mutex_);
    socket_.reset(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    if (pulled_ && socket_) {
      ::shutdown(socket_.get(), SHUT_RDWR);
    }
  }

  void pull() {
    const std::lock_guard lock(mutex_);
    pulled_ = true;
    if (socket_) {
      ::shutdown(socket_.get(), SHUT_RDWR);
    }
  }

private:
  std::mutex mutex_;
  UniqueFd socket_;
  bool pulled_ = false;
};

/// `127.0.0.1` of `127.0.0.1:80`, `::1` of `[::1]:80`.
std::string numeric_host(const std::string& address) {
  const auto end = address.rfind(':');
  return address.starts_with('[') ? address.substr(1, end - 2) : address.substr(0, end);
}

std::unique_ptr<httplib::ClientImpl> make_client(const Url& url) {
  if (url.tls) {
    return std::make_unique<httplib::SSLClient>(url.host, url.port);
  }
  return std::make_unique<httplib::ClientImpl>(url.host, url.port);
}

std::string tls_fault(const httplib::ClientImpl& client) {
  const auto* const tls = dynamic_cast<const httplib::SSLClient*>(&client);
  const auto verdict = tls == nullptr ? X509_V_OK : tls->get_openssl_verify_result();
  return verdict == X509_V_OK ? std::string() : ::X509_verify_cert_error_string(verdict);
}

/// One request to one address, on a thread of its own.
void exchange(const Url& url, const std::string& address, const std::string& target,
              const Deadline& deadline, std::size_t max_body, Lever& lever, Exchange& result) {
  const auto client = make_client(url);
  client->set_hostname_addr_map({{url.host, numeric_host(address)}});
  client->set_keep_alive(false);
  client->set_follow_location(false);
  client->set_decompress(false);
  client->set_socket_options([&](int socket) { lever.take(socket); });
  // The deadline proper is kept by whoever waits; these end a thread that nobody waits for.
  const auto left = std::max(duration_cast<microseconds>(deadline.remaining()), microseconds(1));
  client->set_connection_timeout(left);
  // Later than ours, which tells a peer that is silent from one that has closed.
  client->set_read_timeout(left + std::chrono::seconds(1));
  client->set_write_timeout(left);
  const auto answer = client->Get(
      target, httplib::Headers{{"User-Agent", "fogis-redis"}, {"Accept", "application/json"}},
      [&](const httplib::Response& head) {
        result.response.status = head.status;
        result.response.content_type = head.get_header_value("Content-Type");
        result.location = head.get_header_value("Location");
        return true;
      },
      [&](const char* bytes, std::size_t count) {
        if (result.response.body.size() + count > max_body) {
          result.too_long = true;
          return false;
        }
        result.response.body.append(bytes, count);
        return true;
      });
  result.error = answer.error();
  if (result.error != httplib::Error::Success) {
    result.tls_fault = tls_fault(*client);
  }
}

Error fault(ErrorKind kind, std::string message, std::string hint = {}) {
  return make_error(kind, Phase::http, std::move(message), std::move(hint));
}

/// Why connecting fails, which the library does not tell: tried once more. 0 when it does not fail,
/// or not soon.
int connect_errno(const Address& address, const Deadline& deadline) {
  constexpr std::chrono::milliseconds kSoon(500);
  const auto* const target = reinterpret_cast<const sockaddr*>(&address.storage);
  const UniqueFd socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), target, address.length) == 0) {
    return 0;
  }
  if (errno != EINPROGRESS) {
    return errno;
  }
  int fault = 0;
  socklen_t length = sizeof(fault);
  if (deadline.within(kSoon).wait(socket.get(), POLLOUT) == WaitOutcome::ready) {
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &fault, &length);
  }
  return fault;
}

Error no_connection(const Address& address, const Deadline& deadline) {
  const int known = connect_errno(address, deadline);
  auto error = fault(
      ErrorKind::unreachable,
      known != 0 ? fmt::format("cannot connect to {}: {}", address.text, describe_errno(known))
                 : fmt::format("cannot connect to {}", address.text),
      "check that the service runs, and the port: the host's and the container's "
      "are different ones");
  error.system_errno = known;
  return error;
}

Error untrusted(const Exchange& result) {
  const auto why = result.error == httplib::Error::SSLServerHostnameVerification
                       ? std::string("it is for another name")
                       : result.tls_fault;
  return fault(ErrorKind::untrusted,
               why.empty() ? "the server's certificate is not trusted"
                           : fmt::format("the server's certificate is not trusted: {}", why),
               "SSL_CERT_FILE names the file of the authority that signed it");
}

/// What the library's word for a failed exchange means here.
Error explain(const Exchange& result, const Address& address, const Deadline& deadline,
              const ProbeLimits& limits) {
  using httplib::Error;
  if (!result.fault.empty()) {
    return fault(ErrorKind::internal, result.fault);
  }
  if (result.too_long) {
    return fault(ErrorKind::protocol, fmt::format("the answer has more than {} bytes", limits.body),
                 "something other than the service answers there");
  }
  switch (result.error) {
    case Error::Connection:
      return no_connection(address, deadline);
    case Error::ConnectionTimeout:
      return fault(ErrorKind::timed_out,
                   fmt::format("{} takes no connection in time", address.text),
                   "a firewall may drop the packets, or the service is stuck");
    case Error::SSLServerVerification:
    case Error::SSLServerHostnameVerification:
      return untrusted(result);
    case Error::SSLLoadingCerts:
      return fault(ErrorKind::configuration, "the trusted certificates cannot be loaded",
                   "install ca-certificates, or set SSL_CERT_FILE");
    case Error::SSLConnection:
      return result.tls_fault.empty()
                 ? fault(ErrorKind::protocol, "no TLS handshake is possible",
                         "if the port speaks plain HTTP, write http:// instead of https://")
                 : untrusted(result);
    default:
      return result.response.status == 0
                 ? fault(ErrorKind::disconnected, "the connection ended without an HTTP answer",
                         "look at the service's log; something else may listen on that port")
                 : fault(ErrorKind::disconnected, "the answer ended in the middle",
                         "look at the service's log");
  }
}

/// The library writes to sockets that are shut down without MSG_NOSIGNAL. Such a signal goes to the
/// thread that wrote; blocked there, it ends with it.
void hold_back_broken_pipes() {
  sigset_t broken_pipe;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
}

/// Runs the exchange on a thread, waits for it, and cuts it off at the deadline or a stop.
Result<Exchange> request(const Url& url, const Address& address, const std::string& target,
                         const Deadline& deadline, const ProbeLimits& limits) {
  const UniqueFd done(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!done) {
    return failure(make_system_error(ErrorKind::internal, Phase::http, "cannot wait for an answer",
                                     errno, "raise the limit of open files (ulimit -n)"));
  }
  Lever lever;
  Exchange result;
  std::thread thread;
  try {
    thread = std::thread([&] {
      hold_back_broken_pipes();
      try {
        exchange(url, address.text, target, deadline, limits.body, lever, result);
      } catch (const std::exception& thrown) {
        result.fault = thrown.what();
      }
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(done.get(), &one, sizeof(one));
    });
  } catch (const std::system_error& thrown) {
    return failure(make_system_error(ErrorKind::internal, Phase::http, "cannot start a request",
                                     thrown.code().value(), "raise the limit of processes"));
  }
  const auto outcome = deadline.wait(done.get(), POLLIN);
  if (outcome != WaitOutcome::ready) {
    lever.pull();
  }
  thread.join();
  switch (outcome) {
    case WaitOutcome::ready:
      break;
    case WaitOutcome::stopped:
      return failure(interrupted_error(Phase::http));
    default:
      return failure(fault(
          ErrorKind::timed_out,
          result.response.status == 0 ? "no answer in time" : "the answer did not end in time",
          "look at the service's log: it is overloaded or stuck"));
  }
  if (result.error != httplib::Error::Success || result.too_long || !result.fault.empty()) {
    return failure(explain(result, address, deadline, limits));
  }
  return result;
}

/// Tries the addresses of the host in turn; only one that takes no connection leads to the next.
Result<Exchange> request_host(const Url& url, const std::string& target, const Deadline& deadline,
                              const ProbeLimits& limits) {
  TRY_ASSIGN(const auto resolution, resolve(url.host, url.port, deadline));
  Result<Exchange> result = failure(fault(ErrorKind::internal, "no address"));
  for (const auto& address : resolution.addresses) {
    result = request(url, address, target, deadline, limits);
    if (result || result.error().kind != ErrorKind::unreachable) {
      break;
    }
  }
  return result;
}

bool is_redirection(const Exchange& result) {
  constexpr std::array kStatus{301, 302, 303, 307, 308};
  return std::find(kStatus.begin(), kStatus.end(), result.response.status) != kStatus.end() &&
         !result.location.empty();
}

Result<Response> follow(Target place, const Deadline& deadline, const ProbeLimits& limits) {
  for (unsigned redirects = 0;; ++redirects) {
    TRY_ASSIGN(auto result, request_host(place.url, place.target, deadline, limits));
    if (!is_redirection(result)) {
      return std::move(result.response);
    }
    if (redirects == limits.redirects) {
      return failure(fault(ErrorKind::protocol,
                           fmt::format("it redirects more than {} times", limits.redirects),
                           "give the URL at which the redirections end"));
    }
    TRY_ASSIGN(auto next, follow_location(place.url, place.target, result.location));
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
