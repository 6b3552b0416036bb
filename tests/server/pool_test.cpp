#include "redis/pool.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/redis_server.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Deadline soon() {
  return Deadline::after(10s, nullptr);
}

std::string client_id(Lease& lease) {
  return std::to_string(require_ok(lease->command({"CLIENT", "ID"}, soon())).integer);
}

}  // namespace

TEST_CASE("a returned connection is leased again") {
  const RedisServer server;
  Pool pool(server.settings(), 2, 5s, nullptr);
  std::string first;
  {
    auto lease = require_ok(pool.lease(soon()));
    first = client_id(lease);
    CHECK(pool.open_connections() == 1);
  }
  auto again = require_ok(pool.lease(soon()));
  CHECK(client_id(again) == first);
  CHECK(pool.open_connections() == 1);
}

TEST_CASE("no more connections than its size exist at once") {
  const RedisServer server;
  Pool pool(server.settings(), 2, 5s, nullptr);
  const auto first = require_ok(pool.lease(soon()));
  const auto second = require_ok(pool.lease(soon()));
  const auto error =
      require_error(pool.lease(Deadline::after(50ms, nullptr)), ErrorKind::timed_out);
  CHECK_THAT(error.message, ContainsSubstring("all 2 connections"));
  CHECK(pool.open_connections() == 2);
}

TEST_CASE("a size of zero is one") {
  const RedisServer server;
  Pool pool(server.settings(), 0, 5s, nullptr);
  CHECK(pool.size() == 1);
  CHECK(pool.lease(soon()));
}

TEST_CASE("a waiting caller gets the connection that comes back") {
  const RedisServer server;
  Pool pool(server.settings(), 1, 5s, nullptr);
  std::optional<Lease> held(require_ok(pool.lease(soon())));
  std::atomic<bool> waiting = false;
  std::thread waiter([&] {
    waiting = true;
    auto lease = pool.lease(soon());
    CHECK(lease.has_value());
  });
  while (!waiting) {
    std::this_thread::yield();
  }
  held.reset();
  waiter.join();
  CHECK(pool.open_connections() == 1);
}

TEST_CASE("a waiting caller gets the place of a connection that broke") {
  const RedisServer server;
  const auto statistics = std::make_shared<Statistics>();
  Pool pool(server.settings(), 1, 5s, statistics);
  std::optional<Lease> held(require_ok(pool.lease(soon())));
  std::thread waiter([&] { CHECK(pool.lease(soon()).has_value()); });
  (*held)->poison();
  held.reset();
  waiter.join();
  CHECK(statistics->snapshot().reconnects == 1);
}

TEST_CASE("a stop ends the wait for a connection") {
  const RedisServer server;
  Pool pool(server.settings(), 1, 5s, nullptr);
  auto stop = require_ok(StopEvent::create());
  const auto held = require_ok(pool.lease(soon()));
  stop.request(SIGINT);
  require_error(pool.lease(Deadline::after(10s, &stop)), ErrorKind::interrupted);
}

TEST_CASE("a poisoned connection is dropped and replaced") {
  const RedisServer server;
  const auto statistics = std::make_shared<Statistics>();
  Pool pool(server.settings(), 1, 5s, statistics);
  std::string first;
  {
    auto lease = require_ok(pool.lease(soon()));
    first = client_id(lease);
    lease->poison();
  }
  CHECK(pool.open_connections() == 0);
  auto second = require_ok(pool.lease(soon()));
  CHECK(client_id(second) != first);
  CHECK(statistics->snapshot().reconnects == 1);
}

TEST_CASE("a connection that the server closed while it was idle is not leased") {
  const RedisServer server;
  Pool pool(server.settings(), 1, 5s, nullptr);
  std::string first;
  {
    auto lease = require_ok(pool.lease(soon()));
    first = client_id(lease);
  }
  REQUIRE(server.raw({"CLIENT", "KILL", "ID", first}) == "1");
  auto second = require_ok(pool.lease(soon()));
  CHECK(client_id(second) != first);
}

TEST_CASE("a failed opening gives its place back") {
  RedisServer server;
  Pool pool(server.settings(), 1, 5s, nullptr);
  server.kill9();
  for (int i = 0; i < 3; ++i) {
    require_error(pool.lease(soon()), ErrorKind::unreachable);
  }
  CHECK(pool.open_connections() == 0);
  server.restart();
  CHECK(pool.lease(soon()));
}

TEST_CASE("the connect timeout bounds an opening even when the deadline is far") {
  RedisServer server;
  auto settings = server.settings();
  settings.client_name = "test";
  server.suspend();
  Pool pool(settings, 1, 100ms, nullptr);
  require_error(pool.lease(Deadline::never(nullptr)), ErrorKind::timed_out);
}

TEST_CASE("idle connections can be closed") {
  const RedisServer server;
  Pool pool(server.settings(), 2, 5s, nullptr);
  {
    const auto first = require_ok(pool.lease(soon()));
    const auto second = require_ok(pool.lease(soon()));
  }
  CHECK(pool.open_connections() == 2);
  pool.close_idle();
  CHECK(pool.open_connections() == 0);
}

TEST_CASE("many threads share few connections without mixing up replies") {
  const RedisServer server;
  Pool pool(server.settings(), 3, 5s, nullptr);
  std::atomic<int> wrong = 0;
  std::atomic<std::size_t> most = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        auto lease = pool.lease(soon());
        const auto text = std::to_string(t) + ":" + std::to_string(i);
        auto reply = lease ? (*lease)->command({"ECHO", text}, soon())
                           : Result<Reply>(failure(lease.error()));
        wrong += reply && reply->text == text ? 0 : 1;
        const auto open = pool.open_connections();
        for (auto seen = most.load(); open > seen && !most.compare_exchange_weak(seen, open);) {}
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(wrong == 0);
  CHECK(most <= 3);
}
