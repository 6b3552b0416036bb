// The suite as a whole, on a real server: passes, leaves nothing, ends when asked to.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "checks/suite.hpp"
#include "support/redis_server.hpp"
#include "support/results.hpp"
#include "support/suite_run.hpp"
#include "support/tampering_proxy.hpp"

namespace fogis::testing {
namespace {

using checks::Status;
using Replies = TamperingProxy::Replies;

/// No key, and nobody but the asker is connected.
void require_untouched(const RedisServer& server) {
  CHECK(server.raw({"DBSIZE"}) == "0");
  auto asker = server.client();
  // A connection that was closed a moment ago may still be in the list.
  std::string clients;
  for (int i = 0; i < 1000; ++i) {
    clients = asker.command({"CLIENT", "LIST"});
    if (clients.find("name=fogis") == std::string::npos) {
      break;
    }
  }
  CHECK(clients.find("name=fogis") == std::string::npos);
}

TEST_CASE("a default server passes the suite, and nothing of it remains") {
  const RedisServer server;
  const auto report = run_suite(server.settings());
  INFO(describe(report));
  CHECK(report.checks.size() == checks::suite_checks().size());
  CHECK(report.counts().pass == report.checks.size() - 1);
  CHECK(result_of(report, "server-configuration").status == Status::warn);
  CHECK(report.kind == "test-suite");
  CHECK(report.endpoint == server.settings().endpoint());
  CHECK(report.server.starts_with("redis "));
  CHECK_FALSE(report.error);
  CHECK_FALSE(report.interrupted);
  CHECK(report.leftovers.empty());
  CHECK(passes(report, {}));
  require_untouched(server);
}

TEST_CASE("every result says in words what it is about") {
  const RedisServer server({.users = {"nobody on >pw +ping"}});
  auto settings = server.settings();
  settings.username = "nobody";
  settings.password = Secret("pw");
  const auto report = run_suite(settings);
  INFO(describe(report));
  CHECK_FALSE(report.error);
  CHECK(report.counts().fail + report.counts().error == 0);
  for (const auto& check : report.checks) {
    CHECK_FALSE(check.result.summary.empty());
    if (check.result.status != Status::pass) {
      INFO(check.id);
      CHECK_FALSE(check.result.cause.empty());
      CHECK_FALSE(check.result.hint.empty());
    }
  }
}

TEST_CASE("every key of the suite has a TTL from the start") {
  const RedisServer server;
  std::vector<std::string> immortal;
  const TamperingProxy proxy(server,
                             {.answer = [&](const auto& command) -> std::optional<redis::Reply> {
                               if (is_command(command, "DEL")) {
                                 for (std::size_t i = 1; i < command.size(); ++i) {
                                   if (server.raw({"TTL", command[i]}) == "-1") {
                                     immortal.push_back(command[i]);
                                   }
                                 }
                               }
                               return std::nullopt;
                             }});
  CHECK(run_suite(proxy.settings()).counts().fail == 0);
  CHECK(immortal.empty());
}

TEST_CASE("an interrupted suite skips the rest and leaves no key") {
  const RedisServer server;
  auto stop = require_ok(StopEvent::create());
  int gets = 0;
  const TamperingProxy proxy(server,
                             {.answer = [&](const auto& command) -> std::optional<redis::Reply> {
                               if (is_command_on(command, "GET", ":performance") && ++gets == 10) {
                                 stop.request(SIGINT);
                               }
                               return std::nullopt;
                             }});
  const auto report = run_suite(proxy.settings(), {}, &stop);
  INFO(describe(report));
  CHECK(report.interrupted);
  CHECK_FALSE(report.error);
  CHECK(result_of(report, "pipelining").status == Status::pass);
  CHECK(result_of(report, "performance").status == Status::skip);
  CHECK(result_of(report, "performance").cause == "interrupted");
  CHECK(result_of(report, "server-health").cause == "interrupted");
  CHECK(report.leftovers.empty());
  require_untouched(server);
}

TEST_CASE("a suite that is stopped before it begins runs nothing") {
  const RedisServer server;
  auto stop = require_ok(StopEvent::create());
  stop.request(SIGTERM);
  const auto report = run_suite(server.settings(), {}, &stop);
  CHECK(report.interrupted);
  CHECK(report.counts().skip == report.checks.size());
  CHECK_FALSE(passes(report, {}));
}

TEST_CASE("a server that dies in the middle makes connection the error and the rest skips") {
  RedisServer server;
  const TamperingProxy proxy(server,
                             {.answer = [&](const auto& command) -> std::optional<redis::Reply> {
                               if (is_command_on(command, "PUBLISH", ":fan-out")) {
                                 ::kill(server.pid(), SIGKILL);
                               }
                               return std::nullopt;
                             }});
  const auto report = run_suite(proxy.settings());
  INFO(describe(report));
  REQUIRE(report.error);
  CHECK(result_of(report, "connection").status == Status::error);
  CHECK(result_of(report, "connection").summary == "lost during fan-out");
  CHECK(result_of(report, "pub-sub").status == Status::pass);
  CHECK(result_of(report, "fan-out").status == Status::skip);
  CHECK(result_of(report, "server-health").status == Status::skip);
  CHECK(report.counts().error == 1);
  CHECK_FALSE(passes(report, {}));
}

TEST_CASE("a connection that is lost while the server lives on is the check's own error") {
  const RedisServer server;
  bool done = false;
  const TamperingProxy proxy(
      server, {.answer = [&](const auto& command) -> std::optional<redis::Reply> {
        if (!done && is_command(command, "APPEND")) {
          done = true;
          const auto killed = server.raw({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
        }
        return std::nullopt;
      }});
  const auto report = run_suite(proxy.settings());
  INFO(describe(report));
  CHECK_FALSE(report.error);
  CHECK(result_of(report, "basic-operations").status == Status::error);
  CHECK(result_of(report, "pub-sub").status == Status::pass);
}

TEST_CASE("keys that may not be removed are named, and go by their TTL") {
  const RedisServer server({.users = {"keeper on >pw ~* &* +@all -del"}});
  auto settings = server.settings();
  settings.username = "keeper";
  settings.password = Secret("pw");
  const auto report = run_suite(settings, only({"pipelining"}));
  CHECK(report.leftovers.size() == 2);
  for (const auto& key : report.leftovers) {
    CHECK(key.starts_with("fogis:test:"));
    CHECK(std::stoi(server.raw({"TTL", key})) > 0);
  }
}

TEST_CASE("a key whose write was refused is not left behind") {
  const RedisServer server({.arguments = {"--min-replicas-to-write", "1"}});
  const auto report = run_suite(server.settings());
  INFO(describe(report));
  CHECK(report.counts().fail > 0);
  CHECK(report.leftovers.empty());
}

TEST_CASE("fail-fast runs nothing after the first failure") {
  const RedisServer server({.arguments = {"--maxmemory", "1"}});
  checks::SuiteOptions options;
  options.fail_fast = true;
  const auto report = run_suite(server.settings(), options);
  INFO(describe(report));
  CHECK(result_of(report, "basic-operations").status == Status::fail);
  CHECK(result_of(report, "pub-sub").cause.find("--fail-fast") != std::string::npos);
  CHECK(report.counts().skip == report.checks.size() - 2);
}

TEST_CASE("repetitions are numbered, and the observer sees every check") {
  const RedisServer server;
  auto options = only({"connection", "acl"});
  options.repeat = 3;
  std::vector<std::size_t> started;
  std::vector<unsigned> runs;
  const checks::Observer observer{
      [&](const checks::Check& /*check*/, std::size_t index, std::size_t total) {
        CHECK(total == 6);
        started.push_back(index);
      },
      [&](const checks::CheckReport& report) { runs.push_back(report.run); }};
  const auto run = require_ok(checks::run_suite(server.settings(), {}, options, nullptr, observer));
  CHECK(started == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
  CHECK(runs == std::vector<unsigned>{1, 1, 2, 2, 3, 3});
  CHECK(run.report.checks.size() == 6);
  CHECK(run.statistics.operations > 6);
  CHECK(run.statistics.connections_made >= 3);
}

TEST_CASE("repetitions that cannot begin after an interruption are not listed") {
  const RedisServer server;
  auto options = only({"connection", "acl"});
  options.repeat = 1'000'000;
  auto stop = require_ok(StopEvent::create());
  // At the end of a run nothing is cut short, so that nothing else tells about the interruption.
  const std::string last = GENERATE("connection", "acl");
  const checks::Observer observer{{}, [&](const checks::CheckReport& report) {
                                    if (report.id == last && report.run == 2) {
                                      stop.request(SIGINT);
                                    }
                                  }};
  const auto run = require_ok(checks::run_suite(server.settings(), {}, options, &stop, observer));
  CHECK(run.report.interrupted);
  CHECK(run.report.checks.size() == 4);
}

TEST_CASE("repetitions that cannot begin without a server are not listed") {
  RedisServer server;
  auto options = only({"connection", "acl"});
  options.repeat = 1'000'000;
  const checks::Observer observer{{}, [&](const checks::CheckReport& report) {
                                    if (report.run == 2) {
                                      server.kill9();
                                    }
                                  }};
  const auto run = require_ok(checks::run_suite(server.settings(), {}, options, nullptr, observer));
  CHECK(run.report.error);
  CHECK(run.report.checks.size() == 4);
}

TEST_CASE("a server with RESP3 passes as well") {
  const RedisServer server;
  auto settings = server.settings();
  settings.protocol = config::RespVersion::resp3;
  const auto report = run_suite(settings);
  INFO(describe(report));
  CHECK(report.counts().fail + report.counts().error + report.counts().skip == 0);
}

}  // namespace
}  // namespace fogis::testing
