#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/document.hpp"
#include "cli/pubsub.hpp"
#include "cli/run_cli.hpp"
#include "support/redis_server.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using namespace fogis::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kHead =
    R"({"kind":"fogis-redis/record","version":1,"started":"2031-01-01T00:00:00Z"})"
    "\n";

/// A record line: so many milliseconds after midnight.
std::string recorded(int after, const std::string& channel, const std::string& payload) {
  char time[40];
  std::snprintf(time, sizeof(time), "2031-01-01T00:00:%02d.%03d000Z", after / 1000, after % 1000);
  return R"({"received":")" + std::string(time) + R"(","channel":")" + channel +
         R"(","payload":")" + payload + "\"}\n";
}

/// When a message was received, in milliseconds within its hour.
double moment_of(const nlohmann::json& message) {
  const auto text = message["received"].get<std::string>();
  return std::stod(text.substr(14, 2)) * 60'000 + std::stod(text.substr(17, 9)) * 1000;
}

}  // namespace

TEST_CASE("what is recorded is replayed into another server: same bytes, same order") {
  const RedisServer first;
  const RedisServer second;
  const TempDir directory;
  auto recorder = subscribe(first.url(), {"a", "b", "--pattern", "p*", "--record", directory / "r",
                                          "-o", "raw", "--count", "2003"});
  std::string lines;
  for (int number = 1; number <= 1000; ++number) {
    lines += std::to_string(number) + " \x1b \"text\" \\ \u00e5\n";
  }
  CHECK(publish(first.url(), {"a", "-", "--ndjson"}, lines).exit_code == 0);
  CHECK(publish(first.url(), {"b", std::string("\xFF\x01", 2)}).exit_code == 0);
  CHECK(publish(first.url(), {"p1", ""}).exit_code == 0);
  CHECK(publish(first.url(), {"b", "-", "--ndjson"}, lines).exit_code == 0);
  CHECK(publish(first.url(), {"a", "-"}, std::string(200'000, 'x')).exit_code == 0);
  const auto original = recorder.wait();
  CHECK(original.exit_code == 0);
  CHECK_THAT(original.error, ContainsSubstring("recorded: 2003 messages"));
  auto listener = subscribe(second.url(), {"a", "b", "p1", "-o", "raw", "--count", "2003"});
  const auto replayed =
      publish(second.url(), {"--replay", directory / "r", "--speed", "max", "--json"});
  CHECK(replayed.exit_code == 0);
  CHECK(require_document(replayed.output, "publish")["confirmed"] == 2003);
  CHECK((listener.wait().output == original.output));
}

TEST_CASE("a record to - is the output, in place of the text") {
  const RedisServer server;
  const TempDir directory;
  auto recorder = subscribe(server.url(), {"a", "--record", "-", "--count", "2"});
  CHECK(publish(server.url(), {"a", "-", "--ndjson"}, "1\n2\n").exit_code == 0);
  const auto outcome = recorder.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith(std::string(kHead).substr(0, kHead.find("started"))));
  auto listener = subscribe(server.url(), {"a", "-o", "raw", "--count", "2"});
  CHECK(publish(server.url(), {"--replay", directory.write("r", outcome.output), "--speed", "max"})
            .exit_code == 0);
  CHECK(listener.wait().output == "1\n2\n");

  const auto both = run_cli({"subscribe", "-u", server.url(), "a", "--record", "-", "-o", "raw"});
  CHECK(both.exit_code == 2);
  CHECK_THAT(both.error, ContainsSubstring("raw output and the record would both go to stdout"));
}

TEST_CASE("a replay keeps the time between messages, or a part of it") {
  const RedisServer server;
  const TempDir directory;
  const auto path =
      directory.write("r", std::string(kHead) + recorded(0, "c", "1") + recorded(200, "c", "2") +
                               recorded(200, "c", "3") + recorded(600, "c", "4"));
  const auto speed = GENERATE(1.0, 2.0);
  auto listener = subscribe(server.url(), {"c", "-o", "json", "--count", "4"});
  const auto outcome =
      publish(server.url(), {"--replay", path, "--speed", speed == 1 ? "1x" : "2x"});
  CHECK(outcome.exit_code == 0);
  const auto lines = lines_of(listener.wait().output);
  REQUIRE(lines.size() == 5);
  std::vector<double> moments;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto message = require_document(lines[i], "subscribe-message");
    CHECK(message["payload"] == i + 1);
    moments.push_back(moment_of(message));
  }
  // Early would be wrong on any machine; how late a loaded one is proves nothing. What arrives late
  // itself makes the next distance look shorter.
  CHECK(moments[1] - moments[0] > 200 / speed - 100);
  CHECK(moments[3] - moments[0] > 600 / speed - 100);
}

TEST_CASE("a recording of production traffic is replayed only where it is told to") {
  const RedisServer server;
  const TempDir directory;
  const auto path = directory.write("r", std::string(kHead) + recorded(0, "mine", "1") +
                                             recorded(1, "fogis:matches:updates", "2"));
  auto listener = subscribe(server.url(), {"--pattern", "*", "-o", "raw", "--count", "2"});
  const auto refused = publish(server.url(), {"--replay", path});
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.error, ContainsSubstring("production channel fogis:matches:updates") &&
                                ContainsSubstring("--to"));
  const auto judged = publish(server.url(), {"--replay", path, "--to", "fogis:matches:updates"});
  CHECK(judged.exit_code == 1);
  CHECK_THAT(judged.output, ContainsSubstring("refused: lines 2-3"));
  CHECK(publish(server.url(), {"--replay", path, "--to", "mine"}).exit_code == 0);
  // Nothing of the first two attempts.
  CHECK(listener.wait().output == "1\n2\n");
}

TEST_CASE("a recording that was killed is replayed up to where it is torn") {
  const RedisServer server;
  const TempDir directory;
  const auto torn = directory.write(
      "torn", std::string(kHead) + recorded(0, "c", "1") + recorded(0, "c", "2").substr(0, 30) +
                  "\n" + std::string(kHead) + recorded(0, "c", "3") + R"({"received":"20)");
  auto outcome = publish(server.url(), {"--replay", torn});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("2 messages: 2 confirmed") &&
                                 ContainsSubstring("cut off, not replayed: lines 3, 6"));
  const auto damaged =
      directory.write("damaged", std::string(kHead) + "garbage\x1b[2J\n" + recorded(0, "c", "1"));
  outcome = publish(server.url(), {"--replay", damaged, "--json"});
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["replay"]["damaged_lines"]["count"] == 1);
  CHECK(document["confirmed"] == 1);
}

TEST_CASE("a damaged last line is damaged like any other") {
  const auto last =
      GENERATE(std::string("garbage"), std::string("{}\n"), std::string("{}"),
               std::string(R"({"received":"2031-01-01T00:00:00Z","channel":"c","payload":"\xFF"})"
                           "\n"),
               std::string(R"({"received":"2031-01-01)") + std::string("\0\0\0", 3));
  const TempDir directory;
  const RedisServer server;
  const auto path = directory.write("r", std::string(kHead) + recorded(0, "c", "1") + last);
  const auto outcome = publish(server.url(), {"--replay", path, "--json"});
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["replay"]["damaged_lines"]["count"] == 1);
  CHECK(document["replay"]["torn_lines"]["count"] == 0);
}

TEST_CASE("a file that is no recording is refused before anything is sent") {
  const TempDir directory;
  const auto content = GENERATE(std::string(), std::string("\n"), std::string("hello\n"),
                                std::string("{\"kind\":\"fogis-redis/ping\",\"version\":1}\n"),
                                std::string("{\"kind\":\"fogis-redis/record\",\"version\":9}\n"),
                                std::string("\x7f"
                                            "ELF\x00\xFF",
                                            6));
  const auto outcome = publish("redis://127.0.0.1:1", {"--replay", directory.write("r", content)});
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, ContainsSubstring("this is not a record"));
}

TEST_CASE("a recording is read twice, so a pipe is refused") {
  const auto outcome = publish("redis://127.0.0.1:1", {"--replay", "-"}, std::string(kHead));
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, ContainsSubstring("a record must be a regular file"));
}

TEST_CASE("an interrupted replay counts what it had still to send") {
  const RedisServer server;
  const TempDir directory;
  const auto path =
      directory.write("r", std::string(kHead) + recorded(0, "c", "1") + recorded(59'000, "c", "2") +
                               recorded(59'001, "c", "3"));
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "c"});
  Process process({.arguments = {"publish", "-u", server.url(), "--replay", path, "--json"}});
  CHECK(listener.receive() == "message\nc\n1");
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 143);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["confirmed"] == 1);
  CHECK(document["unsent"]["ranges"].dump() == "[[3,4]]");
}

TEST_CASE("a record is whole up to the moment of a kill") {
  const RedisServer server;
  const TempDir directory;
  auto recorder = subscribe(server.url(), {"c", "--record", directory / "r", "-o", "raw"});
  CHECK(publish(server.url(), {"c", "-", "--ndjson"}, numbered_lines(1, 5000)).exit_code == 0);
  recorder.wait_for_output("\n5000\n");
  recorder.signal(SIGKILL);
  recorder.wait();
  // What was shown was recorded before.
  const auto lines = lines_of(read_file(directory / "r"));
  REQUIRE(lines.size() == 5001);
  CHECK_THAT(lines[5000], ContainsSubstring("\"payload\":\"5000\"}"));
  auto again = subscribe(server.url(), {"c", "--record", directory / "r", "--count", "1"});
  tell(server, {"PUBLISH", "c", "more"});
  CHECK(again.wait().exit_code == 0);
  CHECK(lines_of(read_file(directory / "r")).size() == 5003);
}

TEST_CASE("a recorded gap begins with what was heard last") {
  const RedisServer server;
  const TempDir directory;
  auto recorder = subscribe(server.url(), {"c", "--record", directory / "r", "-o", "json",
                                           "--count", "2", "--retry-delay", "10ms"});
  tell(server, {"PUBLISH", "c", "1"});
  recorder.wait_for_output("\"payload\":1}");
  tell(server, {"CLIENT", "KILL", "TYPE", "pubsub"});
  recorder.wait_for_error("subscribed again");
  tell(server, {"PUBLISH", "c", "2"});
  const auto outcome = recorder.wait();
  const auto shown = lines_of(outcome.output);
  const auto lines = lines_of(read_file(directory / "r"));
  REQUIRE(shown.size() == 4);
  REQUIRE(lines.size() == 4);
  const auto heard = nlohmann::json::parse(lines[1])["received"];
  CHECK(nlohmann::json::parse(lines[2])["gap"]["from"] == heard);
  CHECK(require_document(shown[1], "subscribe-gap")["from"] == heard);
  CHECK(require_document(shown[3], "subscribe-summary")["gaps"][0]["from"] == heard);
}

TEST_CASE("a record that cannot be kept is told") {
  const RedisServer server;
  const TempDir directory;
  directory.write("diary", "mine\n");
  for (const auto& path : {directory / "diary", directory.path().string(), directory / "none/r"}) {
    const auto outcome = run_cli({"subscribe", "-u", server.url(), "c", "--record", path});
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.error, ContainsSubstring("cannot record to"));
  }
  CHECK(read_file(directory / "diary") == "mine\n");
}

TEST_CASE("a record that is moved while it grows is told at once and goes on in a new file") {
  const RedisServer server;
  const TempDir directory;
  const bool with_signal = GENERATE(false, true);
  auto recorder = subscribe(server.url(), {"c", "--record", directory / "r"});
  tell(server, {"PUBLISH", "c", "one"});
  recorder.wait_for_output("one");
  std::filesystem::rename(directory / "r", directory / "r.1");
  if (with_signal) {
    recorder.signal(SIGUSR1);
  }
  recorder.wait_for_error("the record was moved; recording goes on in a new file");
  tell(server, {"PUBLISH", "c", "two"});
  recorder.wait_for_output("two");
  recorder.signal(SIGINT);
  const auto outcome = recorder.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.error, ContainsSubstring("recorded: 2 messages"));
  for (const auto* const name : {"r", "r.1"}) {
    const auto replayed = publish(server.url(), {"--replay", directory / name, "--json"});
    CHECK(replayed.exit_code == 0);
    CHECK(require_document(replayed.output, "publish")["confirmed"] == 1);
  }
}

TEST_CASE("a record that is removed while it grows is told at once") {
  const RedisServer server;
  const TempDir directory;
  auto recorder = subscribe(server.url(), {"c", "--record", directory / "r", "--count", "2"});
  tell(server, {"PUBLISH", "c", "one"});
  recorder.wait_for_output("one");
  std::filesystem::remove(directory / "r");
  recorder.wait_for_error("was removed, with 1 message of this recording");
  tell(server, {"PUBLISH", "c", "two"});
  const auto outcome = recorder.wait();
  CHECK(outcome.exit_code == 5);
  CHECK_THAT(outcome.error, ContainsSubstring("recorded: 1 message\n"));
  CHECK(lines_of(read_file(directory / "r")).size() == 2);
}

TEST_CASE("a record that is cut while it grows is told at once and can still be replayed") {
  const RedisServer server;
  const TempDir directory;
  auto recorder = subscribe(server.url(), {"c", "--record", directory / "r", "--count", "2"});
  tell(server, {"PUBLISH", "c", "one"});
  recorder.wait_for_output("one");
  std::filesystem::resize_file(directory / "r", 0);
  recorder.wait_for_error("was cut, with 1 message of this recording");
  tell(server, {"PUBLISH", "c", "two"});
  const auto outcome = recorder.wait();
  CHECK(outcome.exit_code == 5);
  CHECK_THAT(outcome.error,
             ContainsSubstring("recorded: 1 message\n") && ContainsSubstring("logrotate"));
  const auto replayed = publish(server.url(), {"--replay", directory / "r", "--json"});
  CHECK(replayed.exit_code == 0);
  CHECK(require_document(replayed.output, "publish")["confirmed"] == 1);
}

TEST_CASE("a record on a full disk ends with its summary, which counts what the file holds") {
  const RedisServer server;
  const TempDir directory;
  ProgramOptions options;
  options.program = "/bin/sh";
  // A file that may not grow stands for the full disk: 4 KiB. No trap: SIGXFSZ would end us.
  options.arguments = {"-c", R"(ulimit -f 8; exec "$0" subscribe -u "$1" c --record "$2" -o raw)",
                       binary(), server.url(), directory / "r"};
  Process recorder(options);
  recorder.wait_for_error("subscribed to ");
  const std::string payload(700, 'x');
  for (int i = 0; i < 10 && server.raw({"PUBLISH", "c", payload}) == "1"; ++i) {}
  const auto outcome = recorder.wait();
  CHECK(outcome.exit_code == 5);
  const auto lines = lines_of(read_file(directory / "r"));
  CHECK_THAT(lines.back(), Catch::Matchers::EndsWith("\"}"));
  CHECK_THAT(outcome.error,
             ContainsSubstring("recorded: " + std::to_string(lines.size() - 1) + " messages\n") &&
                 ContainsSubstring("ulimit -f"));
}
