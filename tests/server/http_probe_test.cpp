// The HTTP probe against servers that answer, and against those that do not.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include "http/probe.hpp"
#include "support/certificates.hpp"
#include "support/environment_variable.hpp"
#include "support/fake_server.hpp"
#include "support/process.hpp"
#include "support/reserved_port.hpp"
#include "support/results.hpp"

using Catch::Matchers::ContainsSubstring;
using fogis::Deadline;
using fogis::ErrorKind;
using fogis::Phase;
using fogis::StopEvent;
using fogis::http::get;
using fogis::http::Url;
using fogis::testing::EnvironmentVariable;
using fogis::testing::FakeServer;
using fogis::testing::Process;
using fogis::testing::require_error;
using fogis::testing::require_ok;
using fogis::testing::ReservedPort;
namespace fake = fogis::testing::fake;
using namespace std::chrono_literals;

namespace {

Url url_of(std::uint16_t port) {
  Url url;
  url.host = "127.0.0.1";
  url.port = port;
  return url;
}

FakeServer::Script answer(std::string text) {
  return {fake::Accept{}, fake::ReadBytes{16}, fake::Send{std::move(text)}, fake::AwaitClose{}};
}

Deadline soon() {
  return Deadline::after(10s, nullptr);
}

}  // namespace

TEST_CASE("an HTTP answer of any status is a response, asked for below the URL's path") {
  const FakeServer server(
      answer("HTTP/1.1 503 Busy\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
  auto url = url_of(server.port());
  url.path = "/base";
  const auto response = require_ok(get(url, "/health", soon()));
  CHECK(response.status == 503);
  CHECK(response.content_type == "application/json");
  CHECK(response.body == "{}");
  CHECK_THAT(server.received(), ContainsSubstring("GET /base/health HTTP/1.1\r\n") &&
                                    ContainsSubstring("User-Agent: fogis-redis\r\n"));
}

TEST_CASE("a dripping HTTP server cannot outlast the deadline, nor can a silent one") {
  const FakeServer dripping(
      {fake::Accept{}, fake::ReadBytes{16}, fake::Drip{std::string(600, 'H'), 100ms}});
  const auto begin = std::chrono::steady_clock::now();
  const auto dripped = require_error(
      get(url_of(dripping.port()), "/", Deadline::after(400ms, nullptr)), ErrorKind::timed_out);
  CHECK(dripped.phase == Phase::http);
  const FakeServer silent({fake::Accept{}, fake::AwaitClose{}});
  require_error(get(url_of(silent.port()), "/", Deadline::after(200ms, nullptr)),
                ErrorKind::timed_out);
  auto tls = url_of(silent.port());
  const FakeServer silent_tls({fake::Accept{}, fake::AwaitClose{}});
  tls.port = silent_tls.port();
  tls.tls = true;
  require_error(get(tls, "/", Deadline::after(200ms, nullptr)), ErrorKind::timed_out);
  const FakeServer flooding({fake::Accept{}, fake::Flood{"HTTP/1.1 100 Continue\r\n\r\n"}});
  require_error(get(url_of(flooding.port()), "/", Deadline::after(200ms, nullptr)),
                ErrorKind::timed_out);
  const auto full = FakeServer::with_full_backlog();
  const auto unconnected = require_error(
      get(url_of(full->port()), "/", Deadline::after(200ms, nullptr)), ErrorKind::timed_out);
  CHECK(unconnected.phase == Phase::http);
  // The drip alone would last a minute.
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
}

TEST_CASE("a stop request ends an HTTP request that would last") {
  auto stop = require_ok(StopEvent::create());
  const FakeServer silent({fake::Accept{}, fake::AwaitClose{}});
  std::thread stopper([&] {
    silent.wait_for_received("GET ");
    stop.request(SIGTERM);
  });
  const auto response = get(url_of(silent.port()), "/", Deadline::after(60s, &stop));
  stopper.join();
  require_error(response, ErrorKind::interrupted);
}

TEST_CASE("an answer over TLS arrives whole, from a server whose certificate is trusted") {
  const auto& made = fogis::testing::certificates();
  const EnvironmentVariable trusted("SSL_CERT_FILE", made.ca);
  Process server({.program = "openssl",
                  .arguments = {"s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                                made.server.certificate, "-key", made.server.key}});
  const std::string ready = "ACCEPT 127.0.0.1:";
  const auto& output = server.wait_for_output(ready);
  auto url = url_of(
      static_cast<std::uint16_t>(std::stoi(output.substr(output.find(ready) + ready.size()))));
  url.tls = true;
  const auto response = require_ok(get(url, "/", soon()));
  CHECK(response.status == 200);
  CHECK_THAT(response.body, ContainsSubstring("s_server") && ContainsSubstring("</HTML>"));
  url.host = "localhost";
  CHECK(require_ok(get(url, "/", soon())).status == 200);

  const EnvironmentVariable untrusted("SSL_CERT_FILE", made.stranger_ca);
  const auto stranger = require_error(get(url, "/", soon()), ErrorKind::untrusted);
  CHECK(stranger.phase == Phase::http);
  CHECK_THAT(stranger.hint, ContainsSubstring("SSL_CERT_FILE"));
  const FakeServer plain(answer("HTTP/1.1 400 Bad Request\r\n\r\n"));
  url.port = plain.port();
  CHECK_THAT(require_error(get(url, "/", soon()), ErrorKind::protocol).hint,
             ContainsSubstring("http://"));
}

TEST_CASE("a failure of TLS has a hint for a URL, not for an option of Redis") {
  const auto [alert, hint] = GENERATE(table<char, const char*>({
      {'\x70', "use a host name in the URL"},
      {'\x46', "let the service accept TLSv1.2"},
      {'\x50', "its log says why"},
  }));
  const FakeServer server({fake::Accept{}, fake::ReadBytes{1},
                           fake::Send{std::string("\x15\x03\x03\x00\x02\x02", 6) + alert},
                           fake::AwaitClose{}});
  auto url = url_of(server.port());
  url.host = "localhost";
  url.tls = true;
  const auto response = get(url, "/", soon());
  REQUIRE_FALSE(response);
  CHECK_THAT(response.error().hint, ContainsSubstring(hint));
  CHECK_THAT(response.error().hint, !ContainsSubstring("--"));
}

TEST_CASE("a body beyond the limit is not taken, whether its length is told or not") {
  const std::string body(3000, 'x');
  const FakeServer told(answer("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + body));
  const FakeServer untold(answer("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body));
  for (const auto* const server : {&told, &untold}) {
    const auto error = require_error(get(url_of(server->port()), "/", soon(), {.body = 2000}),
                                     ErrorKind::protocol);
    CHECK_THAT(error.message, ContainsSubstring("more than 2000 bytes"));
  }
}

TEST_CASE("redirections are followed within their limit, and never from https to http") {
  const std::string move = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /x\r\n\r\n";
  auto script = answer(move);
  for (auto& step : answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere")) {
    script.push_back(std::move(step));
  }
  const FakeServer here(std::move(script));
  CHECK(require_ok(get(url_of(here.port()), "/", soon())).body == "here");
  const FakeServer again(answer(move));
  require_error(get(url_of(again.port()), "/", soon(), {.redirects = 0}), ErrorKind::protocol);
}

TEST_CASE("a redirection to another host or port is told, and not followed") {
  const FakeServer other(answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere"));
  const auto elsewhere = "127.0.0.1:" + std::to_string(other.port());
  for (const auto& place : {elsewhere, std::string("elsewhere.invalid/x")}) {
    const FakeServer here(answer("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://" +
                                 place + "\r\n\r\n"));
    const auto error = require_error(get(url_of(here.port()), "/", soon()), ErrorKind::protocol);
    CHECK_THAT(error.message, ContainsSubstring("it redirects to another server, http://" +
                                                place.substr(0, place.find('/'))));
    CHECK_THAT(error.hint, ContainsSubstring("need not be the service"));
  }
  CHECK(other.connections() == 0);
}

TEST_CASE("who does not speak HTTP, refuses or has no name is told apart") {
  const ReservedPort nobody;
  const auto refused =
      require_error(get(url_of(nobody.number()), "/health", soon()), ErrorKind::unreachable);
  CHECK(refused.phase == Phase::http);
  CHECK_THAT(refused.message, ContainsSubstring("Connection refused"));
  CHECK_THAT(refused.endpoint, ContainsSubstring("/health"));
  const FakeServer closing({fake::Accept{}, fake::ReadBytes{1}, fake::Close{}});
  require_error(get(url_of(closing.port()), "/", soon()), ErrorKind::disconnected);
  const FakeServer short_body({fake::Accept{}, fake::ReadBytes{16},
                               fake::Send{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"},
                               fake::Close{}});
  require_error(get(url_of(short_body.port()), "/", soon()), ErrorKind::disconnected);
  auto unknown = url_of(80);
  unknown.host = "nohost.invalid";
  CHECK(require_error(get(unknown, "/", soon()), ErrorKind::not_resolved).phase == Phase::resolve);
}
