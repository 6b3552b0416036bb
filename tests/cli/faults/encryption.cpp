// TLS: the wrong side of it, certificates, keys, and handshakes that come to nothing.
#include <fmt/format.h>
#include <sys/stat.h>

#include "cli/faults/fault.hpp"
#include "support/certificates.hpp"
#include "support/temp_dir.hpp"
#include "support/unprivileged.hpp"

namespace fogis::testing::faults {
namespace {

struct TlsServer {
  Identity identity = {};
  bool client_auth = false;
  std::string host = "localhost";
  std::vector<std::string> options = {"--cacert", certificates().ca};
};

std::function<Trial()> with_tls(TlsServer wanted) {
  return [wanted = std::move(wanted)] {
    const auto server = std::make_shared<RedisServer>(RedisServer::Options{
        .tls = true, .identity = wanted.identity, .client_auth = wanted.client_auth});
    auto trial = ping(fmt::format("rediss://{}:{}", wanted.host, server->tls_port()));
    trial.world = server;
    return with(std::move(trial), wanted.options);
  };
}

std::function<Trial()> handshake_with(FakeServer::Script script) {
  return [script = std::move(script)] {
    const auto server = std::make_shared<FakeServer>(script);
    auto trial = ping(fmt::format("rediss://127.0.0.1:{}", server->port()));
    trial.world = server;
    return with(std::move(trial), {"--cacert", certificates().ca});
  };
}

Trial tls_to_a_plain_server() {
  const auto server = std::make_shared<RedisServer>(RedisServer::Options{.tcp = true});
  auto trial = ping(fmt::format("rediss://127.0.0.1:{}", server->port()));
  trial.world = server;
  return trial;
}

Trial plain_to_a_tls_server() {
  const auto server = std::make_shared<RedisServer>(RedisServer::Options{.tls = true});
  auto trial = ping(fmt::format("redis://127.0.0.1:{}", server->tls_port()));
  trial.world = server;
  return trial;
}

/// A run in which these options name a file that cannot be used. `make` returns its path.
std::function<Trial()> with_file(const std::string& option, const std::string& content,
                                 const std::vector<std::string>& more = {}) {
  return [=] {
    struct World {
      RedisServer server{{.tls = true}};
      TempDir directory;
    };
    const auto world = std::make_shared<World>();
    const auto file = content.empty() ? world->directory / "missing.pem"
                                      : world->directory.write("file.pem", content);
    auto trial = ping(fmt::format("rediss://localhost:{}", world->server.tls_port()));
    trial.world = world;
    return with(with(std::move(trial), {option, file}), more);
  };
}

/// The key of somebody else, who lets nobody read it.
Trial forbidden_key() {
  const auto world = std::make_shared<TempDir>();
  const auto& client = certificates().client;
  const auto certificate = world->write("client.crt", read_file(client.certificate));
  const auto key = world->write("client.key", read_file(client.key));
  ::chmod(certificate.c_str(), 0644);
  ::chmod(key.c_str(), 0);
  auto trial = ping("rediss://localhost:6379");
  trial.program = without_privileges(trial.program, *world);
  trial.world = world;
  return with(std::move(trial), {"--cert", certificate, "--key", key});
}

/// The key comes from a pipe, as from `<(vault read ...)`, that nobody writes to.
Trial key_from_a_pipe() {
  const auto world = std::make_shared<TempDir>();
  const auto pipe = *world / "pipe";
  ::mkfifo(pipe.c_str(), 0600);
  auto trial = ping("rediss://localhost:6379");
  trial.world = world;
  return with(std::move(trial), {"--cert", certificates().client.certificate, "--key", pipe});
}

Fault untrusted(std::string id, std::string happening, std::string hint, TlsServer server) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = "untrusted in tls",
          .exit_code = 4,
          .hint = std::move(hint),
          .limit = kAmple,
          .stage = with_tls(std::move(server))};
}

Fault unusable_file(std::string id, std::string happening, std::string hint,
                    std::function<Trial()> stage) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = "configuration in tls",
          .exit_code = 2,
          .hint = std::move(hint),
          .limit = kAmple,
          .stage = std::move(stage)};
}

Fault before_connecting(std::string id, std::string happening, std::string hint,
                        std::function<Trial()> stage) {
  auto fault =
      unusable_file(std::move(id), std::move(happening), std::move(hint), std::move(stage));
  fault.outcome = "configuration in config";
  return fault;
}

Fault missing_file(std::string id, std::string happening, std::function<Trial()> stage) {
  return before_connecting(std::move(id), std::move(happening),
                           "name a PEM file that this user can read", std::move(stage));
}

/// The server ends the handshake with this alert (RFC 8446, section 6.2).
Fault alert(std::string id, std::string happening, char number, const std::string& kind,
            std::string hint) {
  auto record = std::string("\x15\x03\x03\x00\x02\x02", 6) + number;
  return {
      .id = std::move(id),
      .happening = std::move(happening),
      .outcome = kind + " in tls",
      .exit_code = 3,
      .hint = std::move(hint),
      .limit = kAmple,
      .stage = handshake_with({fake::Accept{}, fake::ReadBytes{1}, fake::Send{std::move(record)},
                               fake::AwaitClose{}, fake::Repeat{}})};
}

std::vector<Fault> wrong_sides() {
  return {
      {.id = "plain-server-behind-rediss",
       .happening = "a server without TLS is asked for TLS",
       .outcome = "timed_out in tls",
       .exit_code = 3,
       .hint = "try redis:// without --tls",
       .limit = kShort,
       .lasts_to_the_limit = true,
       .stage = tls_to_a_plain_server},
      {.id = "tls-server-behind-redis",
       .happening = "a server with TLS is asked without",
       .outcome = "disconnected in auth",
       .exit_code = 3,
       .hint = "rediss://",
       .limit = kAmple,
       .stage = plain_to_a_tls_server},
      {.id = "handshake-silent",
       .happening = "the handshake gets no answer",
       .outcome = "timed_out in tls",
       .exit_code = 3,
       .hint = "a server without TLS does not answer",
       .limit = kShort,
       .lasts_to_the_limit = true,
       .stage = handshake_with({fake::Accept{}, fake::AwaitClose{}, fake::Repeat{}})},
      {.id = "handshake-closed",
       .happening = "the connection is closed during the handshake",
       .outcome = "disconnected in tls",
       .exit_code = 3,
       .hint = "all its client slots",
       .limit = kAmple,
       .stage =
           handshake_with({fake::Accept{}, fake::ReadBytes{1}, fake::Close{}, fake::Repeat{}})},
      {.id = "handshake-reset",
       .happening = "the connection is reset during the handshake",
       .outcome = "disconnected in tls",
       .exit_code = 3,
       .hint = "look at the server's log",
       .limit = kAmple,
       .stage =
           handshake_with({fake::Accept{}, fake::ReadBytes{1}, fake::Reset{}, fake::Repeat{}})},
      {.id = "handshake-garbage",
       .happening = "the handshake is answered with something that is not TLS",
       .outcome = "protocol in tls",
       .exit_code = 3,
       .hint = "for a server without TLS, use redis://",
       .limit = kAmple,
       .stage = handshake_with({fake::Accept{}, fake::ReadBytes{1},
                                fake::Send{"-ERR unknown command\r\n"}, fake::AwaitClose{},
                                fake::Repeat{}})},
      alert("alert-protocol-version", "the server has no TLS version of ours", '\x46', "protocol",
            "tls-protocols"),
      alert("alert-unrecognized-name", "the server does not know the name", '\x70', "protocol",
            "--sni NAME"),
      alert("alert-internal-error", "the server fails in the handshake", '\x50', "disconnected",
            "its log says why"),
  };
}

std::vector<Fault> distrust() {
  const auto& made = certificates();
  return {
      untrusted("certificate-expired", "the server's certificate has expired",
                "renew the certificate of", {.identity = made.expired}),
      untrusted("certificate-self-signed", "the server's certificate is signed by itself",
                "give the authority that signed it", {.identity = made.self_signed}),
      untrusted("certificate-of-a-stranger", "another authority is trusted",
                "signed it, \"CN=Test CA\"", {.options = {"--cacert", made.stranger_ca}}),
      untrusted("certificate-without-intermediate",
                "the server leaves out who signed its certificate",
                "if \"CN=Intermediate CA\" is an intermediate", {.identity = made.unchained}),
      untrusted("certificate-wrong-name", "the certificate is for another name",
                "does not name localhost", {.identity = made.wrong_name}),
      untrusted("certificate-wrong-address", "the certificate does not hold the IP address",
                "does not name 127.0.0.1", {.identity = made.wrong_name, .host = "127.0.0.1"}),
      untrusted("client-certificate-missing", "the server wants a certificate of ours",
                "--cert with --key", {.client_auth = true}),
      untrusted("client-certificate-expired", "our certificate has expired", "it is valid until",
                {.client_auth = true,
                 .options = {"--cacert", made.ca, "--cert", made.client_expired.certificate,
                             "--key", made.client_expired.key}}),
      untrusted("client-certificate-for-servers", "our certificate is not meant for clients",
                "clientAuth",
                {.client_auth = true,
                 .options = {"--cacert", made.ca, "--cert", made.client_for_servers.certificate,
                             "--key", made.client_for_servers.key}}),
      untrusted("client-certificate-refused", "the server does not know who signed ours",
                "it must be signed by the authority",
                {.client_auth = true,
                 .options = {"--cacert", made.ca, "--cert", made.self_signed.certificate, "--key",
                             made.self_signed.key}}),
      {.id = "certificate-not-verified",
       .happening = "an expired certificate, with `--insecure`",
       .outcome = "answered",
       .limit = kAmple,
       .stage = with_tls({.identity = made.expired, .options = {"--insecure"}})},
  };
}

std::vector<Fault> files() {
  const auto& made = certificates();
  const std::vector<std::string> trust{"--cacert", made.ca};
  const auto and_trust = [&](std::vector<std::string> options) {
    options.insert(options.end(), trust.begin(), trust.end());
    return options;
  };
  const std::string junk = "this is no PEM file\n";
  return {
      missing_file("authority-file-missing", "the file of `--cacert` is not there",
                   with_file("--cacert", "")),
      unusable_file("authority-file-junk", "the file of `--cacert` holds no certificate",
                    "--cacert needs a PEM file", with_file("--cacert", junk)),
      missing_file("certificate-file-missing", "the file of `--cert` is not there",
                   with_file("--cert", "", and_trust({"--key", made.client.key}))),
      missing_file("key-file-missing", "the file of `--key` is not there",
                   with_file("--key", "", and_trust({"--cert", made.client.certificate}))),
      missing_file("key-file-forbidden", "the file of `--key` may not be read by us",
                   forbidden_key),
      before_connecting("key-file-is-a-pipe", "`--key` names a pipe without a writer",
                        "copy it to a file", key_from_a_pipe),
      unusable_file("key-file-junk", "the file of `--key` holds no key",
                    "--key needs the unencrypted",
                    with_file("--key", junk, and_trust({"--cert", made.client.certificate}))),
      unusable_file("key-of-another", "the key is not that of the certificate",
                    "--key needs the unencrypted",
                    with_file("--key", read_file(made.server.key),
                              and_trust({"--cert", made.client.certificate}))),
  };
}

}  // namespace

Chapter encryption() {
  Chapter chapter{"TLS", wrong_sides()};
  for (const auto& more : {distrust(), files()}) {
    chapter.faults.insert(chapter.faults.end(), more.begin(), more.end());
  }
  return chapter;
}

}  // namespace fogis::testing::faults
