// A thousand connections that fail, each in its own way, leave nothing behind.
#include <malloc.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "redis/connection.hpp"
#include "support/certificates.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;
using namespace std::chrono_literals;

namespace {

constexpr int kFailures = 1000;
/// After so many of them every cache is filled, those of OpenSSL and of malloc as well.
constexpr int kWarmUp = 250;

std::size_t count_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Bytes that the program has from malloc and has not given back. Sanitizers replace malloc and
/// report 0; they find leaks by themselves.
std::size_t allocated() {
  return ::mallinfo2().uordblks;
}

/// Resident memory, KiB.
long resident() {
  std::ifstream status("/proc/self/statm");
  long size = 0;
  long pages = 0;
  status >> size >> pages;
  return pages * (::sysconf(_SC_PAGESIZE) / 1024);
}

/// Fails with these settings a thousand times; what the process holds afterwards must be what it
/// held after the first quarter.
void fail_a_thousand_times(const config::ConnectionSettings& settings, ErrorKind kind,
                           std::chrono::milliseconds limit = 10s) {
  const auto fail = [&](int times) {
    for (int i = 0; i < times; ++i) {
      require_error(Connection::open(settings, Deadline::after(limit, nullptr)), kind);
    }
  };
  fail(kWarmUp);
  const auto descriptors = count_descriptors();
  const auto bytes = allocated();
  const auto kib = resident();
  fail(kFailures - kWarmUp);
  // A thread that looks up a name ends by itself, a moment after its answer.
  constexpr std::size_t kLingering = 2;
  CHECK(count_descriptors() <= descriptors + kLingering);
  constexpr std::size_t kNoise = std::size_t{128} * 1024;  // less than 140 bytes for each failure
  CHECK(allocated() < bytes + kNoise);
  if (bytes > 0) {
    constexpr long kNoiseKib = 1024;
    CHECK(resident() < kib + kNoiseKib);
  }
}

}  // namespace

TEST_CASE("a thousand connections to a closed port leak nothing") {
  const ReservedPort port;
  config::ConnectionSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port.number();
  fail_a_thousand_times(settings, ErrorKind::unreachable);
}

TEST_CASE("a thousand names that do not resolve leak nothing") {
  config::ConnectionSettings settings;
  settings.host = std::string(70, 'x');  // longer than a label may be: no name server is asked
  fail_a_thousand_times(settings, ErrorKind::not_resolved);
}

TEST_CASE("a thousand refused logins leak nothing") {
  const RedisServer server({.arguments = {"--requirepass", "right"}});
  auto settings = server.settings();
  settings.password = Secret("wrong");
  fail_a_thousand_times(settings, ErrorKind::unauthenticated);
}

TEST_CASE("a thousand certificates that are not trusted leak nothing") {
  const RedisServer server({.tls = true, .identity = certificates().self_signed});
  fail_a_thousand_times(server.tls_settings(), ErrorKind::untrusted);
}

TEST_CASE("a thousand silent servers leak nothing") {
  RedisServer server;
  server.suspend();
  // The queue of a stopped server is full after a few hundred; both are a passed deadline.
  auto settings = server.settings();
  settings.client_name = "test";
  fail_a_thousand_times(settings, ErrorKind::timed_out, 1ms);
}
