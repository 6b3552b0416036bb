#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "cli/document.hpp"
#include "cli/pubsub.hpp"
#include "cli/run_cli.hpp"
#include "support/fake_server.hpp"
#include "support/paths.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using namespace fogis::testing;
using namespace std::chrono_literals;

namespace {

std::string fixture(const std::string& name) {
  return source_dir() / "tests/fixtures/messages" / name;
}

}  // namespace

TEST_CASE("publish tells how many received the message") {
  const RedisServer server;
  const auto nobody = publish(server.url(), {"c", "hello"});
  CHECK(nobody.exit_code == 0);
  CHECK(nobody.output == "published on c: 0 receivers\n");
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "c"});
  CHECK(publish(server.url(), {"c", "hello"}).output == "published on c: 1 receiver\n");
  CHECK(listener.receive() == "message\nc\nhello");
  CHECK(publish(server.url(), {"c", "hello", "-q"}).output == "1\n");
}

TEST_CASE("a message is published to the byte, wherever it comes from") {
  const RedisServer server;
  const TempDir directory;
  const auto bytes = GENERATE(std::string(), std::string("\x00\xFF\r\n\n\x1b[2J", 9),
                              std::string(3'000'000, 'x'), std::string("{\"a\": 1}\n"));
  auto subscriber = subscribe(server.url(), {"c", "--count", "2", "-o", "raw"});
  CHECK(publish(server.url(), {"c", "-"}, bytes).exit_code == 0);
  CHECK(publish(server.url(), {"c", "--file", directory.write("f", bytes)}).exit_code == 0);
  const auto outcome = subscriber.wait();
  CHECK(outcome.exit_code == 0);
  CHECK((outcome.output == bytes + "\n" + bytes + "\n"));
}

TEST_CASE("a message is built from type and payload") {
  const RedisServer server;
  const TempDir directory;
  const std::string payload =
      R"({"alert_type":"test","severity":"info","message":"m","timestamp":"2024-05-01T12:00:00Z"})";
  auto subscriber = subscribe(server.url(), {"c", "--count", "2", "-o", "json"});
  CHECK(publish(server.url(), {"c", "--type", "system_alert", "--payload", payload}).exit_code ==
        0);
  CHECK(publish(server.url(), {"c", "--type", "system_alert", "--payload",
                               "@" + directory.write("p.json", payload), "--service", "tester"})
            .exit_code == 0);
  const auto lines = lines_of(subscriber.wait().output);
  REQUIRE(lines.size() == 3);
  const auto first = require_document(lines[0], "subscribe-message");
  CHECK(first["payload"]["type"] == "system_alert");
  CHECK(first["payload"]["payload"]["message"] == "m");
  CHECK(first["payload"]["source"] == "fogis-redis");
  CHECK(require_document(lines[1], "subscribe-message")["payload"]["source"] == "tester");
  const auto broken =
      publish(server.url(), {"c", "--type", "system_alert", "--payload", "{\"a\":"});
  CHECK(broken.exit_code == 2);
  CHECK_THAT(broken.error, ContainsSubstring("the payload cannot be read"));
}

TEST_CASE("an invalid message does not get onto a channel of FOGIS") {
  const RedisServer server;
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "fogis:matches:updates"});
  const std::vector<std::string> arguments{"fogis:matches:updates", "--file",
                                           fixture("invalid/schema-version-in-payload.json")};
  const auto refused = publish(server.url(), arguments);
  CHECK(refused.exit_code == 1);
  CHECK(refused.output == "not published on fogis:matches:updates\n");
  CHECK_THAT(refused.error, ContainsSubstring("schema-version-in-payload D1 at /payload/"));
  auto json = arguments;
  json.insert(json.end(), {"--json", "--count", "3"});
  const auto as_json = publish(server.url(), json);
  CHECK(as_json.exit_code == 1);
  const auto document = require_document(as_json.output, "publish");
  CHECK(document["refused"]["count"] == 3);
  CHECK(document["confirmed"] == 0);
  CHECK_THAT(document["refusals"][0].dump(), ContainsSubstring(R"("ref":"D1")"));
  // Refused before any server is needed.
  const ReservedPort nobody;
  CHECK(publish("redis://127.0.0.1:" + std::to_string(nobody.number()), arguments).exit_code == 1);
  auto forced = arguments;
  forced.emplace_back("--no-validate");
  CHECK(publish(server.url(), forced).exit_code == 0);
  CHECK(listener.receive() == "message\nfogis:matches:updates\n" + read_file(arguments[2]));
}

TEST_CASE("a valid message gets onto a channel of FOGIS, and any other channel takes anything") {
  const RedisServer server;
  CHECK(publish(server.url(), {"fogis:processor:status", "--file",
                               fixture("valid/processing-status-started.json"), "--no-validate"})
            .exit_code == 0);
  CHECK(publish(server.url(), {"fogis:test:x", "not json"}).exit_code == 0);
}

TEST_CASE("each line is a message, and those that are invalid are named") {
  const RedisServer server;
  auto subscriber =
      subscribe(server.url(), {"c", "fogis:matches:updates", "--count", "3", "-o", "raw"});
  const auto lines =
      publish(server.url(), {"c", "-", "--ndjson"}, "one\r\n\n \t\r\n\r\ntwo\r\nthr\ree\r");
  CHECK(lines.exit_code == 0);
  CHECK_THAT(lines.output, StartsWith("3 messages: 3 confirmed, 0 unknown, 0 unsent\n1 receiver;"));
  CHECK(subscriber.wait().output == "one\ntwo\nthr\ree\n");
  const auto refused =
      publish(server.url(), {"fogis:matches:updates", "-", "--ndjson", "--json"}, "x\n\n{}\n");
  CHECK(refused.exit_code == 1);
  const auto document = require_document(refused.output, "publish");
  CHECK(document["refused"]["ranges"] == nlohmann::json::parse("[[1,1],[3,3]]"));
  CHECK(document["blank_lines"] == 1);
}

TEST_CASE("a message that is too large for its receivers is told by the limit's name") {
  const RedisServer server;
  tell(server, {"CONFIG", "SET", "client-output-buffer-limit", "pubsub 100000 0 0"});
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "c"});
  const auto delivered = publish(server.url(), {"c", "-"}, std::string(50'000, 'x'));
  CHECK(delivered.exit_code == 0);
  CHECK(delivered.output == "published on c: 1 receiver\n");
  const auto format = GENERATE("text", "json");
  const auto outcome = publish(server.url(), {"c", "-", "-o", format, "--ndjson"},
                               "1\n" + std::string(150'000, 'x'));
  CHECK(outcome.exit_code == 1);
  if (format == std::string("text")) {
    CHECK_THAT(outcome.output, ContainsSubstring("client-output-buffer-limit pubsub (100.0 kB)") &&
                                   ContainsSubstring("too large: line 2\n"));
    return;
  }
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["oversized"]["ranges"].dump() == "[[2,2]]");
  CHECK(document["receiver_buffer_limit"] == 100'000);
}

TEST_CASE("a large message that nobody receives cuts nobody off") {
  const RedisServer server;
  tell(server, {"CONFIG", "SET", "client-output-buffer-limit", "pubsub 100000 0 0"});
  CHECK(publish(server.url(), {"c", "-"}, std::string(150'000, 'x')).exit_code == 0);
}

TEST_CASE("a channel's name that looks like a pattern is taken literally, with a hint") {
  const RedisServer server;
  const auto published = publish(server.url(), {"fogis:*", "x"});
  CHECK(published.exit_code == 0);
  CHECK_THAT(published.error,
             ContainsSubstring("\"fogis:*\" is taken as the name of one channel") &&
                 ContainsSubstring("--pattern"));
  CHECK(publish(server.url(), {"fogis:x", "x"}).error.empty());
}

TEST_CASE("copies are sent as often as asked, at most so fast") {
  const RedisServer server;
  const auto outcome = publish(server.url(), {"c", "x", "--count", "6", "--rate", "50", "--json"});
  CHECK(outcome.exit_code == 0);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["confirmed"] == 6);
  // The sixth leaves 5/50 s after the first.
  CHECK(document["duration_ms"] >= 100);
}

TEST_CASE("too few receivers are a no") {
  const RedisServer server;
  const auto outcome = publish(server.url(), {"c", "x", "--require-receivers", "1"});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.error, ContainsSubstring("fewer receivers"));
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "c"});
  CHECK(publish(server.url(), {"c", "x", "--require-receivers", "1"}).exit_code == 0);
}

TEST_CASE("a file that cannot be read is a usage error") {
  const TempDir directory;
  const std::string none = directory / "none";
  const std::string a_directory = directory.path();
  const std::vector<std::vector<std::string>> cases{
      {"c", "--file", none},
      {"c", "--file", a_directory},
      {"c", "--file", none, "--ndjson"},
      {"c", "--type", "system_alert", "--payload", "@" + none},
      {"--replay", none},
      {"c"},
      {"c", "x", "--speed", "2x"},
  };
  for (const auto& arguments : cases) {
    const auto outcome = publish("redis://127.0.0.1:1", arguments);
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.error, ContainsSubstring("error: ") && ContainsSubstring("\nhint: "));
  }
}

TEST_CASE("publish tells who is not there, and who does not let us") {
  const ReservedPort nobody;
  const auto unreachable = publish("redis://127.0.0.1:" + std::to_string(nobody.number()),
                                   {"c", "x", "--retries", "0", "--json"});
  CHECK(unreachable.exit_code == 3);
  CHECK(require_document(unreachable.output, "error")["command"] == "publish");
  const RedisServer server({.users = {"limited on >secret ~* resetchannels &mine +@all"}});
  ProgramOptions options;
  options.arguments = {"publish", "-u",    server.url(), "--user",
                       "limited", "other", "x\x1b[2J",   "--json"};
  options.environment["REDIS_PASSWORD"] = "secret";
  const auto forbidden = run_binary(options);
  CHECK(forbidden.exit_code == 4);
  const auto document = require_document(forbidden.output, "publish");
  CHECK(document["rejected"]["count"] == 1);
  CHECK(document["error"]["code"] == "forbidden");
}

TEST_CASE("a closed or full stdout is told apart") {
  const RedisServer server;
  ProgramOptions options;
  options.program = "/bin/sh";
  options.arguments = {"-c", R"("$0" publish -u "$1" c x > /dev/full)", binary(), server.url()};
  CHECK(run_binary(options).exit_code == 5);
  options.arguments[1] = R"("$0" publish -u "$1" c x | true)";
  CHECK(run_binary(options).exit_code == 0);
}

TEST_CASE("an interrupted publish accounts for what it has read") {
  const RedisServer server;
  ProgramOptions options;
  options.arguments = {"publish", "-u", server.url(), "c", "-", "--ndjson", "--json"};
  options.keep_input_open = true;
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "c"});
  Process process(options);
  process.type("one\ntwo\n");
  CHECK(listener.receive() == "message\nc\none");
  CHECK(listener.receive() == "message\nc\ntwo");
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 143);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["confirmed"] == 2);
  CHECK(document["interrupted"] == true);
  CHECK(document["complete"] == false);
}

TEST_CASE("what an interrupted publish had still to send is counted, of copies and of lines") {
  const RedisServer server;
  const TempDir directory;
  const bool copies = GENERATE(true, false);
  ProgramOptions options;
  options.arguments = {"publish", "-u", server.url(), "c", "--rate", "0.001", "--json"};
  const auto source =
      copies ? std::vector<std::string>{"one", "--count", "4"}
             : std::vector<std::string>{"--ndjson", "--file",
                                        directory.write("lines", "one\ntwo\n\nfour\nfive")};
  options.arguments.insert(options.arguments.end(), source.begin(), source.end());
  auto listener = server.client();
  listener.command({"SUBSCRIBE", "c"});
  Process process(options);
  CHECK(listener.receive() == "message\nc\none");
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 143);
  const auto document = require_document(outcome.output, "publish");
  CHECK(document["confirmed"] == 1);
  CHECK(document["interrupted"] == true);
  CHECK(document["complete"] == true);
  CHECK(document["unsent"]["count"] == 3);
  CHECK(document["unsent"]["ranges"].dump() == (copies ? "[[2,4]]" : "[[2,2],[4,5]]"));
}
