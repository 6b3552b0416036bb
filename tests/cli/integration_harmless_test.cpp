// What a run does to a server that others use.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

#include "cli/integration_run.hpp"
#include "support/redis_server.hpp"
#include "support/standin.hpp"

using Catch::Matchers::ContainsSubstring;
using fogis::testing::RawClient;
using fogis::testing::RedisServer;
using fogis::testing::run_integration;
using fogis::testing::Standin;

namespace {

constexpr const char* kEnd = "end of the test";

/// Hears every message of the server from now on.
RawClient listen(const RedisServer& server) {
  auto listener = server.client();
  listener.command({"PSUBSCRIBE", "*"});
  return listener;
}

/// All messages that were published since.
std::vector<std::string> heard(const RedisServer& server, RawClient& listener) {
  REQUIRE(server.raw({"PUBLISH", "example:end", kEnd}) != "0");
  std::vector<std::string> messages;
  while (messages.empty() || messages.back().find(kEnd) == std::string::npos) {
    messages.push_back(listener.receive());
  }
  messages.pop_back();
  return messages;
}

bool is_on_production_channel(const std::string& message) {
  return message.find("fogis:test:") == std::string::npos;
}

std::size_t count_changes(const std::vector<std::string>& messages) {
  std::size_t count = 0;
  for (const auto& message : messages) {
    if (is_on_production_channel(message) &&
        message.find("\"has_changes\":true") != std::string::npos) {
      ++count;
    }
  }
  return count;
}

}  // namespace

TEST_CASE("no match change is published on a production channel without --flow live") {
  const RedisServer server;
  const Standin calendar("calendar", server.url());
  auto listener = listen(server);
  const auto safe = run_integration({server.url(), {}, calendar.url()});
  CHECK(safe.check("flow")["details"]["messages"] == 4);
  const auto in_safe = heard(server, listener);
  CHECK(count_changes(in_safe) == 0);
  std::size_t probes = 0;
  for (const auto& message : in_safe) {
    if (is_on_production_channel(message)) {
      ++probes;
      CHECK_THAT(message, ContainsSubstring("\"source\":\"fogis-redis\""));
    }
  }
  CHECK(probes == 3);

  const auto own = run_integration({server.url(), {}, calendar.url()}, {"--flow", "private"});
  CHECK(own.check("flow")["status"] == "pass");
  for (const auto& message : heard(server, listener)) {
    CHECK(!is_on_production_channel(message));
  }
}

TEST_CASE("with --flow live and its consent one match change is published, after saying so") {
  const RedisServer server;
  const Standin calendar("calendar", server.url());
  auto listener = listen(server);
  const auto run = run_integration({server.url(), {}, calendar.url()},
                                   {"--flow", "live", "--allow-side-effects", "-q"});
  CHECK(run.outcome.exit_code == 0);
  CHECK_THAT(run.outcome.error, ContainsSubstring("writes the invented match"));
  CHECK(count_changes(heard(server, listener)) == 1);
}

TEST_CASE("after a run the server holds no key, client or subscription of ours") {
  const RedisServer server;
  const auto run = run_integration({server.url()});
  CHECK(run.outcome.exit_code == 1);
  CHECK(server.raw({"DBSIZE"}) == "0");
  // The server notices closed connections when it next looks at them.
  while (server.raw({"CLIENT", "LIST"}).find("name=fogis-redis") != std::string::npos) {}
  CHECK(server.raw({"PUBSUB", "CHANNELS"}).empty());
  CHECK(server.raw({"PUBSUB", "NUMPAT"}) == "0");
}
