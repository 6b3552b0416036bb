// Servers that are killed, stopped or cut us, and readers that do not read, in the middle of a
// stream: what the program says must agree with what the test counts for itself.
#include <sched.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <vector>

#include "cli/document.hpp"
#include "cli/pubsub.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using namespace fogis::testing;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// The numbers of `{"count", "ranges"}`, one by one.
std::set<std::uint64_t> numbers_of(const json& ranges) {
  std::set<std::uint64_t> numbers;
  for (const auto& range : ranges) {
    for (auto number = range[0].get<std::uint64_t>(); number <= range[1]; ++number) {
      numbers.insert(number);
    }
  }
  return numbers;
}

std::vector<std::uint64_t> received_numbers(const std::vector<std::string>& lines) {
  std::vector<std::uint64_t> numbers;
  for (const auto& line : lines) {
    const auto document = json::parse(line);
    if (document["kind"] == "fogis-redis/subscribe-message") {
      numbers.push_back(document["payload"].get<std::uint64_t>());
    }
  }
  return numbers;
}

/// How many PUBLISH commands a server has carried out.
std::uint64_t published_on(const RedisServer& server) {
  const auto info = server.raw({"INFO", "commandstats"});
  const auto at = info.find("cmdstat_publish:calls=");
  return at == std::string::npos ? 0 : std::stoull(info.substr(at + 22));
}

void wait_for_lines(const std::string& path, std::size_t count) {
  const auto give_up = std::chrono::steady_clock::now() + Process::kPatience;
  while (lines_of(read_file(path)).size() < count && std::chrono::steady_clock::now() < give_up) {
    ::sched_yield();
  }
  REQUIRE(lines_of(read_file(path)).size() >= count);
}

}  // namespace

TEST_CASE("50000 numbered lines arrive and are recorded to the byte and in order") {
  const RedisServer server;
  const TempDir directory;
  const auto lines = numbered_lines(1, 50'000);
  auto subscriber =
      subscribe(server.url(), {"c", "--count", "50000", "-o", "raw", "--record", directory / "r"});
  const auto outcome =
      publish(server.url(), {"c", "--file", directory.write("lines", lines), "--ndjson", "--json"});
  CHECK(outcome.exit_code == 0);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["confirmed"] == 50'000);
  CHECK(document["receivers"]["deliveries"] == 50'000);
  CHECK((subscriber.wait(60s).output == lines));
  std::uint64_t number = 0;
  for (const auto& line : lines_of(read_file(directory / "r"))) {
    const auto recorded = json::parse(line);
    CHECK((number == 0 || recorded["payload"] == std::to_string(number)));
    ++number;
  }
  CHECK(number == 50'001);
}

TEST_CASE("a server that is killed in the middle costs what is told, and nothing else") {
  constexpr std::uint64_t kLines = 50'000;
  RedisServer server;
  const TempDir directory;
  auto subscriber = subscribe(server.url(), {"c", "-o", "json", "--retry-delay", "20ms"});
  ProgramOptions options;
  options.arguments = {"publish",       "-u",
                       server.url(),    "c",
                       "--file",        directory.write("lines", numbered_lines(1, kLines)),
                       "--ndjson",      "--json",
                       "--rate",        "20000",
                       "--retries",     "200",
                       "--retry-delay", "20ms"};
  Process publisher(options);
  subscriber.wait_for_output("\"payload\":5000}");
  server.kill9();
  subscriber.wait_for_error("connection lost");
  server.restart();
  subscriber.wait_for_error("subscribed again");
  const auto published = publisher.wait(60s);
  // Published when everybody is there again: all that came before it has arrived.
  tell(server, {"PUBLISH", "c", std::to_string(kLines + 1)});
  subscriber.wait_for_output("\"payload\":50001}", 60s);
  subscriber.signal(SIGINT);
  const auto lines = lines_of(subscriber.wait(60s).output);

  const auto account = require_document(published.output, "publish");
  const auto unknown = numbers_of(account["unknown"]["ranges"]);
  CHECK(account["confirmed"].get<std::uint64_t>() + unknown.size() == kLines);
  CHECK(account["unknown"]["count"] == unknown.size());
  CHECK(account["unsent"]["count"] == 0);
  CHECK(published.exit_code == (unknown.empty() ? 0 : 1));
  // The second server has carried out what came after the unknown ones, and the test's own message.
  if (!unknown.empty()) {
    CHECK(account["reconnects"] == 1);
    CHECK(published_on(server) == kLines - *unknown.rbegin() + 1);
  }

  const auto received = received_numbers(lines);
  CHECK(std::is_sorted(received.begin(), received.end()));
  CHECK(std::adjacent_find(received.begin(), received.end()) == received.end());
  std::set<std::uint64_t> missing;
  for (std::uint64_t number = 1; number <= kLines; ++number) {
    missing.insert(missing.end(), number);
  }
  for (const auto number : received) {
    missing.erase(number);
  }
  const auto summary = require_document(lines.back(), "subscribe-summary");
  CHECK(summary["messages"] == received.size());
  CHECK(summary["gap_count"] == 1);
  CHECK(summary["lost"] == missing.size());
  REQUIRE(summary["channels"].size() == 1);
  CHECK((numbers_of(summary["channels"][0]["series"]["lost_ranges"]) == missing));
}

TEST_CASE("when the server stays away, what was never sent is counted to the end of the input") {
  RedisServer server;
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "c"});
  ProgramOptions options;
  options.arguments = {"publish",   "-u", server.url(),    "c",   "-", "--ndjson", "--json",
                       "--retries", "1",  "--retry-delay", "10ms"};
  options.keep_input_open = true;
  Process publisher(options);
  publisher.type("1\n2\n");
  CHECK(listener.receive() == "message\nc\n1");
  CHECK(listener.receive() == "message\nc\n2");
  server.stop();
  publisher.type("3\n\n4\n");
  publisher.type("5");
  publisher.close_input();
  const auto outcome = publisher.wait();
  CHECK(outcome.exit_code == 3);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["confirmed"] == 2);
  CHECK(document["complete"] == true);
  auto left = numbers_of(document["unknown"]["ranges"]);
  left.merge(numbers_of(document["unsent"]["ranges"]));
  CHECK((left == std::set<std::uint64_t>{3, 5, 6}));
}

TEST_CASE("a server that stands still makes a message unknown, and publishing goes on") {
  RedisServer server;
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "c"});
  ProgramOptions options;
  options.arguments = {
      "publish",   "-u",    server.url(),        "c",     "-",         "--ndjson", "--json",
      "--timeout", "300ms", "--connect-timeout", "300ms", "--retries", "200",      "--retry-delay",
      "20ms"};
  options.keep_input_open = true;
  Process publisher(options);
  publisher.type("1\n");
  CHECK(listener.receive() == "message\nc\n1");
  server.suspend();
  publisher.type("2\n");
  publisher.wait_for_error("connection lost");
  server.resume();
  publisher.type("3\n");
  publisher.close_input();
  const auto outcome = publisher.wait();
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["confirmed"] == 2);
  CHECK(document["unknown"]["ranges"] == json::parse("[[2,2]]"));
  // It did arrive, late: to send it again would have doubled it.
  CHECK(listener.receive() == "message\nc\n2");
  CHECK(listener.receive() == "message\nc\n3");
}

TEST_CASE("a silent server is noticed while nothing is published") {
  RedisServer server;
  auto subscriber =
      subscribe(server.url(), {"c", "-o", "json", "--count", "1", "--timeout", "300ms",
                               "--connect-timeout", "300ms", "--retry-delay", "20ms"});
  server.suspend();
  subscriber.wait_for_error("PING within the timeout");
  server.resume();
  subscriber.wait_for_error("subscribed again");
  tell(server, {"PUBLISH", "c", "x"});
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 0);
  const auto lines = lines_of(outcome.output);
  REQUIRE(lines.size() == 3);
  require_document(lines[0], "subscribe-gap");
  const auto summary = require_document(lines[2], "subscribe-summary");
  REQUIRE(summary["gaps"].size() == 1);
  // From when the server was last heard: the three seconds of silence and the PING's timeout count.
  CHECK(summary["gaps"][0]["duration_ms"] >= 3300);
  CHECK(summary["gaps"][0]["noticed"] > summary["gaps"][0]["from"]);
}

TEST_CASE("a healthy idle connection is kept") {
  const RedisServer server;
  const auto outcome = run_binary(
      subscribing(server.url(), {"c", "--duration", "4s", "--timeout", "500ms", "--json"}));
  CHECK(outcome.exit_code == 0);
  CHECK(require_document(outcome.output, "subscribe-summary")["gap_count"] == 0);
  CHECK_THAT(server.raw({"INFO", "commandstats"}), ContainsSubstring("cmdstat_ping:calls="));
}

TEST_CASE("a server that stays away ends a subscription after the retries that were asked for") {
  RedisServer server;
  auto subscriber =
      subscribe(server.url(), {"c", "--retries", "1", "--retry-delay", "10ms", "--json"});
  server.stop();
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 3);
  const auto summary = require_document(outcome.output, "subscribe-summary");
  CHECK(summary["end"] == "failure");
  CHECK(summary["gaps"][0]["to"].is_null());
  CHECK_THAT(outcome.error, ContainsSubstring("gap: ") && ContainsSubstring(" to the end"));
}

TEST_CASE("a subscriber on a demoted master says so, and its gap begins with the last proof") {
  const RedisServer old_master({.tcp = true});
  const RedisServer new_master({.tcp = true});
  auto subscriber = subscribe(old_master.url(), {"c", "-o", "json", "--retry-delay", "10ms"});
  tell(old_master, {"PUBLISH", "c", "1"});
  subscriber.wait_for_output("\"payload\":1}");
  const auto address = "127.0.0.1:" + std::to_string(new_master.port());
  tell(old_master, {"REPLICAOF", "127.0.0.1", std::to_string(new_master.port())});
  tell(old_master, {"CLIENT", "KILL", "TYPE", "pubsub"});
  subscriber.wait_for_error("the server was demoted: it is a replica of " + address + " now");
  subscriber.signal(SIGINT);
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.error, ContainsSubstring("gap: ") && ContainsSubstring("demoted"));
  const auto lines = lines_of(outcome.output);
  const auto gap = require_document(lines.back(), "subscribe-summary")["gaps"][0];
  CHECK(gap["demoted"] == true);
  CHECK(gap["master"] == address);
  // The message is no proof: a replica passes on what its master sends it.
  CHECK(gap["from"] < require_document(lines.front(), "subscribe-message")["received"]);
}

TEST_CASE("a connection that is lost without a demotion tells of none") {
  const RedisServer server;
  auto subscriber = subscribe(server.url(), {"c", "-o", "json", "--retry-delay", "10ms"});
  tell(server, {"CLIENT", "KILL", "TYPE", "pubsub"});
  subscriber.wait_for_error("subscribed again");
  subscriber.signal(SIGINT);
  const auto outcome = subscriber.wait();
  const auto summary = require_document(lines_of(outcome.output).back(), "subscribe-summary");
  CHECK(summary["gaps"][0]["demoted"] == false);
  CHECK_THAT(outcome.error, !ContainsSubstring("demoted"));
}

TEST_CASE("publishing on a master that is demoted meanwhile is no success") {
  const RedisServer old_master({.tcp = true});
  const RedisServer new_master({.tcp = true});
  auto listener = old_master.client();
  listener.command({"SUBSCRIBE", "c"});
  const bool is_cut = GENERATE(false, true);
  ProgramOptions options;
  options.arguments = {"publish",   "-u", old_master.url(), "c",   "-", "--ndjson", "--json",
                       "--retries", "1",  "--retry-delay",  "10ms"};
  options.keep_input_open = true;
  Process publisher(options);
  publisher.type("1\n");
  CHECK(listener.receive() == "message\nc\n1");
  const auto port = std::to_string(new_master.port());
  tell(old_master, {"REPLICAOF", "127.0.0.1", port});
  if (is_cut) {
    tell(old_master, {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  }
  publisher.type("2\n3\n");
  publisher.close_input();
  const auto outcome = publisher.wait();
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["demoted"]["master"] == "127.0.0.1:" + port);
  CHECK(document["demoted"]["unproven"] == document["confirmed"]);
  CHECK(document["unsent"]["count"] == (is_cut ? 2 : 0));
}

TEST_CASE("connections that are always cut after the same idle time are told as that") {
  const std::string subscribed = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
  // The pause is the idle limit of a proxy: the fault itself, not a wait for something.
  FakeServer proxy({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"},
                    fake::ReadCommands{1}, fake::Send{":1\r\n"}, fake::ReadCommands{1},
                    fake::Send{subscribed.substr(0, subscribed.size() - 1)},
                    fake::Drip{"\n", 300ms}, fake::Close{}, fake::Repeat{}});
  auto subscriber = subscribe(proxy.url(), {"c", "--retry-delay", "1ms", "-o", "json"});
  subscriber.wait_for_error("note: the connection is always cut after ");
  subscriber.signal(SIGINT);
  const auto outcome = subscriber.wait();
  CHECK_THAT(outcome.error, ContainsSubstring(" gaps: always cut after ") &&
                                ContainsSubstring("a proxy, load balancer or firewall"));
  const auto summary = require_document(lines_of(outcome.output).back(), "subscribe-summary");
  CHECK(summary["idle_cuts"]["count"] >= 3);
  CHECK(summary["idle_cuts"]["after_ms"] >= 100);
}

TEST_CASE("a server that cuts us for a full output buffer leaves a gap that is told") {
  const RedisServer server;
  tell(server, {"CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 0 0"});
  auto subscriber = subscribe(server.url(), {"c", "-o", "json", "--retry-delay", "20ms"});
  subscriber.signal(SIGSTOP);
  const std::string large(500'000, 'x');
  while (server.raw({"PUBLISH", "c", large}) == "1") {}
  subscriber.signal(SIGCONT);
  subscriber.wait_for_error("subscribed again");
  subscriber.signal(SIGINT);
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 0);
  const auto summary = require_document(lines_of(outcome.output).back(), "subscribe-summary");
  CHECK(summary["gap_count"] == 1);
  CHECK(summary["gaps"][0]["cause"]["code"] == "disconnected");
}

TEST_CASE("a message of 100 MB goes through where it is allowed") {
  const RedisServer server;
  tell(server, {"CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0"});
  const TempDir directory;
  std::string large;
  large.resize(100'000'000, 'x');
  auto subscriber = subscribe(
      server.url(), {"c", "-o", "raw", "--count", "1", "--max-message-size", "100000000"});
  const auto outcome = publish(server.url(), {"c", "--file", directory.write("large", large)});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.output == "published on c: 1 receiver\n");
  const auto received = subscriber.wait(60s);
  CHECK(received.exit_code == 0);
  CHECK((received.output == large + "\n"));
}

TEST_CASE(
    "a reader that does not read loses messages, which are counted; the record has them all") {
  const RedisServer server;
  const TempDir directory;
  ProgramOptions options;
  options.program = "/bin/sh";
  options.own_group = true;
  options.arguments = {"-c", R"("$0" subscribe -u "$1" c -o raw --record "$2" | sleep 600)",
                       binary(), server.url(), directory / "r"};
  Process process(options);
  process.wait_for_error("subscribed to ");
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 20; ++i) {
    CHECK(server.raw({"PUBLISH", "c", large}) == "1");
  }
  wait_for_lines(directory / "r", 21);
  process.signal_group(SIGINT);
  const auto outcome = process.wait();
  CHECK_THAT(outcome.error, ContainsSubstring("20 messages, 20.0 MB") &&
                                ContainsSubstring("dropped: 12 messages") &&
                                ContainsSubstring("recorded: 20 messages"));
}
