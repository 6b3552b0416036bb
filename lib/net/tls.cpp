#include "net/tls.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "net/tls_fault.hpp"

namespace fogis::net {
namespace {

template <auto release>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Deleter<SSL_free>>;
using BioMethod = std::unique_ptr<BIO_METHOD, Deleter<BIO_meth_free>>;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, so that a dead peer would raise SIGPIPE.

/// A connected socket, and whether its peer has closed it.
struct Wire {
  UniqueFd socket;
  bool ended = false;
};

Wire& wire_of(BIO* bio) {
  return *static_cast<Wire*>(BIO_get_data(bio));
}

int descriptor_of(BIO* bio) {
  return wire_of(bio).socket.get();
}

int finish_io(BIO* bio, ssize_t count, int retry_flag) {
  BIO_clear_retry_flags(bio);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
  }
  return static_cast<int>(count);
}

int bio_write(BIO* bio, const char* bytes, int length) {
  return finish_io(
      bio, ::send(descriptor_of(bio), bytes, static_cast<std::size_t>(length), MSG_NOSIGNAL),
      BIO_FLAGS_WRITE);
}

int bio_read(BIO* bio, char* buffer, int length) {
  const auto count = ::recv(descriptor_of(bio), buffer, static_cast<std::size_t>(length), 0);
  wire_of(bio).ended = count == 0 && length > 0;
  return finish_io(bio, count, BIO_FLAGS_READ);
}

long bio_control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  // Asked for the end of the stream after a read that brought nothing: without an answer OpenSSL
  // takes a close for a failure of the system, with whatever errno is left from before.
  if (command == BIO_CTRL_EOF) {
    return wire_of(bio).ended ? 1 : 0;
  }
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static const BioMethod method = [] {
    BioMethod made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket"));
    BIO_meth_set_write(made.get(), bio_write);
    BIO_meth_set_read(made.get(), bio_read);
    BIO_meth_set_ctrl(made.get(), bio_control);
    return made;
  }();
  return method.get();
}

/// Non-blocking TLS over a connected socket.
class TlsStream final : public Stream {
public:
  TlsStream(UniqueFd socket, Context context, Session session, TlsCircumstances circumstances)
      : transport_{.socket = std::move(socket)},
        context_(std::move(context)),
        session_(std::move(session)),
        circumstances_(std::move(circumstances)) {
    BIO_set_data(SSL_get_rbio(session_.get()), &transport_);
    SSL_set_app_data(session_.get(), this);
    SSL_set_cert_cb(
        session_.get(),
        [](SSL*, void* self) {
          static_cast<TlsStream*>(self)->circumstances_.certificate_wanted = true;
          return 1;
        },
        this);
    if (SSL_get_verify_mode(session_.get()) != SSL_VERIFY_NONE) {
      SSL_set_verify(session_.get(), SSL_VERIFY_PEER, note_distrust);
    }
  }

  ~TlsStream() override {
    if (healthy_) {
      // Tells the peer that nothing was cut off; whether it still listens does not matter.
      ERR_clear_error();
      SSL_shutdown(session_.get());
      ERR_clear_error();
    }
  }
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  TlsStream(TlsStream&&) = delete;
  TlsStream& operator=(TlsStream&&) = delete;

  IoResult read(std::span<char> buffer) override {
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count);
    return outcome == 1 ? IoResult{IoStatus::done, count} : failed_io(outcome);
  }

  IoResult write(std::string_view bytes) override {
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count);
    return outcome == 1 ? IoResult{IoStatus::done, count} : failed_io(outcome);
  }

  [[nodiscard]] bool has_pending() const override { return SSL_has_pending(session_.get()) == 1; }

  [[nodiscard]] bool is_quiet() override {
    // A TLS 1.3 server sends session tickets unasked, so a readable socket proves nothing here.
    ERR_clear_error();
    char byte = 0;
    std::size_t count = 0;
    const int outcome = SSL_peek_ex(session_.get(), &byte, 1, &count);
    return outcome != 1 && failed_io(outcome).status == IoStatus::want_read;
  }

  [[nodiscard]] Error fault() const override { return fault_; }
  [[nodiscard]] int descriptor() const override { return transport_.socket.get(); }

  /// One step of the handshake; done when it is complete.
  IoResult handshake() {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(session_.get());
    return outcome == 1 ? IoResult{IoStatus::done} : failed_io(outcome);
  }

  SSL* session() { return session_.get(); }
  [[nodiscard]] const TlsCircumstances& circumstances() const { return circumstances_; }

private:
  /// Keeps the names in a certificate of the server that does not pass.
  static int note_distrust(int passed, X509_STORE_CTX* verification) {
    auto* const session = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* const certificate = X509_STORE_CTX_get_current_cert(verification);
    if (passed == 0 && certificate != nullptr) {
      auto& noted = static_cast<TlsStream*>(SSL_get_app_data(session))->circumstances_;
      noted.distrusted = name_text(X509_get_subject_name(certificate));
      noted.issuer = name_text(X509_get_issuer_name(certificate));
    }
    return passed;
  }

  IoResult failed_io(int outcome) {
    const int system_errno = errno;
    switch (SSL_get_error(session_.get(), outcome)) {
      case SSL_ERROR_WANT_READ:
        return {IoStatus::want_read};
      case SSL_ERROR_WANT_WRITE:
        return {IoStatus::want_write};
      case SSL_ERROR_ZERO_RETURN:
        return {IoStatus::closed};
      default:
        break;
    }
    healthy_ = false;
    const auto code = take_tls_error();
    if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      return {IoStatus::closed};
    }
    fault_ = code == 0 ? socket_fault(system_errno)
                       : session_error(code, session_.get(), circumstances_);
    return {IoStatus::failed};
  }

  Wire transport_;
  Context context_;
  Session session_;
  TlsCircumstances circumstances_;
  Error fault_;
  bool healthy_ = true;
};

Result<void> load_authorities(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.ca_file.empty() && settings.ca_directory.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  if (!settings.ca_file.empty() &&
      SSL_CTX_load_verify_file(context, settings.ca_file.c_str()) != 1) {
    return failure(tls_error(ErrorKind::configuration,
                             fmt::format("cannot read the authorities in {}: {}", settings.ca_file,
                                         tls_reason(take_tls_error())),
                             "--cacert needs a PEM file with certificates"));
  }
  if (settings.ca_file.empty() && !has_hash_links(settings.ca_directory)) {
    return failure(tls_error(
        ErrorKind::configuration,
        fmt::format("no authority can be found in {}: its files are not linked by their hashes",
                    settings.ca_directory),
        fmt::format("openssl rehash {}", settings.ca_directory)));
  }
  if (!settings.ca_directory.empty()) {
    SSL_CTX_load_verify_dir(context, settings.ca_directory.c_str());
  }
  return {};
}

Result<void> load_identity(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.certificate_file.empty()) {
    return {};
  }
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate_file.c_str()) != 1) {
    return failure(tls_error(ErrorKind::configuration,
                             fmt::format("cannot read the certificate in {}: {}",
                                         settings.certificate_file, tls_reason(take_tls_error())),
                             "--cert needs a PEM file"));
  }
  if (SSL_CTX_use_PrivateKey_file(context, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return failure(tls_error(ErrorKind::configuration,
                             fmt::format("cannot use the key in {}: {}", settings.key_file,
                                         tls_reason(take_tls_error())),
                             "--key needs the unencrypted PEM key of the certificate in --cert"));
  }
  return {};
}

Result<Context> make_context(const TlsSettings& settings) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) {
    return failure(tls_error(ErrorKind::internal, tls_reason(take_tls_error())));
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A password prompt on the terminal would hang a health check: encrypted keys are refused.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
  if (settings.verify) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    TRY(load_authorities(context.get(), settings));
  }
  TRY(load_identity(context.get(), settings));
  return context;
}

bool is_numeric_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// The session has no socket yet: TlsStream gives it its own.
Result<Session> make_session(SSL_CTX* context, const TlsCircumstances& wanted, bool verify_name) {
  const auto& name = wanted.name;
  Session session(SSL_new(context));
  BIO* const bio = session == nullptr ? nullptr : BIO_new(socket_method());
  if (bio == nullptr) {
    return failure(tls_error(ErrorKind::internal, tls_reason(take_tls_error())));
  }
  BIO_set_init(bio, 1);
  SSL_set_bio(session.get(), bio, bio);
  SSL_set_connect_state(session.get());
  if (wanted.is_address) {
    // RFC 6066 section 3 allows no address in SNI.
    if (verify_name) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), name.c_str());
    }
    return session;
  }
  // The macro SSL_set_tlsext_host_name spelled out, without its C-style cast.
  SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(name.c_str()));
  if (verify_name) {
    SSL_set_hostflags(session.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(session.get(), name.c_str());
  }
  return session;
}

Error handshake_timeout() {
  return tls_error(
      ErrorKind::timed_out, "no TLS handshake in time",
      "a server without TLS does not answer, nor does one that is stopped or stuck: try "
      "redis:// without --tls, or look at its process");
}

Result<void> drive_handshake(TlsStream& stream, const Deadline& deadline) {
  for (bool first = true;; first = false) {
    // A peer that never stops sending is always ready: only the clock ends that.
    if (!first && deadline.expired()) {
      return failure(handshake_timeout());
    }
    const auto step = stream.handshake();
    short events = POLLIN;
    switch (step.status) {
      case IoStatus::done:
        return {};
      case IoStatus::want_read:
        break;
      case IoStatus::want_write:
        events = POLLOUT;
        break;
      case IoStatus::closed:
        return failure(tls_error(
            ErrorKind::disconnected, "the server closed the connection during the TLS handshake",
            "it may not speak TLS on this port, want a client certificate, or all its client slots "
            "are taken (maxclients, rejected_connections of INFO)"));
      case IoStatus::failed: {
        auto error = stream.fault();
        error.phase = Phase::tls;
        return failure(std::move(error));
      }
    }
    switch (deadline.wait(stream.descriptor(), events)) {
      case WaitOutcome::ready:
        break;
      case WaitOutcome::stopped:
        return failure(interrupted_error(Phase::tls));
      case WaitOutcome::expired:
        return failure(handshake_timeout());
      case WaitOutcome::failed:
        return failure(make_system_error(ErrorKind::internal, Phase::tls, "cannot wait", errno));
    }
  }
}

}  // namespace

Result<TlsHandshake> start_tls(UniqueFd socket, const TlsSettings& settings,
                               const std::string& host, const Deadline& deadline) {
  TRY_ASSIGN(auto context, make_context(settings));
  TlsCircumstances wanted;
  wanted.name = settings.server_name.empty() ? host : settings.server_name;
  wanted.is_address = is_numeric_address(wanted.name);
  TRY_ASSIGN(auto session,
             make_session(context.get(), wanted, settings.verify && settings.verify_name));
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context),
                                            std::move(session), std::move(wanted));
  if (auto shaken = drive_handshake(*stream, deadline); !shaken) {
    const auto verdict = SSL_get_verify_result(stream->session());
    if (settings.verify && verdict != X509_V_OK && shaken.error().kind != ErrorKind::timed_out &&
        shaken.error().kind != ErrorKind::interrupted) {
      return failure(distrust(verdict, settings, stream->circumstances()));
    }
    return failure(std::move(shaken.error()));
  }
  TlsHandshake result;
  result.version = SSL_get_version(stream->session());
  result.cipher = SSL_get_cipher_name(stream->session());
  result.stream = std::move(stream);
  return result;
}

}  // namespace fogis::net
