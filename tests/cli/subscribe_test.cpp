#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "cli/document.hpp"
#include "cli/pubsub.hpp"
#include "cli/run_cli.hpp"
#include "support/paths.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::Matches;
using Catch::Matchers::StartsWith;
using namespace fogis::testing;
using namespace std::chrono_literals;

namespace {

std::string fixture(const std::string& name) {
  return read_file(source_dir() / "tests/fixtures/messages" / name);
}

/// What a terminal must never get.
bool has_control_bytes(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F) {
      return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("subscribe says when it is ready, and loses nothing from then on") {
  const RedisServer server;
  auto subscriber =
      subscribe(server.url(), {"a", "--pattern", "p:*", "--pattern", "q,[xy]", "--count", "3"});
  CHECK_THAT(subscriber.error(),
             ContainsSubstring("subscribed to 1 channel and 2 patterns on unix://"));
  CHECK(server.raw({"PUBLISH", "a", "plain"}) == "1");
  CHECK(server.raw({"PUBLISH", "p:1", "matched"}) == "1");
  CHECK(server.raw({"PUBLISH", "q,x", "comma"}) == "1");
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, Matches("[0-9:.]{12}Z a text  plain\n"
                                     "[0-9:.]{12}Z p:1 text  matched\n"
                                     "[0-9:.]{12}Z q,x text  comma\n"));
  CHECK_THAT(outcome.error, ContainsSubstring("3 messages, 17 bytes in "));
}

TEST_CASE("all channels of FOGIS are the default, and those of the environment") {
  const RedisServer server;
  auto options = subscribing(server.url(), {"--count", "1", "-o", "raw"});
  options.environment["REDIS_SYSTEM_ALERTS_CHANNEL"] = "our:alerts";
  Process process(options);
  process.wait_for_error("subscribed to 9 channels");
  CHECK(server.raw(
            {"PUBSUB", "NUMSUB", "fogis:matches:updates:v2", "match_updates_v1", "our:alerts"}) ==
        "fogis:matches:updates:v2\n1\nmatch_updates_v1\n1\nour:alerts\n1");
  tell(server, {"PUBLISH", "our:alerts", "x"});
  CHECK(process.wait().output == "x\n");
}

TEST_CASE("a message of FOGIS is shown in a few words, with -v as a whole") {
  const RedisServer server;
  auto brief = subscribe(server.url(), {"c", "--count", "1"});
  auto whole = subscribe(server.url(), {"c", "--count", "1", "-v"});
  tell(server, {"PUBLISH", "c", fixture("valid/processing-status-completed.json")});
  const auto line = brief.wait().output;
  CHECK_THAT(line, ContainsSubstring(" c processing_status  completed, "));
  CHECK(lines_of(line).size() == 1);
  CHECK_THAT(whole.wait().output, ContainsSubstring("\n    {\n      \"message_id\": \""));
}

TEST_CASE("anything at all can be received, shown and described") {
  const RedisServer server;
  const std::vector<std::string> payloads{"",
                                          "not json",
                                          "[1, 2]",
                                          "\"text\"",
                                          "5",
                                          "{\"a\":",
                                          "\xFF\xFE",
                                          std::string("\x00\x1b[2J\x07", 6),
                                          "\x1b]0;title\x07",
                                          std::string(100'000, '['),
                                          R"({"a": 1.50, "a": 2})",
                                          "\xEF\xBB\xBF{}",
                                          "\r\n",
                                          R"({"type":"\u001b[31m","payload":{}})"};
  const std::string channel = "c\x1b[31m\xFF\n";
  const std::string count = std::to_string(payloads.size());
  auto text = subscribe(server.url(), {"--pattern", "c*", "--count", count, "-v"});
  auto json = subscribe(server.url(), {"--pattern", "c*", "--count", count, "-o", "json"});
  auto raw = subscribe(server.url(), {"--pattern", "c*", "--count", count, "-o", "raw"});
  std::string bytes;
  for (const auto& payload : payloads) {
    tell(server, {"PUBLISH", channel, payload});
    bytes += payload + "\n";
  }
  const auto shown = text.wait();
  CHECK(shown.exit_code == 0);
  CHECK_FALSE(has_control_bytes(shown.output));
  CHECK_FALSE(has_control_bytes(shown.error));
  CHECK((raw.wait().output == bytes));
  const auto documents = lines_of(json.wait().output);
  REQUIRE(documents.size() == payloads.size() + 1);
  std::string encodings;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    CHECK_FALSE(has_control_bytes(documents[i]));
    const auto document = require_document(documents[i], "subscribe-message");
    CHECK(document["size_bytes"] == payloads[i].size());
    encodings += document["encoding"].get<std::string>().substr(0, 1);
    CHECK(document["channel_base64"] == "YxtbMzFt/wo=");
  }
  CHECK(encodings == "ttjjjtbtttjttj");
  CHECK_THAT(documents[10], ContainsSubstring(R"("payload":{"a":1.50,"a":2})"));
  CHECK(require_document(documents.back(), "subscribe-summary")["messages"] == payloads.size());
}

TEST_CASE("with --validate each finding is shown, and an invalid message is a no") {
  const RedisServer server;
  const auto invalid = fixture("invalid/schema-version-in-payload.json");
  const auto format = GENERATE("text", "json");
  auto subscriber = subscribe(server.url(), {"c", "--validate", "--count", "2", "-o", format});
  tell(server, {"PUBLISH", "c", invalid});
  tell(server, {"PUBLISH", "c", "nonsense\x1b[2J"});
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.error, ContainsSubstring("invalid: 2"));
  CHECK_FALSE(has_control_bytes(outcome.output));
  if (format == std::string("text")) {
    CHECK_THAT(outcome.output,
               ContainsSubstring("\n    error: schema-version-in-payload D1 at /payload/"));
    CHECK_THAT(outcome.output, ContainsSubstring("\n    error: not-json"));
    return;
  }
  const auto lines = lines_of(outcome.output);
  REQUIRE(lines.size() == 3);
  CHECK_THAT(require_document(lines[0], "subscribe-message")["findings"].dump(),
             ContainsSubstring(R"("ref":"D1")"));
  CHECK(require_document(lines[2], "subscribe-summary")["invalid"] == 2);
}

TEST_CASE(
    "a duration ends a subscription that saw nothing, and a count that was not reached is a no") {
  const RedisServer server;
  const auto idle = run_cli({"subscribe", "-u", server.url(), "c", "--duration", "50ms"});
  CHECK(idle.exit_code == 0);
  CHECK_THAT(idle.error, ContainsSubstring("0 messages, 0 bytes in "));
  const auto missed = run_cli(
      {"subscribe", "-u", server.url(), "c", "--duration", "50ms", "--count", "1", "--json"});
  CHECK(missed.exit_code == 1);
  const auto document = require_document(missed.output, "subscribe-summary");
  CHECK(document["end"] == "duration");
  CHECK(document["wanted"] == 1);
}

TEST_CASE("option --type keeps one type, and what may be a broken message of it") {
  const RedisServer server;
  const TempDir directory;
  const auto record = directory.path() / "kept.ndjson";
  const auto arguments = [&](const char* format) {
    return std::vector<std::string>{"c",  "--type", "processing_status", "--count", "2",
                                    "-o", format};
  };
  auto raw = subscribe(server.url(), arguments("raw"));
  auto recording = arguments("json");
  recording.insert(recording.end(), {"--record", record.string()});
  auto json = subscribe(server.url(), recording);
  const auto status = fixture("valid/processing-status-completed.json");
  for (const auto& payload : {std::string(R"({"type":"other"})"), std::string("{\"type\": "),
                              fixture("valid/match-updates-production.json"), status}) {
    tell(server, {"PUBLISH", "c", payload});
  }
  const auto shown = raw.wait();
  CHECK(shown.exit_code == 0);
  CHECK(shown.output == "{\"type\": \n" + status + "\n");
  CHECK_THAT(shown.error,
             ContainsSubstring("4 messages, ") && ContainsSubstring("filtered out: 2"));
  const auto summary = require_document(lines_of(json.wait().output).back(), "subscribe-summary");
  CHECK(summary["messages"] == 4);
  CHECK(summary["filtered"] == 2);
  CHECK(summary["recorded"] == 2);
}

TEST_CASE("option --only-invalid shows what --validate finds invalid, and nothing else") {
  const RedisServer server;
  auto subscriber = subscribe(server.url(), {"c", "--only-invalid", "--count", "1"});
  const std::string payload = R"({"alert_type":"x","severity":"info","message":"m","details":{}})";
  REQUIRE(publish(server.url(), {"c", "--type", "system_alert", "--payload", payload}).exit_code ==
          0);
  tell(server, {"PUBLISH", "c", "broken"});
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output, ContainsSubstring(" c text  broken"));
  CHECK_THAT(outcome.output, !ContainsSubstring("system_alert"));
  CHECK_THAT(outcome.error, ContainsSubstring("filtered out: 1"));
}

TEST_CASE("Ctrl-C is the normal end of a subscription without one, after its summary") {
  const auto signal = GENERATE(SIGINT, SIGTERM);
  const RedisServer server;
  auto endless = subscribe(server.url(), {"c", "-o", "json"});
  auto counted = subscribe(server.url(), {"c", "--count", "5"});
  tell(server, {"PUBLISH", "c", "x"});
  endless.wait_for_output("\"x\"");
  counted.wait_for_output("text  x");
  endless.signal(signal);
  counted.signal(signal);
  const auto outcome = endless.wait();
  CHECK(outcome.exit_code == 0);
  CHECK(require_document(lines_of(outcome.output).back(), "subscribe-summary")["end"] == "signal");
  CHECK(counted.wait().exit_code == 128 + signal);
}

TEST_CASE("a subscription that saw an invalid message ends with no, also by Ctrl-C") {
  const RedisServer server;
  auto subscriber = subscribe(server.url(), {"c", "--validate"});
  tell(server, {"PUBLISH", "c", "{}"});
  subscriber.wait_for_output("error:");
  subscriber.signal(SIGINT);
  CHECK(subscriber.wait().exit_code == 1);
}

TEST_CASE("a reader that goes away ends a subscription at once, without another message") {
  const RedisServer server;
  auto subscriber = subscribe(server.url(), {"c", "--count", "100", "-o", "raw"});
  tell(server, {"PUBLISH", "c", "first"});
  subscriber.wait_for_output("first");
  subscriber.close_output();
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.error, ContainsSubstring("1 message, "));
}

TEST_CASE("a full disk ends a subscription with 5") {
  const RedisServer server;
  ProgramOptions options;
  options.program = "/bin/sh";
  options.arguments = {"-c", R"(exec "$0" subscribe -u "$1" c > /dev/full)", binary(),
                       server.url()};
  Process process(options);
  process.wait_for_error("subscribed to ");
  tell(server, {"PUBLISH", "c", "x"});
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 5);
  CHECK_THAT(outcome.error, ContainsSubstring("cannot write the result"));
}

TEST_CASE("numbers that are missing in a series are told, with the channel") {
  const RedisServer server;
  auto subscriber = subscribe(server.url(), {"c", "d", "--count", "6", "-o", "json"});
  for (const auto* const payload : {"1 a", "2 b", "5 c", "6"}) {
    tell(server, {"PUBLISH", "c", payload});
  }
  tell(server, {"PUBLISH", "d", R"({"seq":1})"});
  tell(server, {"PUBLISH", "d", R"({"seq":2})"});
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.error, ContainsSubstring("lost: 2 messages by sequence number\n  c: 3-4\n"));
  const auto summary = require_document(lines_of(outcome.output).back(), "subscribe-summary");
  CHECK(summary["lost"] == 2);
  CHECK(summary["channels"][0]["series"]["lost_ranges"] == nlohmann::json::parse("[[3,4]]"));
  CHECK(summary["channels"][1]["series"]["lost"] == 0);
}

TEST_CASE("publishers that number side by side lose nothing, and are told apart by their source") {
  const RedisServer server;
  auto subscriber = subscribe(server.url(), {"c", "d", "--count", "12", "-o", "json"});
  for (const auto* const payload : {"2991", "2992", "1", "2993", "2", "2994"}) {
    tell(server, {"PUBLISH", "c", payload});
  }
  for (const auto* const payload :
       {R"({"source":"a","seq":2991})", R"({"source":"a","seq":2992})", R"({"source":"b","seq":1})",
        R"({"source":"b","seq":2})", R"({"source":"b","seq":4})", R"({"source":"a","seq":2993})"}) {
    tell(server, {"PUBLISH", "d", payload});
  }
  const auto outcome = subscriber.wait();
  CHECK_THAT(outcome.error,
             ContainsSubstring("lost: 1 message by sequence number\n  d, source \"b\": 3\n"));
  CHECK_THAT(outcome.error, ContainsSubstring("losses unknown") &&
                                ContainsSubstring("\n  c: several publishers number"));
  const auto summary = require_document(lines_of(outcome.output).back(), "subscribe-summary");
  CHECK(summary["lost"] == 1);
  CHECK(summary["channels"][0]["series"].is_null());
  CHECK(summary["channels"][0]["sources"][0]["mixed"] == true);
  CHECK(summary["channels"][1]["sources"][1]["series"]["lost"] == 1);
  CHECK(summary["channels"][1]["sources"][0]["series"]["lost"] == 0);
}

TEST_CASE("how old messages are when they arrive is measured by their timestamps") {
  const RedisServer server;
  auto subscriber = subscribe(server.url(), {"c", "--count", "2", "--json"});
  tell(server, {"PUBLISH", "c", R"({"timestamp":"2024-05-01T12:00:00Z"})"});
  tell(server, {"PUBLISH", "c", R"({"timestamp":"2999-05-01T12:00:00Z"})"});
  const auto summary =
      require_document(lines_of(subscriber.wait().output).back(), "subscribe-summary");
  CHECK(summary["latency"]["messages"] == 2);
  CHECK(summary["latency"]["min_ms"] == 0);
  CHECK(summary["latency"]["max_ms"] == 3'600'000);
}

TEST_CASE("subscribe refuses what makes no sense") {
  const auto arguments = GENERATE(
      std::vector<std::string>{"--count", "0"}, std::vector<std::string>{"--count", "x"},
      std::vector<std::string>{"--duration", "0"}, std::vector<std::string>{"--duration", "soon"},
      std::vector<std::string>{"-o", "junit"});
  auto options = subscribing("redis://127.0.0.1:1", arguments);
  const auto outcome = run_binary(options);
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, ContainsSubstring("error: ") && ContainsSubstring("\nhint: "));
}

TEST_CASE("a channel that the server refuses is named, and left out only if told so") {
  const RedisServer server({.users = {"limited on >secret ~* resetchannels &a &p:* +@all"}});
  auto options = subscribing(server.url(), {"a", "b", "--pattern", "p:*", "--pattern", "q:*",
                                            "--user", "limited", "--count", "1", "-o", "json"});
  options.environment["REDIS_PASSWORD"] = "secret";
  const auto refused = run_binary(options);
  CHECK(refused.exit_code == 4);
  CHECK_THAT(refused.error, ContainsSubstring("\"b\", \"q:*\": NOPERM") &&
                                ContainsSubstring("--skip-refused") &&
                                ContainsSubstring("ACL SETUSER limited '&b'"));
  options.arguments.emplace_back("--skip-refused");
  Process process(options);
  process.wait_for_error("subscribed to 1 channel and 1 pattern");
  tell(server, {"PUBLISH", "p:1", "x"});
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.error, ContainsSubstring("the server refuses \"b\", \"q:*\": left out"));
  const auto summary = require_document(lines_of(outcome.output).back(), "subscribe-summary");
  CHECK(summary["subscribed"]["refused"].dump() == R"(["b","q:*"])");
  options.arguments = {"subscribe", "-u", server.url(), "b", "--user", "limited", "--skip-refused"};
  const auto all_refused = run_binary(options);
  CHECK(all_refused.exit_code == 4);
  CHECK_THAT(all_refused.error, ContainsSubstring("\"b\": NOPERM"));
}

TEST_CASE("a channel's name that looks like a pattern is subscribed to as it is, with a hint") {
  const RedisServer server;
  auto subscriber = subscribe(server.url(), {"fogis:*", "--pattern", "p:*", "--count", "1"});
  CHECK_THAT(subscriber.error(), ContainsSubstring("--pattern 'fogis:*'"));
  CHECK(server.raw({"PUBLISH", "fogis:x", "x"}) == "0");
  tell(server, {"PUBLISH", "fogis:*", "x"});
  CHECK(subscriber.wait().exit_code == 0);
}

TEST_CASE("subscribe tells who is not there, and who does not let us") {
  const ReservedPort nobody;
  const auto unreachable =
      run_cli({"subscribe", "-u", "redis://127.0.0.1:" + std::to_string(nobody.number()), "c",
               "--retries", "0", "--json"});
  CHECK(unreachable.exit_code == 3);
  CHECK(require_document(unreachable.output, "error")["command"] == "subscribe");
  const RedisServer server({.users = {"limited on >secret ~* resetchannels &mine +@all"}});
  auto options = subscribing(server.url(), {"other", "--user", "limited"});
  options.environment["REDIS_PASSWORD"] = "secret";
  const auto forbidden = run_binary(options);
  CHECK(forbidden.exit_code == 4);
  CHECK_THAT(forbidden.error, ContainsSubstring("NOPERM"));
}

TEST_CASE("a message beyond the bound is refused by its size, and reading goes on") {
  const RedisServer server;
  auto subscriber = subscribe(
      server.url(), {"c", "--max-message-size", "100000", "--count", "1", "--retry-delay", "20ms"});
  REQUIRE(server.raw({"PUBLISH", "c", std::string(100'001, 'x')}) == "1");
  subscriber.wait_for_error("subscribed again");
  CHECK_THAT(subscriber.error(), ContainsSubstring("the limit is 100000"));
  REQUIRE(server.raw({"PUBLISH", "c", std::string(100'000, 'x')}) == "1");
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 0);
}
