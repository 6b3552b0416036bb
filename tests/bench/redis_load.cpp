// Loads a server through lib/redis as redis-benchmark does through its own code, for
// scripts/compare.
//
// Usage: redis-load set|pipeline SOCKET OPERATIONS
//
// set: one SET after the other on one connection, each waited for and timed. pipeline: the same
// SETs in pipelines of 100. The value has 3 bytes, the key 16: those of redis-benchmark. Prints the
// operations per second and the median time of one exchange in milliseconds.
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/deadline.hpp"
#include "base/histogram.hpp"
#include "redis/connection.hpp"

namespace {

using fogis::Deadline;
using fogis::Histogram;
using fogis::Result;
using fogis::redis::Connection;
using fogis::redis::Pipeline;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kPipelined = 100;
constexpr auto kPatience = std::chrono::seconds(5);
constexpr std::string_view kKey = "key:__rand_int__";
constexpr std::string_view kValue = "xxx";

fogis::Error unexpected(const fogis::redis::Reply& reply) {
  return fogis::make_error(fogis::ErrorKind::rejected, fogis::Phase::command,
                           "SET was answered with " + describe(reply));
}

Result<void> set_each(Connection& connection, std::uint64_t operations, Histogram& times) {
  for (std::uint64_t i = 0; i < operations; ++i) {
    const auto started = Clock::now();
    const auto reply =
        connection.command({"SET", kKey, kValue}, Deadline::after(kPatience, nullptr));
    times.record(Clock::now() - started);
    if (!reply) {
      return fogis::failure(reply.error());
    }
    if (!reply->is_status("OK")) {
      return fogis::failure(unexpected(*reply));
    }
  }
  return {};
}

Result<void> set_pipelined(Connection& connection, std::uint64_t operations, Histogram& times) {
  for (std::uint64_t sent = 0; sent < operations; sent += kPipelined) {
    const auto started = Clock::now();
    Pipeline pipeline;
    for (std::uint64_t i = 0; i < kPipelined; ++i) {
      pipeline.add({"SET", kKey, kValue});
    }
    const auto replies = connection.run(pipeline, Deadline::after(kPatience, nullptr));
    times.record(Clock::now() - started);
    if (!replies) {
      return fogis::failure(replies.error());
    }
    for (const auto& reply : *replies) {
      if (!reply.is_status("OK")) {
        return fogis::failure(unexpected(reply));
      }
    }
  }
  return {};
}

int fail(const fogis::Error& error) {
  std::fprintf(stderr, "redis-load: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t operations = 0;
  if (argc == 4) {
    std::from_chars(argv[3], argv[3] + std::strlen(argv[3]), operations);
  }
  const std::string_view mode = argc == 4 ? argv[1] : "";
  if (operations == 0 || (mode != "set" && mode != "pipeline")) {
    std::fputs("usage: redis-load set|pipeline SOCKET OPERATIONS\n", stderr);
    return 2;
  }
  fogis::config::ConnectionSettings settings;
  settings.transport = fogis::config::Transport::unix_socket;
  settings.socket_path = argv[2];
  auto connection = Connection::open(settings, Deadline::after(kPatience, nullptr));
  if (!connection) {
    return fail(connection.error());
  }
  Histogram times;
  const auto started = Clock::now();
  const auto done = mode == "set" ? set_each(*connection, operations, times)
                                  : set_pipelined(*connection, operations, times);
  const std::chrono::duration<double> elapsed = Clock::now() - started;
  if (!done) {
    return fail(done.error());
  }
  const std::chrono::duration<double, std::milli> median = times.quantile(0.5);
  std::printf("%.2f %.3f\n", static_cast<double>(operations) / elapsed.count(), median.count());
  return 0;
}
