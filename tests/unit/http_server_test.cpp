// The exporter's HTTP server against clients that mean well, and others.
#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/stop_event.hpp"
#include "http/server.hpp"
#include "support/http_client.hpp"
#include "support/reserved_port.hpp"
#include "support/results.hpp"

namespace fogis::http {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::http_get;
using fogis::testing::HttpClient;
using fogis::testing::require_error;
using fogis::testing::require_ok;
using namespace std::chrono_literals;

ServerResponse text(std::string body) {
  ServerResponse response;
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

/// A server that runs on a thread of its own until the end of the test.
class Running {
public:
  explicit Running(Server::Limits limits = {}, const ListenAddress& address = {})
      : stop_(require_ok(StopEvent::create())),
        server_(require_ok(Server::listen(address, routes(), limits))),
        thread_([this] { served_ = server_.serve(stop_); }) {}
  ~Running() { end(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_.address().port; }
  [[nodiscard]] ServerCounts counts() const { return server_.counts(); }

  /// How serving ended.
  Result<void> end() {
    if (thread_.joinable()) {
      stop_.request(SIGTERM);
      thread_.join();
    }
    return served_;
  }

private:
  static Server::Routes routes() {
    return {{"/", [](const Request& request) { return text("query:" + request.query); }},
            {"/large", [](const Request&) { return text(std::string(64UL << 20U, 'x')); }}};
  }

  StopEvent stop_;
  Server server_;
  Result<void> served_;
  std::thread thread_;
};

Server::Limits quick_limits() {
  Server::Limits limits;
  limits.connection.request_time = 100ms;
  limits.connection.response_time = 300ms;
  limits.connection.idle_time = 100ms;
  return limits;
}

TEST_CASE("the HTTP server answers with what belongs to the path") {
  const Running server;
  const auto answer = http_get(server.port(), "/?a=b");
  CHECK(answer.status == 200);
  CHECK(answer.body == "query:a=b");
  CHECK(answer.field("Content-Type") == "text/plain; charset=utf-8");
  CHECK(answer.field("Connection") == "close");
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK(answer.field("X-Content-Type-Options") == "nosniff");
  CHECK_THAT(answer.field("Content-Security-Policy"), StartsWith("default-src 'none'"));
  CHECK_THAT(answer.field("Date"), Catch::Matchers::Matches("[A-Z][a-z]{2}, .* GMT"));
}

TEST_CASE("an unknown path is 404, another method 405 with those allowed") {
  const Running server;
  CHECK(http_get(server.port(), "/no").status == 404);
  CHECK(http_get(server.port(), "/../etc/passwd").status == 404);
  HttpClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
  const auto answer = client.answer();
  CHECK(answer.status == 405);
  CHECK(answer.field("Allow") == "GET, HEAD");
  CHECK(client.rest().empty());
}

TEST_CASE("HEAD gets the head of GET alone") {
  const Running server;
  HttpClient client(server.port());
  client.send("HEAD /?abc HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(client.answer(false).field("Content-Length") == "9");
  client.request("/");
  CHECK(client.answer().body == "query:");
}

TEST_CASE("a connection is kept for further requests, also for those sent at once") {
  const Running server;
  HttpClient client(server.port());
  constexpr int kRequests = 500;
  for (int i = 0; i < kRequests; ++i) {
    client.request("/?" + std::to_string(i));
  }
  for (int i = 0; i < kRequests; ++i) {
    CHECK(client.answer().body == "query:" + std::to_string(i));
  }
  CHECK(server.counts().requests == kRequests);
  CHECK(server.counts().connections == 1);
}

TEST_CASE("a connection is closed after its last request") {
  Server::Limits limits;
  limits.connection.requests = 2;
  const Running server(limits);
  HttpClient client(server.port());
  client.request("/");
  CHECK(client.answer().field("Connection") == "keep-alive");
  client.request("/");
  CHECK(client.answer().field("Connection") == "close");
  CHECK(client.rest().empty());
}

TEST_CASE("a client that closed its half after the request gets its answer") {
  const Running server;
  HttpClient client(server.port());
  client.request("/");
  client.finish();
  CHECK(client.answer().status == 200);
}

TEST_CASE("what is no HTTP gets a 400 at once, whatever it is") {
  const Running server;
  for (const auto* const bytes : {"PING\r\n", "\x16\x03\x01", "GET / HTTP/1.1\n\n"}) {
    HttpClient client(server.port());
    client.send(bytes);
    CHECK(client.answer().status == 400);
    CHECK(client.rest().empty());
  }
}

TEST_CASE("a huge head is refused, and its sender can read that") {
  const Running server;
  HttpClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(100'000, 'x'));
  CHECK(client.answer().status == 431);
}

TEST_CASE("a request that drips is over in time, and others are served meanwhile") {
  auto limits = quick_limits();
  limits.connection.request_time = 300ms;
  const Running server(limits);
  HttpClient slow(server.port());
  const auto begin = std::chrono::steady_clock::now();
  slow.send("GET / HTTP/1.1\r\n");
  while (!slow.hears_within(20ms)) {
    REQUIRE(std::chrono::steady_clock::now() - begin < 10s);
    slow.send("X: y\r\n");
    CHECK(http_get(server.port(), "/").status == 200);
  }
  CHECK(slow.answer().status == 408);
  CHECK(std::chrono::steady_clock::now() - begin >= 300ms);
  // The answer may be here before the server has counted it.
  while (server.counts().timed_out == 0) {
    REQUIRE(std::chrono::steady_clock::now() - begin < 10s);
    std::this_thread::yield();
  }
}

TEST_CASE("a silent connection and an idle one are closed in time, without a word") {
  const Running server(quick_limits());
  HttpClient silent(server.port());
  HttpClient idle(server.port());
  idle.request("/");
  CHECK(idle.answer().field("Connection") == "keep-alive");
  CHECK(silent.rest().empty());
  CHECK(idle.rest().empty());
}

TEST_CASE("a client that does not take its answer loses it in time") {
  const Running server(quick_limits());
  HttpClient lazy(server.port());
  lazy.request("/large");
  const auto begin = std::chrono::steady_clock::now();
  while (server.counts().timed_out == 0) {
    REQUIRE(std::chrono::steady_clock::now() - begin < 20s);
    // Each round is an answer to somebody else: nobody waits for the lazy one.
    REQUIRE(http_get(server.port(), "/").status == 200);
  }
  CHECK(lazy.rest().size() < (64UL << 20U));
}

TEST_CASE("a large answer arrives whole") {
  const Running server;
  CHECK(http_get(server.port(), "/large").body.size() == 64UL << 20U);
}

TEST_CASE("a thousand silent connections keep nobody from an answer") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  const auto before = files;
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  {
    const Running server;
    std::vector<std::unique_ptr<HttpClient>> crowd;
    for (int i = 0; i < 1000; ++i) {
      crowd.push_back(std::make_unique<HttpClient>(server.port()));
      crowd.back()->send("GET / HTTP/1.1\r\nHost: local");
      if (i % 100 == 0) {
        CHECK(http_get(server.port(), "/").status == 200);
      }
    }
    CHECK(http_get(server.port(), "/").status == 200);
    CHECK(server.counts().evicted >= 1000 - 256);
    CHECK(server.counts().open <= 256);
    // The first ones gave way and were told so.
    CHECK_THAT(crowd.front()->rest(), StartsWith("HTTP/1.1 503 ") || Catch::Matchers::Equals(""));
  }
  CHECK(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("those who wait for nothing give way before those who ask") {
  Server::Limits limits;
  limits.connections = 2;
  const Running server(limits);
  HttpClient asking(server.port());
  asking.send("GET / HTTP/1.1\r\n");
  HttpClient idle(server.port());
  idle.request("/");
  CHECK(idle.answer().status == 200);
  CHECK(http_get(server.port(), "/").status == 200);
  CHECK(idle.rest().empty());
  asking.send("Host: localhost\r\n\r\n");
  CHECK(asking.answer().status == 200);
}

TEST_CASE("a process that may open few files serves all the same") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  const auto before = files;
  std::vector<std::unique_ptr<HttpClient>> crowd;
  {
    const Running server;
    const int lowest_free = ::dup(0);
    REQUIRE(lowest_free >= 0);
    // Room for a few of the crowd's ends, of both sides.
    files.rlim_cur = static_cast<rlim_t>(lowest_free) + 9;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
    ::close(lowest_free);
    for (int i = 0; i < 5; ++i) {
      crowd.push_back(std::make_unique<HttpClient>(server.port()));
      crowd.back()->request("/");
      // Whoever had to give way for want of descriptors was not this one, the newest.
      CHECK(crowd.back()->answer().status == 200);
    }
    crowd.clear();
    CHECK(http_get(server.port(), "/").status == 200);
  }
  CHECK(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("on a loopback address no foreign name is answered to") {
  const Running server;
  const auto status_for = [&](const std::string& host) {
    HttpClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.answer().status;
  };
  CHECK(status_for("rebound.example.org") == 421);
  CHECK(status_for("127.0.0.1.example.org:9121") == 421);
  CHECK(status_for("localhost:9121") == 200);
  CHECK(status_for("127.0.0.1") == 200);
  CHECK(status_for("[::1]:9121") == 200);
}

TEST_CASE("on every address any name is answered to") {
  const Running server({}, {.host = "0.0.0.0", .port = 0});
  HttpClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: exporter.example.org\r\n\r\n");
  CHECK(client.answer().status == 200);
}

TEST_CASE("a stop ends the server at once, whatever its connections do") {
  Running server;
  HttpClient silent(server.port());
  HttpClient half(server.port());
  half.send("GET / HT");
  HttpClient idle(server.port());
  idle.request("/");
  CHECK(idle.answer().status == 200);
  HttpClient lazy(server.port());
  lazy.request("/large");
  CHECK(lazy.hears_within(10s));
  CHECK(server.end());
  CHECK(silent.rest().empty());
  CHECK(half.rest().empty());
  CHECK(idle.rest().empty());
  CHECK(server.counts().open == 0);
}

TEST_CASE("where the HTTP server cannot listen it says why") {
  const Running server;
  const auto taken = require_error(Server::listen({.host = "127.0.0.1", .port = server.port()}, {}),
                                   ErrorKind::usage);
  CHECK_THAT(taken.message, ContainsSubstring("cannot listen on http://127.0.0.1:"));
  CHECK_THAT(taken.message, ContainsSubstring("in use"));
  CHECK_FALSE(taken.hint.empty());
  CHECK(taken.phase == Phase::http);
  // Addresses that are nobody's (RFC 5737), and no addresses at all.
  const auto absent =
      require_error(Server::listen({.host = "192.0.2.1", .port = 0}, {}), ErrorKind::usage);
  CHECK_FALSE(absent.hint.empty());
  CHECK_FALSE(
      require_error(Server::listen({.host = "h.example.org", .port = 0}, {}), ErrorKind::usage)
          .hint.empty());
}

TEST_CASE("a listening address knows how far it reaches") {
  CHECK(ListenAddress{.host = "127.8.0.1", .port = 1}.is_loopback());
  CHECK(ListenAddress{.host = "::1", .port = 1}.is_loopback());
  CHECK_FALSE(ListenAddress{.host = "0.0.0.0", .port = 1}.is_loopback());
  CHECK(ListenAddress{.host = "0.0.0.0", .port = 1}.is_any());
  CHECK(ListenAddress{.host = "::", .port = 1}.is_any());
  CHECK_FALSE(ListenAddress{.host = "::1", .port = 1}.is_any());
  CHECK(ListenAddress{.host = "::1", .port = 80}.url() == "http://[::1]:80/");
  CHECK(ListenAddress{.host = "127.0.0.1", .port = 80}.url() == "http://127.0.0.1:80/");
}

}  // namespace
}  // namespace fogis::http
