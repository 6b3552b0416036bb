// A GET that is over by its deadline, whatever the other side does.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "http/url.hpp"

namespace fogis::http {

/// What a probe takes from a server at most.
struct ProbeLimits {
  std::size_t body = std::size_t{1} << 20U;  ///< bytes of an answer's body
  unsigned redirects = 3;                    ///< followed one after the other
};

/// An HTTP answer, of any status.
struct Response {
  int status = 0;
  std::string content_type;  ///< as it came; empty when there is none
  std::string body;          ///< as it came, within the limit
  std::chrono::nanoseconds elapsed{};
};

/// Asks for `path` (absolute, below the URL's own) with GET, and reads the whole answer. Follows
/// redirections within the limit, but neither from https to http nor to another host or port (the
/// other scheme's is none): who answers there need not be the service. An https server's
/// certificate and name are verified against the system's store (SSL_CERT_FILE names another). Name
/// resolution, connecting, TLS and every byte count against `deadline`; its stop event ends the
/// wait too. Errors: not_resolved (phase resolve); all others have the phase http: unreachable,
/// timed_out, interrupted, disconnected, untrusted, protocol (no HTTP, a longer body than allowed,
/// too many redirections, or one to another server), internal. The endpoint is the URL that was
/// asked. Thread-safe.
Result<Response> get(const Url& url, std::string_view path, const Deadline& deadline,
                     const ProbeLimits& limits = {});

}  // namespace fogis::http
