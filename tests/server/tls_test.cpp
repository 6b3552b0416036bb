#include "net/tls.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <string>

#include "redis/connection.hpp"
#include "redis/pool.hpp"
#include "support/certificates.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/results.hpp"
#include "support/temp_dir.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Deadline soon() {
  return Deadline::after(10s, nullptr);
}

config::ConnectionSettings over_tls(config::ConnectionSettings settings) {
  settings.transport = config::Transport::tls;
  settings.tls.ca_file = certificates().ca;
  return settings;
}

/// Ends the handshake with this fatal alert (RFC 8446, section 6).
FakeServer::Script alerting(unsigned char alert) {
  std::string record("\x15\x03\x03\x00\x02\x02", 6);
  record += static_cast<char>(alert);
  return {fake::Accept{}, fake::ReadBytes{1}, fake::Send{record}, fake::AwaitClose{}};
}

void present(config::ConnectionSettings& settings, const Identity& identity) {
  settings.tls.certificate_file = identity.certificate;
  settings.tls.key_file = identity.key;
}

}  // namespace

TEST_CASE("a TLS connection works and says what was agreed on") {
  const RedisServer server({.tls = true});
  auto settings = server.tls_settings();
  settings.host = GENERATE("127.0.0.1", "localhost");
  auto connection = require_ok(Connection::open(settings, soon()));
  CHECK(connection.report().tls_version == "TLSv1.3");
  CHECK_FALSE(connection.report().tls_cipher.empty());
  CHECK(connection.report().tls);
  const std::string value(1U << 20U, 'x');
  REQUIRE(require_ok(connection.command({"SET", "k", value}, soon())).is_status("OK"));
  CHECK(require_ok(connection.command({"GET", "k"}, soon())).text == value);
}

TEST_CASE("an idle TLS connection is clean although session tickets wait on it") {
  const RedisServer server({.tls = true});
  auto settings = server.tls_settings();
  settings.client_name.clear();
  auto connection = require_ok(Connection::open(settings, soon()));
  CHECK(connection.is_clean());
  REQUIRE(connection.command({"PING"}, soon()));
  CHECK(connection.is_clean());
}

TEST_CASE("a TLS connection that the server ended is noticed") {
  RedisServer server({.tls = true});
  auto connection = require_ok(Connection::open(server.tls_settings(), soon()));
  SECTION("in the middle of work") {
    server.kill9();
    require_error(connection.command({"PING"}, soon()), ErrorKind::disconnected);
  }
  SECTION("by a stop in good order") {
    server.stop();
    require_error(connection.receive(soon()), ErrorKind::disconnected);
    CHECK_FALSE(connection.is_clean());
  }
}

TEST_CASE("authorities may come from a hashed directory") {
  const RedisServer server({.tls = true});
  auto settings = server.tls_settings();
  settings.tls.ca_file.clear();
  settings.tls.ca_directory = certificates().ca_directory;
  CHECK(Connection::open(settings, soon()));
}

TEST_CASE("a certificate that does not prove the server's identity is refused") {
  const auto& certs = certificates();
  const auto [identity, reason] = GENERATE_REF(table<Identity, const char*>({
      {certs.wrong_name, "mismatch"},
      {certs.expired, "expired"},
      {certs.self_signed, "self"},
  }));
  const RedisServer server({.tls = true, .identity = identity});
  auto settings = server.tls_settings();
  settings.host = GENERATE("127.0.0.1", "localhost");
  SECTION("by default") {
    const auto error = require_error(Connection::open(settings, soon()), ErrorKind::untrusted);
    CHECK(error.phase == Phase::tls);
    CHECK_THAT(error.message, ContainsSubstring(reason));
    CHECK_FALSE(error.hint.empty());
    CHECK_FALSE(error.retryable);
  }
  SECTION("but accepted without verification") {
    settings.tls.verify = false;
    CHECK(Connection::open(settings, soon()));
  }
}

TEST_CASE("an authority that did not sign the certificate is of no use") {
  const RedisServer server({.tls = true});
  auto settings = server.tls_settings();
  settings.tls.ca_file = GENERATE(certificates().stranger_ca, std::string());
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::untrusted);
  CHECK_THAT(error.hint, ContainsSubstring("--cacert"));
}

TEST_CASE("the name to verify can be given apart from the host") {
  const RedisServer server({.tls = true, .identity = certificates().wrong_name});
  auto settings = server.tls_settings();
  settings.tls.server_name = "other.example.org";
  CHECK(Connection::open(settings, soon()));
}

TEST_CASE("a server that wants a client certificate") {
  const RedisServer server({.tls = true, .client_auth = true});
  auto settings = server.tls_settings();
  settings.client_name = "test";
  settings.tls.certificate_file.clear();
  settings.tls.key_file.clear();
  SECTION("is refused none") {
    const auto error = require_error(Connection::open(settings, soon()), ErrorKind::untrusted);
    CHECK_THAT(error.hint, ContainsSubstring("--cert"));
  }
  SECTION("is content with one of its authority") {
    settings.tls.certificate_file = certificates().client.certificate;
    settings.tls.key_file = certificates().client.key;
    CHECK(Connection::open(settings, soon()));
  }
  SECTION("refuses one of nobody") {
    settings.tls.certificate_file = certificates().self_signed.certificate;
    settings.tls.key_file = certificates().self_signed.key;
    const auto error = require_error(Connection::open(settings, soon()), ErrorKind::untrusted);
    CHECK_THAT(error.message, ContainsSubstring("certificate"));
  }
}

TEST_CASE("an alert that is not about our certificate is no refusal of this client") {
  struct Expected {
    unsigned char alert;
    ErrorKind kind;
    const char* message;
    const char* hint;
  };
  const auto expected = GENERATE(values<Expected>({
      {40, ErrorKind::protocol, "alert 40, handshake failure", "no cipher in common"},
      {42, ErrorKind::protocol, "alert 42, bad certificate", "log"},
      {48, ErrorKind::protocol, "alert 48, unknown CA", "log"},
      {70, ErrorKind::protocol,
       "no common TLS version: this client has TLSv1.2 to TLSv1.3, the server only older ones",
       "tls-protocols"},
      {71, ErrorKind::protocol, "alert 71, insufficient security", "no cipher in common"},
      {80, ErrorKind::disconnected, "alert 80, internal error", "log"},
      {112, ErrorKind::protocol, "does not know the name localhost", "--sni NAME"},
      {120, ErrorKind::protocol, "alert 120", "another service"},
      {47, ErrorKind::protocol, "alert 47, illegal parameter", "log"},
      {200, ErrorKind::protocol, "alert 200", "log"},
  }));
  FakeServer server(alerting(expected.alert));
  auto settings = over_tls(server.settings());
  settings.host = "localhost";
  const auto error = require_error(Connection::open(settings, soon()), expected.kind);
  INFO(describe(error));
  CHECK(error.phase == Phase::tls);
  CHECK_THAT(error.message, ContainsSubstring(expected.message));
  CHECK_THAT(error.message, !ContainsSubstring("refused"));
  CHECK_THAT(error.hint, ContainsSubstring(expected.hint));
}

TEST_CASE("an address has no name in TLS, which a server may want") {
  FakeServer server(alerting(112));
  const auto error =
      require_error(Connection::open(over_tls(server.settings()), soon()), ErrorKind::protocol);
  CHECK_THAT(error.message, ContainsSubstring("wants a name"));
  CHECK_THAT(error.hint, ContainsSubstring("--sni NAME"));
}

TEST_CASE("an alert about a certificate that we gave is a refusal of this client") {
  const auto alert = GENERATE(as<unsigned char>(), 42, 43, 44, 45, 46, 48, 49);
  FakeServer server(alerting(alert));
  auto settings = over_tls(server.settings());
  present(settings, certificates().client);
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::untrusted);
  CHECK_THAT(error.message, ContainsSubstring("the server refused our certificate"));
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("a server without a TLS version or cipher of ours is told as that") {
  SECTION("TLS 1.1 only") {
    const RedisServer server(
        {.arguments = {"--tls-protocols", "TLSv1.1", "--tls-ciphers", "DEFAULT:@SECLEVEL=0"},
         .tls = true});
    const auto error =
        require_error(Connection::open(server.tls_settings(), soon()), ErrorKind::protocol);
    CHECK_THAT(error.message, ContainsSubstring("no common TLS version"));
  }
  SECTION("a cipher for another kind of key") {
    const RedisServer server({.arguments = {"--tls-protocols", "TLSv1.2", "--tls-ciphers",
                                            "ECDHE-RSA-AES128-GCM-SHA256"},
                              .tls = true});
    const auto error =
        require_error(Connection::open(server.tls_settings(), soon()), ErrorKind::protocol);
    CHECK_THAT(error.hint, ContainsSubstring("no cipher in common"));
  }
}

TEST_CASE("a server that wants a client certificate says so in TLS 1.2 as well") {
  const RedisServer server(
      {.arguments = {"--tls-protocols", "TLSv1.2"}, .tls = true, .client_auth = true});
  auto settings = server.tls_settings();
  settings.tls.certificate_file.clear();
  settings.tls.key_file.clear();
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::untrusted);
  CHECK_THAT(error.message, ContainsSubstring("the server wants a client certificate"));
  CHECK_THAT(error.hint, ContainsSubstring("--cert with --key"));
}

TEST_CASE("a client certificate that cannot be accepted is told with what is wrong with it") {
  const auto& certs = certificates();
  const auto [identity, hint] = GENERATE_REF(table<Identity, const char*>({
      {certs.client_expired, "it is valid until "},
      {certs.client_for_servers, "clientAuth"},
      {certs.self_signed, "tls-ca-cert-file"},
  }));
  const auto version = GENERATE("TLSv1.2", "TLSv1.3");
  const RedisServer server(
      {.arguments = {"--tls-protocols", version}, .tls = true, .client_auth = true});
  auto settings = server.tls_settings();
  settings.client_name = "test";
  present(settings, identity);
  const auto error = require_error(Connection::open(settings, soon()), ErrorKind::untrusted);
  CHECK(error.phase == Phase::tls);
  CHECK_THAT(error.message, ContainsSubstring("the server refused our certificate"));
  CHECK_THAT(error.hint, ContainsSubstring(hint));
}

TEST_CASE("a certificate whose signer is missing is told with both names") {
  const RedisServer server({.tls = true, .identity = certificates().unchained});
  const auto error =
      require_error(Connection::open(server.tls_settings(), soon()), ErrorKind::untrusted);
  CHECK_THAT(error.message,
             ContainsSubstring("\"CN=localhost\" is signed by \"CN=Intermediate CA\""));
  CHECK_THAT(error.hint, ContainsSubstring("tls-cert-file") && ContainsSubstring("--cacert"));
}

TEST_CASE("a directory of authorities without hash links is told with the command for them") {
  const RedisServer server({.tls = true});
  const TempDir directory;
  static_cast<void>(directory.write("ca.crt", read_file(certificates().ca)));
  auto settings = server.tls_settings();
  settings.tls.ca_directory = directory.path();
  SECTION("alone: it holds no authority") {
    settings.tls.ca_file.clear();
    const auto error = require_error(Connection::open(settings, soon()), ErrorKind::configuration);
    CHECK_THAT(error.hint, ContainsSubstring("openssl rehash " + directory.path().string()));
  }
  SECTION("beside a file") {
    CHECK(Connection::open(settings, soon()));
  }
}

TEST_CASE("the name need not be verified") {
  const RedisServer server({.tls = true, .identity = certificates().wrong_name});
  auto settings = server.tls_settings();
  settings.host = GENERATE("127.0.0.1", "localhost");
  settings.tls.verify_name = false;
  CHECK(Connection::open(settings, soon()));
  settings.tls.ca_file = certificates().stranger_ca;
  require_error(Connection::open(settings, soon()), ErrorKind::untrusted);
}

TEST_CASE("files that cannot be used are configuration errors that name the file") {
  const RedisServer server({.tls = true});
  const TempDir directory;
  const auto junk = directory.write("junk.pem", "not a certificate");
  auto settings = server.tls_settings();
  const auto check = [&](const std::string& file) {
    const auto error = require_error(Connection::open(settings, soon()), ErrorKind::configuration);
    CHECK(error.phase == Phase::tls);
    CHECK_THAT(error.message, ContainsSubstring(file));
  };
  const auto missing = directory / "missing.pem";
  const auto file = GENERATE_COPY(junk, missing);
  SECTION("authorities") {
    settings.tls.ca_file = file;
    check(file);
  }
  SECTION("certificate") {
    settings.tls.certificate_file = file;
    settings.tls.key_file = certificates().client.key;
    check(file);
  }
  SECTION("key") {
    settings.tls.certificate_file = certificates().client.certificate;
    settings.tls.key_file = file;
    check(file);
  }
}

TEST_CASE("a key of another certificate is refused") {
  const RedisServer server({.tls = true});
  auto settings = server.tls_settings();
  settings.tls.certificate_file = certificates().client.certificate;
  settings.tls.key_file = certificates().server.key;
  require_error(Connection::open(settings, soon()), ErrorKind::configuration);
}

TEST_CASE("a plain Redis on the TLS port times out with the right advice") {
  const RedisServer server({.tcp = true});
  const auto error = require_error(
      Connection::open(over_tls(server.tcp_settings()), Deadline::after(300ms, nullptr)),
      ErrorKind::timed_out);
  CHECK(error.phase == Phase::tls);
  CHECK_THAT(error.hint, ContainsSubstring("redis://"));
}

TEST_CASE("a peer that answers the handshake with something else speaks no TLS") {
  FakeServer server({fake::Accept{}, fake::ReadBytes{1}, fake::Send{"-ERR unknown command\r\n"},
                     fake::AwaitClose{}});
  const auto error =
      require_error(Connection::open(over_tls(server.settings()), soon()), ErrorKind::protocol);
  CHECK_THAT(error.message, ContainsSubstring("does not speak TLS"));
}

TEST_CASE("a peer that closes during the handshake is a lost connection") {
  FakeServer server({fake::Accept{}, fake::ReadBytes{1}, fake::Close{}});
  const auto error =
      require_error(Connection::open(over_tls(server.settings()), soon()), ErrorKind::disconnected);
  CHECK(error.phase == Phase::tls);
}

TEST_CASE("a peer that resets during the handshake is a lost connection") {
  FakeServer server({fake::Accept{}, fake::ReadBytes{1}, fake::Reset{}});
  require_error(Connection::open(over_tls(server.settings()), soon()), ErrorKind::disconnected);
}

TEST_CASE("a plain client on a TLS port is told to use TLS") {
  const RedisServer server({.tls = true});
  auto settings = server.tls_settings();
  settings.transport = config::Transport::tcp;
  settings.client_name = "test";
  const auto result = Connection::open(settings, soon());
  REQUIRE_FALSE(result);
  // Depending on the version the server sends an alert or closes without a word.
  INFO(describe(result.error()));
  CHECK((result.error().kind == ErrorKind::protocol ||
         result.error().kind == ErrorKind::disconnected));
}

TEST_CASE("a stop ends a handshake") {
  auto stop = require_ok(StopEvent::create());
  stop.request(SIGTERM);
  FakeServer server({fake::Accept{}, fake::AwaitClose{}});
  require_error(Connection::open(over_tls(server.settings()), Deadline::after(10s, &stop)),
                ErrorKind::interrupted);
}

TEST_CASE("pooled TLS connections are used again") {
  const RedisServer server({.tls = true});
  const auto statistics = std::make_shared<Statistics>();
  Pool pool(server.tls_settings(), 1, 5s, statistics);
  for (int i = 0; i < 3; ++i) {
    auto lease = require_ok(pool.lease(soon()));
    REQUIRE(lease->command({"PING"}, soon()));
  }
  CHECK(statistics->snapshot().connections_made == 1);
}
