// Where validate-message reads, what may go wrong there, and how it ends.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/document.hpp"
#include "cli/message_files.hpp"
#include "message/record.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::message::Shape;
using fogis::testing::new_message;
using fogis::testing::Process;
using fogis::testing::require_document;
using fogis::testing::run_binary;
using fogis::testing::run_cli;
using fogis::testing::TempDir;
using fogis::testing::Terminal;
using fogis::testing::validate;

namespace {

std::string good_line() {
  return new_message(Shape::system_alert).dump() + "\n";
}

nlohmann::ordered_json without_message(nlohmann::ordered_json document) {
  document["payload"].erase("message");
  return document;
}

}  // namespace

TEST_CASE("a stream is judged line by line, each with its number") {
  const auto twice = good_line();
  const auto outcome = validate({"--ndjson", "--json", "-"},
                                good_line() + "\n  \r\n" + twice + "{\"a\":\n" + twice + "[]");
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "validate-message");
  const auto& messages = document["messages"];
  REQUIRE(messages.size() == 5);
  CHECK(messages[0]["line"] == 1);
  CHECK(messages[1]["line"] == 4);
  CHECK(messages[2]["line"] == 5);
  CHECK(messages[2]["findings"][0]["rule"] == "truncated");
  CHECK(messages[2]["findings"][0]["line"] == 5);
  CHECK(messages[3]["findings"][0]["rule"] == "duplicate-message-id");
  CHECK(messages[3]["valid"] == true);
  CHECK(messages[4]["line"] == 7);
  CHECK(messages[4]["findings"][0]["rule"] == "not-an-object");
}

TEST_CASE("the messages of a recording are judged, as those of their channels") {
  using namespace fogis::message;
  std::string record = format_record_header({});
  append_recorded_message(record, "2026-01-02T03:04:05.000000Z", "fogis:system:alerts", "",
                          new_message(Shape::system_alert).dump(2));
  append_recorded_message(record, "2026-01-02T03:04:06.000000Z", "fogis:matches:updates", "",
                          "\xff\xfe no JSON");
  record += format_recorded_gap({});
  append_recorded_message(record, "2026-01-02T03:04:07.000000Z", "fogis:matches:updates", "",
                          without_message(new_message(Shape::system_alert)).dump(2));
  record += R"({"received":"2026-01-02T03:04:08.000)";
  const TempDir directory;
  const auto file = directory.write("traffic.record", record);
  for (const auto& source : {file, std::string("-")}) {
    const auto outcome = validate({"--json", source}, source == "-" ? record : "");
    CHECK(outcome.exit_code == 1);
    const auto messages = require_document(outcome.output, "validate-message")["messages"];
    INFO(messages.dump(2));
    REQUIRE(messages.size() == 4);
    CHECK(messages[0]["line"] == 2);
    CHECK(messages[0]["valid"] == true);
    CHECK(messages[1]["line"] == 3);
    CHECK(messages[1]["findings"][0]["line"] == 3);
    CHECK(messages[1]["valid"] == false);
    CHECK(messages[2]["line"] == 5);
    CHECK(messages[2]["findings"][0]["line"] == 5);
    CHECK(messages[3]["line"] == 6);
    CHECK(messages[3]["findings"][0]["rule"] == "truncated");
  }
}

TEST_CASE("files that are copies of each other are no stream") {
  const TempDir directory;
  const auto text = good_line();
  CHECK_THAT(validate({directory.write("a", text), directory.write("b", text)}).output,
             !ContainsSubstring("duplicate-message-id"));
}

TEST_CASE("a line that is too large is a finding, and the next ones are judged") {
  const auto good = good_line();
  const auto outcome = validate({"--ndjson", "--json", "--max-size", "1000", "-"},
                                good + std::string(300'000, 'x') + "\n" + good_line());
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "validate-message");
  REQUIRE(document["messages"].size() == 3);
  CHECK(document["messages"][0]["valid"] == true);
  CHECK(document["messages"][1]["findings"][0]["rule"] == "too-large");
  CHECK(document["messages"][1]["findings"][0]["found"] == "300000 bytes; the limit is 1000");
  CHECK(document["messages"][1]["size_bytes"] == 300'000);
  CHECK(document["messages"][2]["valid"] == true);
  CHECK(document["messages"][2]["line"] == 3);
}

TEST_CASE("a stream without a message is no success") {
  for (const char* input : {"", "\n\n \n"}) {
    const auto outcome = validate({"--ndjson", "-"}, input);
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.output, StartsWith("✗ stdin: no message\nFAIL no message; 1 file; in "));
  }
}

TEST_CASE("a file that cannot be read is told, and the others are judged") {
  const TempDir directory;
  const auto good = directory.write("good.json", good_line());
  const auto socket_path = directory / "socket";
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what bind wants
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);

  struct Case {
    std::string file;
    std::string error;
    std::string hint;
  };
  const std::vector<Case> cases = {
      {directory / "none.json", ": No such file or directory", "check the name"},
      {good + "/x", ": Not a directory", "check the name"},
      {"", "cannot read \"\": No such file or directory", "check the name"},
      {directory.path().string(), ": it is a directory, not a file", "name the files in it"},
      {socket_path, ": it is a socket, not a file", "read it as stdin"},
      {"/dev/zero", ": it is a device, not a file", "read it as stdin"}};
  for (const auto& unreadable : cases) {
    CAPTURE(unreadable.file);
    const auto outcome = validate({unreadable.file, good});
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.error, StartsWith("error: cannot read "));
    CHECK_THAT(outcome.error, ContainsSubstring(unreadable.error + "\nhint: " + unreadable.hint));
    CHECK_THAT(outcome.output, ContainsSubstring("✓ " + good + ": system_alert\n"));
    CHECK_THAT(outcome.output, ContainsSubstring("; 2 files, 1 unreadable; in "));
  }
  ::close(listener);
}

TEST_CASE("a named pipe is read to its end, and waiting for its writer can be interrupted") {
  const TempDir directory;
  const auto fifo = directory / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  Process reading({.arguments = {"validate-message", "--ndjson", "-v", fifo}});
  {
    std::ofstream writer(fifo, std::ios::binary);
    writer << good_line() << std::flush;
    reading.wait_for_output("✓ " + fifo + ":1: ");
    writer << good_line();
  }
  const auto outcome = reading.wait();
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("2 messages: 2 valid"));

  const auto good = directory.write("good.json", good_line());
  Process waiting({.arguments = {"validate-message", "--ndjson", "-v", good, fifo}});
  waiting.wait_for_output("✓ " + good);
  waiting.signal(SIGINT);
  CHECK(waiting.wait().exit_code == 130);
}

TEST_CASE("an unreadable file is told in every form") {
  const TempDir directory;
  const auto none = directory / "none.json";
  const auto json = validate({"--json", none});
  CHECK(json.exit_code == 2);
  const auto document = require_document(json.output, "validate-message");
  CHECK(document["unreadable"] == 1);
  CHECK(document["valid"] == false);
  CHECK(document["files"][0]["error"]["code"] == "usage");
  CHECK(document["files"][0]["error"]["errno"] == 2);
  CHECK_THAT(validate({"-o", "junit", none}).output, ContainsSubstring("<error message=\"cannot "));
  CHECK_THAT(validate({"-o", "github", none}).output,
             StartsWith("::error file=" + none + ",line=1,title=fogis-redis::cannot read "));
  CHECK_THAT(validate({"-o", "markdown", none}).output,
             ContainsSubstring("none.json | 0 | cannot read "));
}

TEST_CASE("a file that vanishes before its turn is told") {
  const TempDir directory;
  const auto file = directory.write("soon-gone.json", good_line());
  Process process(
      {.arguments = {"validate-message", "--ndjson", "-v", "-", file}, .keep_input_open = true});
  process.type(good_line());
  process.wait_for_output("✓ stdin:1: ");
  std::filesystem::remove(file);
  process.close_input();
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, ContainsSubstring("soon-gone.json: No such file or directory"));
}

TEST_CASE("a stdin that is closed cannot be read") {
  fogis::testing::ProgramOptions options;
  options.program = "sh";
  options.arguments = {"-c", "\"$0\" validate-message - <&-", fogis::testing::binary()};
  const auto outcome = run_binary(options);
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, StartsWith("error: cannot read stdin: Bad file descriptor"));
}

TEST_CASE("waiting for stdin ends by a signal, with what was judged until then") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  Process process(
      {.arguments = {"validate-message", "--ndjson", "-v", "-"}, .keep_input_open = true});
  process.type(good_line() + "{\"half\":");
  process.wait_for_output("✓ stdin:1: ");
  process.signal(signal);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 128 + signal);
  CHECK_THAT(outcome.output, ContainsSubstring("INTERRUPTED 1 message: 1 valid; "));
  CHECK(outcome.error.empty());
}

TEST_CASE("a wait for stdin is shown on a terminal, and taken away before a finding") {
  Process process({.arguments = {"validate-message", "--ndjson", "-"},
                   .keep_input_open = true,
                   .terminal = Terminal::all});
  process.wait_for_output("reading stdin");
  process.signal(SIGINT);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 130);
  const auto last_clear = outcome.output.rfind("\r\x1b[K");
  REQUIRE(last_clear != std::string::npos);
  CHECK(outcome.output.find("reading stdin", last_clear) == std::string::npos);
  CHECK(outcome.output.find("INTERRUPTED", last_clear) != std::string::npos);
}

TEST_CASE("an interrupted JSON document is whole") {
  Process process(
      {.arguments = {"validate-message", "--ndjson", "--json", "-"}, .keep_input_open = true});
  process.type(good_line());
  process.wait_for_output("\"findings\":[]");
  process.signal(SIGINT);
  const auto outcome = process.wait();
  CHECK(outcome.exit_code == 130);
  const auto document = require_document(outcome.output, "validate-message");
  CHECK(document["interrupted"] == true);
  CHECK(document["valid"] == false);
  CHECK(document["messages"].size() == 1);
}

TEST_CASE("a stream ends quietly when nobody reads the result any more") {
  fogis::testing::ProgramOptions options;
  options.program = "sh";
  options.arguments = {"-c", "yes '[]' | \"$0\" validate-message --ndjson - | head -n 1",
                       fogis::testing::binary()};
  const auto outcome = run_binary(options);
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith("✗ stdin:1: not-an-object: "));
  CHECK(outcome.error.empty());
}

TEST_CASE("verdicts that cannot be written are an internal error") {
  fogis::testing::ProgramOptions options;
  options.program = "sh";
  options.arguments = {"-c", "echo '{}' | \"$0\" validate-message - > /dev/full",
                       fogis::testing::binary()};
  const auto outcome = run_binary(options);
  CHECK(outcome.exit_code == 5);
  CHECK_THAT(outcome.error, StartsWith("error: cannot write the result: No space left on device"));
}

TEST_CASE("the help of validate-message fits 80 columns and names each option") {
  const auto outcome = run_cli({"validate-message", "--help"});
  CHECK(outcome.exit_code == 0);
  for (const char* option :
       {"--ndjson", "--as TYPE", "--reader", "--max-size", "--now", "--print-schema", "FILE"}) {
    CHECK_THAT(outcome.output, ContainsSubstring(option));
  }
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
  }
}

TEST_CASE("bad settings of a connection do not matter to it") {
  fogis::testing::ProgramOptions options;
  options.arguments = {"validate-message", "-"};
  options.environment["REDIS_TIMEOUT"] = "abc";
  options.environment["REDIS_URL"] = "nonsense";
  options.input = good_line();
  const auto outcome = run_binary(options);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
}

TEST_CASE("arguments that make no sense are usage errors") {
  struct Case {
    std::vector<std::string> arguments;
    std::string error;
    std::string hint;
  };
  const std::vector<Case> cases = {
      {{}, "no file given", "write fogis-redis validate-message FILE, or - for stdin"},
      {{"-", "-"}, "\"-\" is given more than once", "stdin can be read only once"},
      {{"--as", "alert", "-"},
       "--as: \"alert\" is not known",
       "--as takes match_updates, processing_status or system_alert"},
      {{"--reader", "me", "-"},
       "--reader: \"me\" is not known",
       "--reader takes contract or calendar"},
      {{"--max-size", "0", "-"},
       "--max-size: \"0\" is not a whole number from 1 to 1073741824",
       "--max-size takes "},
      {{"--max-size", "1k", "-"}, "--max-size: \"1k\" is not ", "--max-size takes "},
      {{"--now", "2030-06-01", "-"},
       "--now: \"2030-06-01\" is not a moment",
       "--now takes one such as 2030-06-01T12:00:00Z"},
      {{"--now", "2030-06-01T12:00:00", "-"}, "--now: ", "--now takes "},
      {{"--now", "2263-06-01T12:00:00Z", "-"}, "--now: ", "--now takes "},
      {{"--ephemeral", "-"}, "validate-message does not use --ephemeral", "leave it out"},
      {{"--print-schema", "alert"},
       "--print-schema: no schema \"alert\"",
       "--print-schema takes match_updates-1.0, "},
      {{"--print-schema", "match_updates-"}, "no schema \"match_updates-\"", "--print-schema "},
      {{"--print-schema", "system_alert", "x"}, "--print-schema takes no file", "leave out"},
      {{"--print-schema", "system_alert", "-o", "junit"},
       "--print-schema has no format \"junit\"",
       "write text or json"},
      {{"-o", "prometheus", "-"}, "prometheus", "junit"},
  };
  for (const auto& usage : cases) {
    CAPTURE(usage.error);
    const auto outcome = validate(usage.arguments);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.output.empty());
    CHECK_THAT(outcome.error, StartsWith("error: "));
    CHECK_THAT(outcome.error, ContainsSubstring(usage.error));
    CHECK_THAT(outcome.error, ContainsSubstring("hint: "));
    CHECK_THAT(outcome.error, ContainsSubstring(usage.hint));
  }
  const auto json = run_cli({"validate-message", "--json", "--reader", "x", "-"});
  CHECK(json.exit_code == 2);
  CHECK(require_document(json.output, "error")["error"]["code"] == "usage");
}
