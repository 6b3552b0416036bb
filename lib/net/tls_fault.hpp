// What a failure of TLS means, and what to do about it.
#pragma once

#include <openssl/ssl.h>

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/tls_settings.hpp"

namespace fogis::net {

/// What a failure is judged by, beside OpenSSL's code for it.
struct TlsCircumstances {
  std::string name;                 ///< the server's, as it was asked for; may be an address
  bool is_address = false;          ///< so that the server was not told the name
  bool certificate_wanted = false;  ///< the server has asked for a certificate of ours
  std::string distrusted;           ///< subject of its certificate that failed verification
  std::string issuer;               ///< of that certificate
};

Error tls_error(ErrorKind kind, std::string message, std::string hint = {});

/// The oldest entry of OpenSSL's error queue of this thread, which is the cause; empties the queue.
unsigned long take_tls_error();

/// OpenSSL's words for a code of its queue, or the system's ("No such file or directory").
std::string tls_reason(unsigned long code);

/// The failure of a beginning or established session: untrusted where the server refuses our
/// certificate or misses one; protocol where another attempt would end the same way; else
/// disconnected. An alert is told by its number and name.
Error session_error(unsigned long code, SSL* session, const TlsCircumstances& circumstances);

/// The server's certificate failed verification. \param verdict X509_V_ERR_….
Error distrust(long verdict, const TlsSettings& settings, const TlsCircumstances& circumstances);

/// Whether a directory of authorities has a file that OpenSSL finds: named by the hash of a
/// subject, as `openssl rehash` links them.
bool has_hash_links(const std::string& directory);

/// `CN=localhost,O=Example`, as RFC 2253 writes it, in UTF-8.
std::string name_text(const X509_NAME* name);

}  // namespace fogis::net
