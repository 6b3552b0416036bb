#include "net/tls_fault.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace fogis::net {
namespace {

/// A fatal alert of the server (RFC 8446, section 6.2).
struct KnownAlert {
  int number;
  ErrorKind kind;
  bool is_about_certificate;  ///< of ours, if the server has seen one or asked for one
  std::string_view hint;
};

constexpr std::string_view kLogHint = "the server's log says why";
constexpr std::string_view kCipherHint =
    "there is probably no cipher in common (tls-ciphers and tls-ciphersuites of the server), or "
    "it wants another name (--sni NAME): look at its log";
constexpr std::string_view kSignerHint =
    "it must be signed by the authority in the server's tls-ca-cert-file";

constexpr std::array<KnownAlert, 14> kAlerts{{
    {SSL_AD_HANDSHAKE_FAILURE, ErrorKind::protocol, true, kCipherHint},
    {SSL_AD_BAD_CERTIFICATE, ErrorKind::protocol, true, kSignerHint},
    {SSL_AD_UNSUPPORTED_CERTIFICATE, ErrorKind::protocol, true,
     "its extended key usage must include clientAuth"},
    {SSL_AD_CERTIFICATE_REVOKED, ErrorKind::protocol, true, "its authority has revoked it"},
    {SSL_AD_CERTIFICATE_EXPIRED, ErrorKind::protocol, true,
     "renew it, or check the clock of the server"},
    {SSL_AD_CERTIFICATE_UNKNOWN, ErrorKind::protocol, true, kSignerHint},
    {SSL_AD_UNKNOWN_CA, ErrorKind::protocol, true, kSignerHint},
    {SSL_AD_ACCESS_DENIED, ErrorKind::protocol, true,
     "the server knows it and does not let it in: look at its rules for client certificates"},
    {SSL_AD_CERTIFICATE_REQUIRED, ErrorKind::protocol, true, kSignerHint},
    {SSL_AD_PROTOCOL_VERSION, ErrorKind::protocol, false,
     "let the server accept TLSv1.2 or TLSv1.3 (tls-protocols)"},
    {SSL_AD_INSUFFICIENT_SECURITY, ErrorKind::protocol, false, kCipherHint},
    {SSL_AD_INTERNAL_ERROR, ErrorKind::disconnected, false,
     "the fault is on the server's side: its log says why"},
    {SSL_AD_UNRECOGNIZED_NAME, ErrorKind::protocol, false,
     "give a name that the server has a certificate for with --sni NAME"},
    {SSL_AD_NO_APPLICATION_PROTOCOL, ErrorKind::protocol, false,
     "another service than Redis listens there, e.g. a web server: check host and port"},
}};

KnownAlert known_alert(int number) {
  const auto* const found = std::find_if(kAlerts.begin(), kAlerts.end(),
                                         [&](const auto& each) { return each.number == number; });
  return found == kAlerts.end() ? KnownAlert{number, ErrorKind::protocol, false, kLogHint} : *found;
}

std::string alert_text(int number) {
  const std::string_view words = SSL_alert_desc_string_long(number);
  return words == "unknown" ? fmt::format("alert {}", number)
                            : fmt::format("alert {}, {}", number, words);
}

/// \param server what is known of its range.
Error no_common_version(SSL* session, std::string_view server) {
  // The macros SSL_get_min_proto_version and ..max.. spelled out. 0: the newest there is.
  const auto newest =
      static_cast<int>(SSL_ctrl(session, SSL_CTRL_GET_MAX_PROTO_VERSION, 0, nullptr));
  const bool is_limited = newest == TLS1_2_VERSION;
  return tls_error(
      ErrorKind::protocol,
      fmt::format("no common TLS version: this client has TLSv1.2{}, the server {}",
                  is_limited ? " only" : " to TLSv1.3", is_limited ? "only others" : server),
      is_limited ? "this machine's OpenSSL configuration (MaxProtocol) excludes "
                   "TLSv1.3: allow it, or let the server accept TLSv1.2"
                 : std::string(known_alert(SSL_AD_PROTOCOL_VERSION).hint));
}

/// What `print`, given a BIO, writes to it; at most 512 bytes.
template <typename Print>
std::string printed(Print&& print) {
  const std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })> bio(BIO_new(BIO_s_mem()));
  std::array<char, 512> text{};
  if (bio == nullptr || !print(bio.get())) {
    return "?";
  }
  const int size = BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
  return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

std::string time_text(const ASN1_TIME* time) {
  return printed([&](BIO* bio) { return ASN1_TIME_print(bio, time) == 1; });
}

/// What is wrong with our certificate, as far as it can be seen from here.
std::string identity_hint(X509* certificate, std::string_view otherwise) {
  const auto* const until = X509_get0_notAfter(certificate);
  const auto* const from = X509_get0_notBefore(certificate);
  if (X509_cmp_current_time(until) < 0 || X509_cmp_current_time(from) > 0) {
    return fmt::format("it is valid until {}, from {}: renew it, or check the clocks",
                       time_text(until), time_text(from));
  }
  if (X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 0) {
    return "its key usage excludes clients: it needs the extended key usage clientAuth";
  }
  return std::string(otherwise);
}

Error alert_error(int number, SSL* session, const TlsCircumstances& circumstances) {
  const auto known = known_alert(number);
  auto* const ours = SSL_get_certificate(session);
  const bool is_refusal =
      known.is_about_certificate &&
      (circumstances.certificate_wanted || (ours != nullptr && number != SSL_AD_HANDSHAKE_FAILURE));
  if (is_refusal && ours != nullptr) {
    return tls_error(
        ErrorKind::untrusted,
        fmt::format("the server refused our certificate, \"{}\": TLS {}",
                    name_text(X509_get_subject_name(ours)), alert_text(number)),
        identity_hint(ours, number == SSL_AD_HANDSHAKE_FAILURE ? kSignerHint : known.hint));
  }
  if (is_refusal) {
    return tls_error(
        ErrorKind::untrusted,
        fmt::format("the server wants a client certificate: TLS {}", alert_text(number)),
        "give one that its authority has signed: --cert with --key");
  }
  if (number == SSL_AD_PROTOCOL_VERSION) {
    return no_common_version(session, "only older ones");
  }
  if (number == SSL_AD_UNRECOGNIZED_NAME) {
    return tls_error(known.kind,
                     circumstances.is_address
                         ? fmt::format("the server wants a name, and TLS sends none for an "
                                       "address: {}",
                                       alert_text(number))
                         : fmt::format("the server does not know the name {}: TLS {}",
                                       circumstances.name, alert_text(number)),
                     std::string(known.hint));
  }
  return tls_error(
      known.kind, fmt::format("the server ended the connection with TLS {}", alert_text(number)),
      std::string(known.is_about_certificate && number != SSL_AD_HANDSHAKE_FAILURE ? kLogHint
                                                                                   : known.hint));
}

std::string weakness(long verdict) {
  switch (verdict) {
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return "its key is shorter than this machine allows: renew it with at least 2048 bits RSA or "
             "P-256";
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "its signature uses a digest that this machine does not allow: renew it with SHA-256";
    default:
      return {};
  }
}

std::string trust_hint(long verdict, const TlsSettings& settings,
                       const TlsCircumstances& circumstances) {
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format(
          "the certificate does not name {}: connect by a name that it contains, or give that name "
          "with --sni",
          circumstances.name);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format(
          "renew the certificate of \"{}\" on the server, or check this machine's "
          "clock",
          circumstances.distrusted);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "check the clocks of both machines";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return fmt::format(
          "the authority \"{}\" that you trust has another key than the one that "
          "signed: it was probably made anew; give its present certificate with "
          "--cacert",
          circumstances.issuer);
    case X509_V_ERR_INVALID_PURPOSE:
      return "its extended key usage excludes servers: it needs serverAuth";
    case X509_V_ERR_INVALID_CA:
      return fmt::format("\"{}\" signed a certificate without being an authority (CA:TRUE)",
                         circumstances.distrusted);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      return fmt::format(
          "if \"{}\" is an intermediate authority, the server must send its certificate, after its "
          "own in tls-cert-file; if it is the root, give it with --cacert{}",
          circumstances.issuer,
          settings.ca_directory.empty()
              ? std::string()
              : fmt::format(", or run openssl rehash {}", settings.ca_directory));
    default:
      break;
  }
  auto weak = weakness(verdict);
  return weak.empty() ? fmt::format(
                            "give the authority that signed it, \"{}\", with --cacert; "
                            "--insecure skips verification",
                            circumstances.issuer)
                      : weak;
}

}  // namespace

Error tls_error(ErrorKind kind, std::string message, std::string hint) {
  return make_error(kind, Phase::tls, std::move(message), std::move(hint));
}

unsigned long take_tls_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  return code;
}

std::string tls_reason(unsigned long code) {
  if (ERR_SYSTEM_ERROR(code)) {
    return describe_errno(ERR_GET_REASON(code));
  }
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown TLS failure";
}

Error session_error(unsigned long code, SSL* session, const TlsCircumstances& circumstances) {
  const int reason = ERR_GET_REASON(code);
  if (reason >= SSL_AD_REASON_OFFSET) {
    return alert_error(reason - SSL_AD_REASON_OFFSET, session, circumstances);
  }
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_UNEXPECTED_MESSAGE:
      return tls_error(ErrorKind::protocol, "the peer does not speak TLS",
                       "for a server without TLS, use redis:// without --tls");
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return no_common_version(session, "only older ones");
    default:
      return tls_error(ErrorKind::disconnected, fmt::format("TLS failed: {}", tls_reason(code)),
                       "openssl s_client -connect HOST:PORT shows the handshake step by step");
  }
}

Error distrust(long verdict, const TlsSettings& settings, const TlsCircumstances& circumstances) {
  const bool is_unsigned = verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
                           verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  return tls_error(
      ErrorKind::untrusted,
      fmt::format("the server's certificate is not trusted: {}{}",
                  X509_verify_cert_error_string(verdict),
                  is_unsigned ? fmt::format("; \"{}\" is signed by \"{}\", whose certificate is "
                                            "neither sent nor trusted",
                                            circumstances.distrusted, circumstances.issuer)
                              : std::string()),
      trust_hint(verdict, settings, circumstances));
}

bool has_hash_links(const std::string& directory) {
  // X509_LOOKUP_hash_dir(3): eight digits of the hash, a dot, a number.
  constexpr std::size_t kHashDigits = 8;
  std::error_code fault;
  for (std::filesystem::directory_iterator entry(directory, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    const auto name = entry->path().filename().string();
    const auto is_hash = [](unsigned char byte) { return std::isxdigit(byte) != 0; };
    const auto is_digit = [](unsigned char byte) { return std::isdigit(byte) != 0; };
    if (name.size() > kHashDigits + 1 && name[kHashDigits] == '.' &&
        std::all_of(name.begin(), name.begin() + kHashDigits, is_hash) &&
        std::all_of(name.begin() + kHashDigits + 1, name.end(), is_digit)) {
      return true;
    }
  }
  return false;
}

std::string name_text(const X509_NAME* name) {
  constexpr unsigned long kForm =
      (XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) |
      ASN1_STRFLGS_UTF8_CONVERT;
  return printed([&](BIO* bio) { return X509_NAME_print_ex(bio, name, 0, kForm) >= 0; });
}

}  // namespace fogis::net
