// "Safe to run against production": a server that is full of somebody's keys keeps all of them.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "checks/integration/integration.hpp"
#include "checks/suite.hpp"
#include "monitor/collector.hpp"
#include "redis/info.hpp"
#include "support/redis_server.hpp"
#include "support/results.hpp"
#include "support/suite_run.hpp"

namespace fogis::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using checks::Status;

constexpr std::size_t kKilobyte = 1024;
constexpr int kKeys = 20'000;

/// What our connection and its commands take of a server that was just started.
constexpr std::size_t kConnected = 192 * kKilobyte;
/// Room for that and for little else.
constexpr std::size_t kHardlyAny = kConnected + 70 * kKilobyte;

/// A server with 20,000 keys of its users, which expire some day, and `headroom` bytes left.
class FullServer {
public:
  FullServer(const std::string& policy, std::size_t headroom, std::vector<std::string> users = {})
      : server_({.arguments = {"--maxmemory-policy", policy}, .users = std::move(users)}),
        observer_(server_.client()) {
    for (int i = 0; i < kKeys; ++i) {
      observer_.send({"SET", "user:" + std::to_string(i), "what the user keeps", "EX", "86400"});
    }
    for (int i = 0; i < kKeys; ++i) {
      observer_.receive();
    }
    // What the observer does later must cost nothing any more.
    keys();
    set_limit("0");
    info("used_memory");
    set_limit(std::to_string(info("used_memory") + static_cast<std::int64_t>(headroom)));
  }

  [[nodiscard]] config::ConnectionSettings settings() const { return server_.settings(); }
  std::int64_t info(std::string_view field) {
    return redis::Info(observer_.command({"INFO", "all"})).integer(field).value_or(-1);
  }
  std::string keys() { return observer_.command({"DBSIZE"}); }

  /// Nothing was evicted, and nothing of ours is left.
  void require_unharmed() {
    CHECK(info("evicted_keys") == 0);
    CHECK(keys() == std::to_string(kKeys));
  }

private:
  void set_limit(const std::string& bytes) {
    REQUIRE(observer_.command({"CONFIG", "SET", "maxmemory", bytes}) == "OK");
  }

  RedisServer server_;
  RawClient observer_;
};

config::ConnectionSettings as_user(config::ConnectionSettings settings, std::string name) {
  settings.username = std::move(name);
  settings.password = Secret("pw");
  return settings;
}

constexpr redis::Timeouts kTimeouts{std::chrono::seconds(2), std::chrono::seconds(2)};

void evict_a_key(RawClient& client) {
  client.command({"SET", "user:key", "x"});
  client.command({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  client.command({"CONFIG", "SET", "maxmemory", "1"});
  client.command({"CONFIG", "SET", "maxmemory", "0"});
}

std::string absent(const monitor::Report& report) {
  std::string text;
  for (const auto& [what, refusal] : report.observation->sample.refusals) {
    text += what + ": " + refusal.reason + "\n";
  }
  return text;
}

checks::SuiteOptions few_operations() {
  checks::SuiteOptions options;
  options.operations = 50;
  return options;
}

TEST_CASE("the suite evicts no key, however little memory is free") {
  const auto headroom = GENERATE(kHardlyAny, 300 * kKilobyte, 500 * kKilobyte, 900 * kKilobyte,
                                 1500 * kKilobyte, 3000 * kKilobyte);
  FullServer server("allkeys-lru", headroom);
  const auto report = run_suite(server.settings(), few_operations());
  INFO(headroom << " bytes free\n" << describe(report));
  server.require_unharmed();
  CHECK(report.counts().fail <= 1);  // server-health: hardly any memory is free
  CHECK(report.counts().error == 0);
  CHECK(result_of(report, "pub-sub").status != Status::skip);
}

TEST_CASE("the suite evicts no key under any policy that evicts") {
  const auto* const policy =
      GENERATE("allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu",
               "volatile-random", "volatile-ttl");
  FullServer server(policy, kHardlyAny);
  const auto report = run_suite(server.settings(), few_operations());
  INFO(policy << '\n' << describe(report));
  server.require_unharmed();
  const auto& skipped = result_of(report, "basic-operations");
  CHECK(skipped.status == Status::skip);
  CHECK_THAT(skipped.cause, ContainsSubstring(policy) && ContainsSubstring("evict"));
}

TEST_CASE("each check evicts no key where it runs with as little memory as it asks for") {
  for (const auto& check : checks::suite_checks()) {
    if (check.need.bytes() == 0) {
      continue;  // it looks itself
    }
    FullServer server("allkeys-lru", kConnected + check.need.bytes());
    auto options = few_operations();
    options.only = {std::string(check.id)};
    const auto report = run_suite(server.settings(), options);
    INFO(check.id << '\n' << describe(report));
    server.require_unharmed();
    CHECK_THAT(result_of(report, check.id).summary, !ContainsSubstring("not run"));
  }
}

TEST_CASE("what INFO does not tell is taken for a full server") {
  FullServer server("allkeys-lru", kHardlyAny, {"blind on >pw ~* &* +@all -info -config"});
  const auto report = run_suite(as_user(server.settings(), "blind"), few_operations());
  INFO(describe(report));
  server.require_unharmed();
  const auto& skipped = result_of(report, "fan-out");
  CHECK(skipped.status == Status::skip);
  CHECK_THAT(skipped.hint, ContainsSubstring("ACL SETUSER blind +info"));
  const auto& pub_sub = result_of(report, "pub-sub");
  CHECK(pub_sub.status == Status::warn);
  CHECK_THAT(pub_sub.summary, ContainsSubstring("1 message"));
}

TEST_CASE("without INFO a maxmemory of 0 in CONFIG lets the suite run") {
  const RedisServer server({.users = {"blind on >pw ~* &* +@all -info"}});
  const auto report = run_suite(as_user(server.settings(), "blind"), few_operations());
  INFO(describe(report));
  CHECK(result_of(report, "fan-out").status == Status::pass);
}

TEST_CASE("under noeviction a full server's refusals are told as they are") {
  const RedisServer server({.arguments = {"--maxmemory", "1"}});
  const auto report = run_suite(server.settings(), few_operations());
  INFO(describe(report));
  const auto& writes = result_of(report, "basic-operations");
  CHECK(writes.status == Status::fail);
  CHECK_THAT(writes.cause, ContainsSubstring("OOM"));
  CHECK(result_of(report, "pub-sub").status == Status::pass);
}

TEST_CASE("under noeviction nobody's writes are refused for the sake of a check") {
  FullServer server("noeviction", kHardlyAny);
  const auto report = run_suite(server.settings(), few_operations());
  INFO(describe(report));
  server.require_unharmed();
  CHECK(server.info("errorstat_OOM") == -1);
  CHECK_THAT(result_of(report, "fan-out").cause, ContainsSubstring("refuse"));
}

TEST_CASE("a monitor evicts no key, with and without canaries") {
  const auto headroom = GENERATE(kConnected, kHardlyAny, 500 * kKilobyte, 900 * kKilobyte);
  const auto probe = GENERATE(false, true);
  FullServer server("allkeys-lru", headroom);
  auto settings = server.settings();
  settings.client_name = "fogis-redis";
  monitor::Collector collector(settings, {.timeouts = kTimeouts, .probe = probe}, nullptr);
  for (int sample = 0; sample < 3; ++sample) {
    const auto report = collector.take_sample();
    REQUIRE(report.observation);
    REQUIRE(report.observation->canary.has_value() == probe);
    if (headroom == kConnected) {
      CHECK_THAT(absent(report), ContainsSubstring("CLIENT LIST: ") &&
                                     ContainsSubstring("allkeys-lru would evict keys"));
    }
    if (probe) {
      const auto& canary = *report.observation->canary;
      CHECK(canary.denied() == (headroom < 400 * kKilobyte));
      CHECK(canary.perfect() != canary.denied());
    }
  }
  server.require_unharmed();
}

TEST_CASE("keys that are evicted while a server is monitored are a warning") {
  const RedisServer server;
  auto other = server.client();
  monitor::Collector collector(server.settings(), {.timeouts = kTimeouts}, nullptr);
  collector.take_sample();
  evict_a_key(other);
  const auto report = collector.take_sample();
  const auto found = std::any_of(report.verdict.findings.begin(), report.verdict.findings.end(),
                                 [](const auto& finding) {
                                   return finding.message.find("evicted_keys") != std::string::npos;
                                 });
  CHECK(found);
}

TEST_CASE("integration evicts no key, however little memory is free") {
  const auto headroom =
      GENERATE(kHardlyAny, 300 * kKilobyte, 500 * kKilobyte, 900 * kKilobyte, 2000 * kKilobyte);
  FullServer server("allkeys-lru", headroom);
  auto settings = server.settings();
  settings.client_name = "fogis-redis";
  checks::integration::Options options;
  options.observe = std::chrono::milliseconds(200);
  const auto run = checks::integration::run_integration({settings, kTimeouts, "fogis-redis"},
                                                        options, nullptr, {});
  INFO(headroom << " bytes free\n" << describe(run.report));
  server.require_unharmed();
  const auto& liveness = result_of(run.report, "liveness");
  if (headroom == kHardlyAny) {
    CHECK(liveness.status == Status::skip);
    CHECK_THAT(liveness.cause, ContainsSubstring("allkeys-lru would evict keys"));
    CHECK_THAT(result_of(run.report, "flow").cause, ContainsSubstring("would evict keys"));
    CHECK_THAT(result_of(run.report, "contract").cause, ContainsSubstring("would evict keys"));
  } else if (headroom == 2000 * kKilobyte) {
    CHECK(liveness.status == Status::pass);
    CHECK(result_of(run.report, "flow").status == Status::pass);
  }
}

TEST_CASE("keys that are evicted during a check are told beside it") {
  const RedisServer server;
  auto other = server.client();
  checks::SuiteOptions options = only({"connection", "acl"});
  bool evicted = false;
  checks::Observer observer;
  observer.started = [&](const checks::Check& check, std::size_t, std::size_t) {
    if (check.id == "acl" && !evicted) {
      evicted = true;
      evict_a_key(other);
    }
  };
  const auto run =
      checks::run_suite(server.settings(), {std::chrono::seconds(2), std::chrono::seconds(2)},
                        options, nullptr, observer);
  REQUIRE(run);
  INFO(describe(run->report));
  const auto& result = result_of(run->report, "acl");
  CHECK(result.status == Status::warn);
  CHECK_THAT(result.cause, ContainsSubstring("evicted_keys rose by 1"));
}

}  // namespace
}  // namespace fogis::testing
