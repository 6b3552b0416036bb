#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <string>

#include "cli/document.hpp"
#include "cli/message_files.hpp"
#include "cli/xml.hpp"
#include "message/schema.hpp"
#include "support/paths.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::message::Shape;
using fogis::testing::new_message;
using fogis::testing::read_file;
using fogis::testing::require_document;
using fogis::testing::run_cli;
using fogis::testing::TempDir;
using fogis::testing::validate;
using fogis::testing::xml_faults;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// A message with a warning (alert-severity) in line 8, whose keys are in alphabetical order.
std::string warned_alert() {
  auto alert = new_message(Shape::system_alert);
  alert["payload"]["severity"] = "critical";
  return alert.dump(2);
}

}  // namespace

TEST_CASE("a valid message is shown with its type and shape") {
  const TempDir directory;
  const auto file = directory.write("good.json", new_message(Shape::corrected).dump(2));
  const auto alert = directory.write("alert.json", new_message(Shape::system_alert).dump());
  const auto outcome = validate({file, alert});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  CHECK_THAT(outcome.output, StartsWith("✓ " + file + ": match_updates, corrected\n✓ " + alert +
                                        ": system_alert\nPASS 2 messages: 2 valid; 2 files; in "));
}

TEST_CASE(
    "the documented examples are valid at the moment that the documentation gives, on any day") {
  const auto root = fogis::testing::source_dir();
  const std::string moment = "2030-06-01T12:00:00Z";
  CHECK_THAT(read_file(root / "docs" / "message-contract.md"),
             ContainsSubstring("fogis-redis validate-message --now " + moment + " "));
  std::size_t seen = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(root / "tests" / "fixtures" / "messages" / "valid")) {
    ++seen;
    CAPTURE(entry.path());
    // The deployed shape has a fault of its own.
    const bool deployed = entry.path().filename() == "match-updates-production.json";
    const auto outcome = validate({"--now", moment, "--json", entry.path()});
    CHECK(outcome.exit_code == (deployed ? 1 : 0));
    const auto document = require_document(outcome.output, "validate-message");
    CHECK(document["counts"]["errors"] == (deployed ? 1 : 0));
  }
  CHECK(seen > 10);
}

TEST_CASE("a finding has its line, pointer and rule, the consequence and the mend") {
  const TempDir directory;
  auto message = new_message(Shape::production);
  const auto text = message.dump(2);
  const auto file = directory.write("as-deployed.json", text);
  const auto before = text.substr(0, text.find("\"schema_version\""));
  const auto line = std::to_string(count(before, "\n") + 1);
  const auto outcome = validate({file});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output,
             StartsWith("✗ " + file + ":" + line +
                        ": /payload/schema_version schema-version-in-payload (D1): \"2.0\", and "
                        "none at the top level\n    the calendar looks at the top level only, "));
  CHECK_THAT(outcome.output,
             ContainsSubstring("\n    hint: move schema_version to the top level, beside type\n"
                               "FAIL 1 message: 1 invalid; 1 error, 0 warnings; 1 file; in "));
}

TEST_CASE("warnings are shown and fail nothing") {
  const TempDir directory;
  const auto file = directory.write("alert.json", warned_alert());
  const auto outcome = validate({file});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith("! " + file + ":"));
  CHECK_THAT(outcome.output, ContainsSubstring("/payload/severity alert-severity: \"critical\"\n"));
  CHECK_THAT(outcome.output, ContainsSubstring("PASS 1 message: 1 valid; 0 errors, 1 warning; "));
}

TEST_CASE("quiet leaves what is wrong, in a line each, and the verdict") {
  const TempDir directory;
  const auto good = directory.write("good.json", new_message(Shape::legacy_v1).dump());
  const auto bad = directory.write("bad.json", new_message(Shape::production).dump());
  const auto outcome = validate({"-q", good, bad});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output, !ContainsSubstring("good.json"));
  CHECK_THAT(outcome.output, !ContainsSubstring("hint:"));
  CHECK(count(outcome.output, "\n") == 2);
}

TEST_CASE("verbose shows each message of a stream, otherwise it is a line") {
  const auto lines = new_message(Shape::legacy_v1).dump() + "\n\n" +
                     new_message(Shape::system_alert).dump() + "\n";
  const auto outcome = validate({"--ndjson", "-"}, lines);
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith("✓ stdin: 2 messages: 2 valid\nPASS "));
  const auto verbose = validate({"--ndjson", "-v", "-"}, lines);
  CHECK_THAT(verbose.output, StartsWith("✓ stdin:1: match_updates, legacy-v1\n"
                                        "✓ stdin:3: system_alert\n"
                                        "✓ stdin: 2 messages: 2 valid\n"));
}

TEST_CASE("the calendar wants more than the contract") {
  const auto message = new_message(Shape::enhanced_v2).dump();
  CHECK(validate({"-"}, message).exit_code == 0);
  CHECK(validate({"--reader", "contract", "-"}, message).exit_code == 0);
  const auto calendar = validate({"--reader", "calendar", "--json", "-"}, message);
  CHECK(calendar.exit_code == 1);
  const auto document = require_document(calendar.output, "validate-message");
  CHECK(document["reader"] == "calendar");
  CHECK(document["messages"][0]["findings"][0]["rule"] == "raw-match-keys");
  CHECK(document["messages"][0]["findings"][0]["reader"] == "calendar");
}

TEST_CASE("a message must have the type that --as names") {
  const auto alert = new_message(Shape::system_alert).dump();
  CHECK(validate({"--as", "system_alert", "-"}, alert).exit_code == 0);
  const auto outcome = validate({"--as", "match_updates", "-"}, alert);
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output, ContainsSubstring("stdin:1: /type type-mismatch: "));
}

TEST_CASE("JSON has every message with its findings, then the files and the sums") {
  const TempDir directory;
  const auto good = directory.write("good.json", new_message(Shape::corrected).dump(2));
  const auto bad = directory.write("bad.json", new_message(Shape::production).dump(2));
  const auto outcome = validate({"--json", good, bad, "-"}, warned_alert());
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.error.empty());
  const auto document = require_document(outcome.output, "validate-message");
  CHECK(document["valid"] == false);
  CHECK(document["interrupted"] == false);
  REQUIRE(document["messages"].size() == 3);
  const auto& first = document["messages"][0];
  CHECK(first["file"] == good);
  CHECK(first["valid"] == true);
  CHECK(first["schema_valid"] == true);
  CHECK(first["type"] == "match_updates");
  CHECK(first["shape"] == "corrected");
  CHECK(first["findings"].empty());
  const auto& finding = document["messages"][1]["findings"][0];
  CHECK(finding["rule"] == "schema-version-in-payload");
  CHECK(finding["ref"] == "D1");
  CHECK(finding["severity"] == "error");
  CHECK(finding["pointer"] == "/payload/schema_version");
  CHECK(finding["line"] > 10);
  CHECK(document["messages"][2]["file"] == "-");
  CHECK(document["messages"][2]["findings"][0]["ref"] == nullptr);
  CHECK(document["files"].size() == 3);
  CHECK(document["counts"]["messages"] == 3);
  CHECK(document["counts"]["invalid"] == 1);
  CHECK(document["counts"]["warned"] == 1);
}

TEST_CASE("JSON that is quiet leaves out messages without a finding") {
  const auto lines =
      new_message(Shape::corrected).dump() + "\n" + new_message(Shape::production).dump();
  const auto outcome = validate({"--json", "-q", "--ndjson", "-"}, lines);
  const auto document = require_document(outcome.output, "validate-message");
  REQUIRE(document["messages"].size() == 1);
  CHECK(document["messages"][0]["line"] == 2);
  CHECK(document["counts"]["messages"] == 2);
}

TEST_CASE("JUnit has a suite for each file and a failure for each invalid message") {
  const TempDir directory;
  const auto good = directory.write("good.json", new_message(Shape::corrected).dump(2));
  const auto bad = directory.write("b&d.json", new_message(Shape::production).dump(2));
  const auto outcome = validate({"-o", "junit", good, bad, "-"}, warned_alert());
  CHECK(outcome.exit_code == 1);
  CHECK(xml_faults(outcome.output).empty());
  CHECK(count(outcome.output, "<testsuite name=") == 3);
  CHECK(count(outcome.output, "<failure ") == 1);
  CHECK_THAT(outcome.output, ContainsSubstring("b&amp;d.json\" tests=\"1\" failures=\"1\""));
  CHECK_THAT(outcome.output, ContainsSubstring("<system-out>stdin:"));
}

TEST_CASE("JUnit lists a thousand messages of a file and counts the rest") {
  std::string lines;
  for (int i = 0; i < 1100; ++i) {
    lines += i < 50 ? new_message(Shape::system_alert).dump() + "\n" : "[]\n";
  }
  const auto outcome = validate({"-o", "junit", "--ndjson", "-"}, lines);
  CHECK(outcome.exit_code == 1);
  CHECK(xml_faults(outcome.output).empty());
  CHECK_THAT(outcome.output, ContainsSubstring("tests=\"1001\" failures=\"1001\""));
  CHECK_THAT(outcome.output, ContainsSubstring("<failure message=\"50 more invalid\""));
  CHECK_THAT(outcome.output, ContainsSubstring("name=\"100 more messages\""));
}

TEST_CASE("GitHub gets annotations at the lines, errors first, at most ten") {
  const TempDir directory;
  const auto alert = directory.write("alert.json", warned_alert());
  const auto bad = directory.write("bad.json", new_message(Shape::production).dump());
  const auto outcome = validate({"-o", "github", alert, bad});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output,
             StartsWith("::error file=" + bad +
                        ",line=1,title=fogis-redis schema-version-in-payload (D1)::"
                        "/payload/schema_version: \"2.0\", and none at the top level%0A"));
  CHECK_THAT(outcome.output, ContainsSubstring("\n::warning file=" + alert + ",line="));
  CHECK_THAT(outcome.output, ContainsSubstring("\nFAIL 2 messages: 1 valid, 1 invalid; "));

  std::string lines;
  for (int i = 0; i < 25; ++i) {
    lines += "[]\n";
  }
  const auto many = validate({"-o", "github", "--ndjson", "-"}, lines);
  CHECK(count(many.output, "::error ") == 10);
  CHECK_THAT(many.output, ContainsSubstring("::16 findings more; see the log\n"));
}

TEST_CASE("Markdown has a table of files and one of findings") {
  const TempDir directory;
  const auto bad = directory.write("b|d.json", new_message(Shape::production).dump());
  const auto outcome = validate({"-o", "markdown", bad, "-"}, warned_alert());
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output, StartsWith("## fogis-redis validate-message: FAIL\n\n2 messages: "));
  CHECK_THAT(outcome.output, ContainsSubstring("b\\|d.json | 1 | 1 message: 1 invalid; "));
  CHECK_THAT(outcome.output, ContainsSubstring("| ❌ | "));
  CHECK_THAT(outcome.output, ContainsSubstring("| ⚠️ | stdin:"));
  CHECK_THAT(outcome.output, ContainsSubstring("*hint: move schema\\_version to the top level"));

  std::string lines;
  for (int i = 0; i < 300; ++i) {
    lines += "[]\n";
  }
  const auto many = validate({"-o", "markdown", "--ndjson", "-"}, lines);
  CHECK(count(many.output, "| ❌ | stdin:") == 200);
  CHECK_THAT(many.output, ContainsSubstring("\n100 findings more\n"));
}

TEST_CASE("option --print-schema prints a schema as it is") {
  for (const auto& schema : fogis::message::schemas()) {
    const auto outcome = run_cli({"validate-message", "--print-schema", std::string(schema.name)});
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output == schema.text);
    CHECK(outcome.error.empty());
  }
  const auto only = run_cli({"validate-message", "--print-schema", "system_alert"});
  CHECK(only.output == fogis::message::find_schema("system_alert-1.0")->text);
  CHECK(only.error.empty());
  const auto newest = run_cli({"validate-message", "--print-schema", "match_updates"});
  CHECK(newest.exit_code == 0);
  CHECK(newest.output == fogis::message::find_schema("match_updates-2.0")->text);
  CHECK(newest.error ==
        "note: this is match_updates-2.0; there are match_updates-1.0, match_updates-1.5, "
        "match_updates-2.0 or match_updates-2.0-raw\n");
}
