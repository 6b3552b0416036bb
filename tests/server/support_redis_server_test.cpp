// The tests' own redis-server and certificates.
#include <openssl/ssl.h>
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "support/certificates.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "support/run_binary.hpp"

namespace fogis::testing {
namespace {

TEST_CASE("a server answers on its socket and its port, and leaves nothing") {
  std::filesystem::path directory;
  pid_t pid = -1;
  {
    const RedisServer server({.tcp = true});
    directory = server.directory().path();
    pid = server.pid();
    CHECK(server.raw({"PING"}) == "PONG");
    CHECK(RawClient::to_port(server.port()).command({"ECHO", "x"}) == "x");
    CHECK(server.raw({"LRANGE", "none", "0", "1"}).empty());
    CHECK(server.raw({"GET", "none"}) == "(nil)");
    CHECK(server.raw({"NOSUCH"}).starts_with("-ERR unknown command"));
    CHECK(server.url() == "unix://" + server.socket_path());
    CHECK(server.tcp_url() == server.tcp_settings().endpoint());
  }
  CHECK_FALSE(std::filesystem::exists(directory));
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("a server takes a password and users") {
  const RedisServer server(
      {.arguments = {"--requirepass", "secret"}, .users = {"alice on >pw ~* &* +@all"}});
  CHECK(server.raw({"ACL", "WHOAMI"}) == "default");
  auto client = RawClient::to_unix_socket(server.socket_path());
  CHECK(client.command({"PING"}).starts_with("-NOAUTH"));
  CHECK(client.command({"AUTH", "alice", "pw"}) == "OK");
  CHECK(client.command({"ACL", "WHOAMI"}) == "alice");
  CHECK(server.settings().password->reveal() == "secret");
}

TEST_CASE("a server is suspended, killed and started again on the same addresses") {
  RedisServer server({.tcp = true});
  server.suspend();
  auto waiting = RawClient::to_unix_socket(server.socket_path());
  waiting.send({"PING"});
  server.resume();
  CHECK(waiting.receive() == "PONG");
  CHECK(server.raw({"SET", "key", "1"}) == "OK");
  server.kill9();
  server.restart();
  CHECK(server.raw({"DBSIZE"}) == "0");
  const auto port = server.port();
  server.restart();
  CHECK(RawClient::to_port(port).command({"PING"}) == "PONG");
}

TEST_CASE("a suspended server dies with its test") {
  pid_t pid = -1;
  {
    RedisServer server;
    pid = server.pid();
    server.suspend();
  }
  CHECK(::kill(pid, 0) != 0);
}

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

/// What the verification of a certificate says: X509_V_OK or the reason against it.
int verify(const std::string& certificate, const char* host) {
  const std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_client_method()));
  REQUIRE(SSL_CTX_load_verify_locations(context.get(), certificates().ca.c_str(), nullptr) == 1);
  auto* const store = SSL_CTX_get_cert_store(context.get());
  BIO* const file = BIO_new_file(certificate.c_str(), "r");
  X509* const subject = PEM_read_bio_X509(file, nullptr, nullptr, nullptr);
  BIO_free(file);
  auto* const check = X509_STORE_CTX_new();
  X509_STORE_CTX_init(check, store, subject, nullptr);
  X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(check), host, 0);
  X509_verify_cert(check);
  const int verdict = X509_STORE_CTX_get_error(check);
  X509_STORE_CTX_free(check);
  X509_free(subject);
  return verdict;
}

TEST_CASE("each certificate is good or bad for its own reason") {
  const auto& all = certificates();
  CHECK(verify(all.server.certificate, "localhost") == X509_V_OK);
  CHECK(verify(all.wrong_name.certificate, "localhost") == X509_V_ERR_HOSTNAME_MISMATCH);
  CHECK(verify(all.expired.certificate, "localhost") == X509_V_ERR_CERT_HAS_EXPIRED);
  CHECK(verify(all.self_signed.certificate, "localhost") == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
}

TEST_CASE("a server speaks TLS with the certificates") {
  const RedisServer server({.tls = true, .client_auth = true});
  const auto settings = server.tls_settings();
  ProgramOptions client;
  client.program = "openssl";
  client.arguments = {"s_client",
                      "-quiet",
                      "-connect",
                      "localhost:" + std::to_string(settings.port),
                      "-CApath",
                      certificates().ca_directory,
                      "-verify_return_error",
                      "-verify_hostname",
                      "localhost",
                      "-cert",
                      certificates().client.certificate,
                      "-key",
                      certificates().client.key};
  client.input = "PING\r\nQUIT\r\n";  // -quiet goes on reading after the end of stdin
  CHECK(run_binary(client).output == "+PONG\r\n+OK\r\n");
}

}  // namespace
}  // namespace fogis::testing
