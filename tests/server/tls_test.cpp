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
