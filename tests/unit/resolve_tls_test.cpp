#include "config/resolve_tls.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <string>

#include "support/temp_dir.hpp"

using fogis::ErrorKind;
using fogis::config::CommandLine;
using fogis::config::Resolution;
using fogis::config::Transport;
using fogis::testing::TempDir;

namespace {

Resolution resolve(const CommandLine& options) {
  return fogis::config::resolve(options,
                                [](std::string_view) { return std::optional<std::string>(); });
}

CommandLine with_url(std::string url) {
  CommandLine options;
  options.url = std::move(url);
  return options;
}

bool warns(const Resolution& resolution, std::string_view code) {
  return std::any_of(resolution.warnings.begin(), resolution.warnings.end(),
                     [&](const auto& warning) { return warning.code == code; });
}

std::string origin(const Resolution& resolution, std::string_view setting) {
  for (const auto& entry : resolution.entries) {
    if (entry.name == setting) {
      return entry.origin + "=" + entry.value;
    }
  }
  return "missing";
}

}  // namespace

TEST_CASE("TLS is switched on by the scheme or by --tls") {
  const auto by_scheme = resolve(with_url("rediss://h"));
  CHECK(by_scheme.config.connection.transport == Transport::tls);
  CHECK(origin(by_scheme, "tls") == "url scheme=yes");
  auto options = with_url("redis://h");
  CHECK(resolve(options).config.connection.transport == Transport::tcp);
  options.tls = true;
  const auto by_option = resolve(options);
  CHECK(by_option.errors.empty());
  CHECK(by_option.config.connection.transport == Transport::tls);
  CHECK(origin(by_option, "tls") == "--tls=yes");
}

TEST_CASE("a unix socket and --tls cannot be used together") {
  auto options = with_url("unix:///run/redis.sock");
  options.tls = true;
  const auto resolution = resolve(options);
  REQUIRE(resolution.errors.size() == 1);
  CHECK(resolution.errors[0].kind == ErrorKind::usage);
}

TEST_CASE("verification is on unless --insecure or the URL says otherwise, which is warned of") {
  const auto plain = resolve(with_url("rediss://h"));
  CHECK(plain.config.connection.tls.verify);
  CHECK_FALSE(warns(plain, "tls-not-verified"));
  const auto by_url = resolve(with_url("rediss://h:1?ssl_cert_reqs=none"));
  CHECK_FALSE(by_url.config.connection.tls.verify);
  CHECK(warns(by_url, "tls-not-verified"));
  CHECK(origin(by_url, "tls_verify") == "url query ssl_cert_reqs=no");
  auto options = with_url("rediss://h:1?ssl_cert_reqs=required");
  options.insecure = true;
  const auto by_option = resolve(options);
  CHECK_FALSE(by_option.config.connection.tls.verify);
  CHECK(warns(by_option, "tls-not-verified"));
  CHECK(origin(by_option, "tls_verify") == "--insecure=no");
}

TEST_CASE("the option --cacert wins over the URL's ssl_ca_certs") {
  const TempDir directory;
  const auto by_url = directory.write("url.pem", "x");
  auto options = with_url("rediss://h:1?ssl_ca_certs=" + by_url);
  CHECK(resolve(options).config.connection.tls.ca_file == by_url);
  options.cacert = directory.write("option.pem", "x");
  const auto resolution = resolve(options);
  CHECK(resolution.errors.empty());
  CHECK(resolution.config.connection.tls.ca_file == *options.cacert);
}

TEST_CASE("the URL may turn off the check of the name alone, which is warned of") {
  const auto resolution = resolve(with_url("rediss://h:1?ssl_check_hostname=false"));
  CHECK(resolution.config.connection.tls.verify);
  CHECK_FALSE(resolution.config.connection.tls.verify_name);
  CHECK(origin(resolution, "tls_verify_name") == "url query ssl_check_hostname=no");
  CHECK(warns(resolution, "url-name-not-verified"));
  CHECK(origin(resolve(with_url("rediss://h:1")), "tls_verify_name") == "=yes");
}

TEST_CASE("the client certificate of the URL is used unless an option gives one") {
  const TempDir directory;
  const auto certificate = directory.write("url.pem", "x");
  const auto key = directory.write("url.key", "x");
  auto options = with_url("rediss://h:1?ssl_certfile=" + certificate + "&ssl_keyfile=" + key);
  const auto by_url = resolve(options);
  CHECK(by_url.errors.empty());
  CHECK(by_url.config.connection.tls.certificate_file == certificate);
  CHECK(by_url.config.connection.tls.key_file == key);
  CHECK(origin(by_url, "tls_key_file") == "url query ssl_keyfile=" + key);
  options.cert = directory.write("option.pem", "x");
  options.key = directory.write("option.key", "x");
  const auto by_option = resolve(options);
  CHECK(by_option.config.connection.tls.certificate_file == *options.cert);
  CHECK(by_option.config.connection.tls.key_file == *options.key);
}

TEST_CASE("a certificate file of the URL may hold its key as well, as redis-py reads it") {
  const TempDir directory;
  const auto both = directory.write("both.pem", "x");
  const auto resolution = resolve(with_url("rediss://h:1?ssl_certfile=" + both));
  CHECK(resolution.errors.empty());
  CHECK(resolution.config.connection.tls.key_file == both);
  CHECK(resolve(with_url("rediss://h:1?ssl_keyfile=" + both)).errors.size() == 1);
}

TEST_CASE("all files of TLS are kept as they were named") {
  const TempDir directory;
  auto options = with_url("rediss://h");
  options.cacertdir = directory.path().string();
  options.cert = directory.write("cert.pem", "x");
  options.key = directory.write("key.pem", "x");
  options.sni = "redis.example.org";
  const auto resolution = resolve(options);
  CHECK(resolution.errors.empty());
  const auto& tls = resolution.config.connection.tls;
  CHECK(tls.ca_directory == directory.path().string());
  CHECK(tls.certificate_file == *options.cert);
  CHECK(tls.key_file == *options.key);
  CHECK(tls.server_name == "redis.example.org");
}

TEST_CASE("a file that cannot be read is an error before anything connects") {
  const TempDir directory;
  auto options = with_url("rediss://h");
  options.cacert = directory / "missing.pem";
  options.cacertdir = directory.write("file.pem", "x");
  options.cert = directory.path().string();
  options.key = "";
  const auto resolution = resolve(options);
  REQUIRE(resolution.errors.size() == 4);
  CHECK(resolution.errors[0].message.starts_with("bad --cacert: cannot read \""));
  CHECK(resolution.errors[0].system_errno == ENOENT);
  CHECK(resolution.errors[1].system_errno == ENOTDIR);
  CHECK(resolution.errors[2].system_errno == EISDIR);
  CHECK(resolution.errors[3].system_errno == ENOENT);
  for (const auto& error : resolution.errors) {
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_FALSE(error.hint.empty());
  }
}

TEST_CASE("certificate and key need each other") {
  const TempDir directory;
  auto options = with_url("rediss://h");
  options.cert = directory.write("cert.pem", "x");
  const auto without_key = resolve(options);
  REQUIRE(without_key.errors.size() == 1);
  CHECK(without_key.errors[0].message == "bad --cert: a certificate needs its key");
  options.key.swap(options.cert);
  const auto without_certificate = resolve(options);
  REQUIRE(without_certificate.errors.size() == 1);
  CHECK(without_certificate.errors[0].message == "bad --key: a key needs its certificate");
}

TEST_CASE("an empty server name is an error") {
  auto options = with_url("rediss://h");
  options.sni = "";
  REQUIRE(resolve(options).errors.size() == 1);
}

TEST_CASE("options of TLS without TLS are warned of") {
  auto options = with_url("redis://h");
  options.insecure = true;
  options.sni = "x";
  const auto resolution = resolve(options);
  CHECK(warns(resolution, "tls-option-without-tls"));
  CHECK_FALSE(warns(resolution, "tls-not-verified"));
  options.tls = true;
  CHECK_FALSE(warns(resolve(options), "tls-option-without-tls"));
}
