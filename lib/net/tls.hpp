// Encrypted streams, with the chain and the name of the server verified.
#pragma once

#include <memory>
#include <string>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/tls_settings.hpp"
#include "base/unique_fd.hpp"
#include "net/stream.hpp"

namespace fogis::net {

/// A stream whose handshake is done, and what was agreed on.
struct TlsHandshake {
  std::unique_ptr<Stream> stream;
  std::string version;  ///< `TLSv1.3`
  std::string cipher;
};

/// Does a TLS 1.2 or 1.3 handshake as the client. Unless verification is switched off, the chain
/// must lead to a trusted root and the certificate must name `settings.server_name`, or `host` when
/// that is empty; a numeric address must stand among its IP names.
/// \param socket connected and non-blocking.
/// Errors (phase tls): configuration for unreadable or unfitting files and for a directory of
/// authorities without hash links; untrusted when a certificate is refused, by us or by the server,
/// or the server misses ours; protocol when the peer speaks no TLS, or none that we speak;
/// timed_out (a plain Redis waits in silence for a whole line); disconnected; interrupted.
Result<TlsHandshake> start_tls(UniqueFd socket, const TlsSettings& settings,
                               const std::string& host, const Deadline& deadline);

}  // namespace fogis::net
