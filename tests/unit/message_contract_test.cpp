#include "message/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "message_fixtures.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

constexpr std::string_view kAnywhere = "*";

struct Refusal {
  std::string_view file;
  std::string_view rule;
  std::string_view pointer;
  Reader reader;
  bool schema_valid;
};

// Each file has one fault, named by the beginning of its name.
constexpr Refusal kRefusals[] = {
    {"empty-document.json", "empty-document", "", Reader::contract, false},
    {"empty-document--blanks.json", "empty-document", "", Reader::contract, false},
    {"invalid-utf8.json", "invalid-utf8", "/payload/message", Reader::contract, false},
    {"lone-surrogate.json", "lone-surrogate", "/payload/message", Reader::contract, false},
    {"number-out-of-range.json", "number-out-of-range", "/payload/details/count", Reader::contract,
     false},
    {"truncated.json", "truncated", "/payload/details", Reader::contract, false},
    {"truncated--in-text.json", "truncated", "/message_id", Reader::contract, false},
    {"trailing-data.json", "trailing-data", "", Reader::contract, false},
    {"trailing-data--garbage.json", "trailing-data", "", Reader::contract, false},
    {"not-json.json", "not-json", "", Reader::contract, false},
    {"not-finite--nan.json", "not-finite", "/payload/details/rate", Reader::contract, false},
    {"not-json--single-quotes.json", "not-json", "", Reader::contract, false},
    {"not-json--byte-order-mark.json", "not-json", "", Reader::contract, false},
    {"duplicate-key.json", "duplicate-key", "/payload/severity", Reader::contract, true},
    {"too-deep.json", "too-deep", kAnywhere, Reader::contract, false},
    {"not-an-object.json", "not-an-object", "", Reader::contract, false},
    {"envelope-field-missing--message-id.json", "envelope-field-missing", "/message_id",
     Reader::contract, false},
    {"envelope-field-missing--timestamp.json", "envelope-field-missing", "/timestamp",
     Reader::contract, false},
    {"envelope-field-missing--source.json", "envelope-field-missing", "/source", Reader::contract,
     false},
    {"envelope-field-missing--version.json", "envelope-field-missing", "/version", Reader::contract,
     false},
    {"envelope-field-missing--type.json", "envelope-field-missing", "/type", Reader::contract,
     false},
    {"envelope-field-invalid.json", "envelope-field-invalid", "/source", Reader::contract, false},
    {"envelope-field-invalid--number.json", "envelope-field-invalid", "/timestamp",
     Reader::contract, false},
    {"envelope-field-invalid--null.json", "envelope-field-invalid", "/message_id", Reader::contract,
     false},
    {"message-id-format.json", "message-id-format", "/message_id", Reader::contract, false},
    {"version-unsupported.json", "version-unsupported", "/version", Reader::contract, false},
    {"unknown-type.json", "unknown-type", "/type", Reader::contract, false},
    {"payload-missing.json", "payload-missing", "/payload", Reader::contract, false},
    {"payload-missing--null.json", "payload-missing", "/payload", Reader::contract, false},
    {"timestamp-format.json", "timestamp-format", "/timestamp", Reader::contract, false},
    {"timestamp-format--no-such-day.json", "timestamp-format", "/timestamp", Reader::contract,
     true},
    {"timestamp-not-utc.json", "timestamp-not-utc", "/timestamp", Reader::contract, false},
    {"timestamp-naive.json", "timestamp-naive", "/timestamp", Reader::contract, false},
    {"timestamp-naive--processing.json", "timestamp-naive",
     "/payload/metadata/processing_timestamp", Reader::contract, true},
    {"timestamp-naive--payload.json", "timestamp-naive", "/payload/timestamp", Reader::contract,
     true},
    {"timestamp-future.json", "timestamp-future", "/timestamp", Reader::contract, true},
    {"timestamp-old.json", "timestamp-old", "/timestamp", Reader::contract, true},
    {"schema-version-in-payload.json", "schema-version-in-payload", "/payload/schema_version",
     Reader::contract, true},
    {"schema-version-disagrees.json", "schema-version-disagrees", "/payload/schema_version",
     Reader::contract, true},
    {"schema-version-not-string.json", "schema-version-not-string", "/schema_version",
     Reader::contract, false},
    {"schema-version-not-string--raw.json", "schema-version-not-string", "/schema_version",
     Reader::contract, false},
    {"schema-version-unknown.json", "schema-version-unknown", "/schema_version", Reader::contract,
     false},
    {"schema-version-shape.json", "schema-version-shape", "/schema_version", Reader::contract,
     true},
    {"metadata-missing.json", "metadata-missing", "/payload/metadata", Reader::contract, false},
    {"metadata-missing--null.json", "metadata-missing", "/payload/metadata", Reader::contract,
     false},
    {"total-matches-mismatch.json", "total-matches-mismatch", "/payload/metadata/total_matches",
     Reader::contract, true},
    {"changes-without-matches.json", "changes-without-matches", "/payload/matches",
     Reader::contract, true},
    {"changes-without-details.json", "changes-without-details", "/payload/detailed_changes",
     Reader::contract, true},
    {"changes-without-details--missing.json", "changes-without-details",
     "/payload/detailed_changes", Reader::contract, true},
    {"match-id-null.json", "match-id-null", "/payload/matches/0/matchid", Reader::contract, false},
    {"match-id-null--enhanced.json", "match-id-null", "/payload/matches/0/match_id",
     Reader::contract, false},
    {"tid-format.json", "tid-format", "/payload/matches/0/tid", Reader::contract, false},
    {"tid-format--number.json", "tid-format", "/payload/matches/0/tid", Reader::contract, false},
    {"referees-null.json", "referees-null", "/payload/matches/0/domaruppdraglista",
     Reader::contract, false},
    {"raw-match-keys.json", "raw-match-keys", "/payload/matches/0", Reader::calendar, true},
    {"raw-match-keys--enhanced.json", "raw-match-keys", "/payload/matches/0", Reader::calendar,
     true},
    {"raw-match-keys--legacy.json", "raw-match-keys", "/payload/matches/0", Reader::calendar, true},
    {"raw-referee-keys.json", "raw-referee-keys", "/payload/matches/0/domaruppdraglista/0",
     Reader::calendar, true},
    {"raw-match-keys--no-referees.json", "raw-match-keys", "/payload/matches/0", Reader::calendar,
     true},
    {"raw-contact-keys.json", "raw-contact-keys", "/payload/matches/0/kontaktpersoner/0",
     Reader::calendar, true},
    {"raw-match-null.json", "raw-match-null", "/payload/matches/0/lag2namn", Reader::calendar,
     true},
    {"tid-out-of-range.json", "tid-out-of-range", "/payload/matches/0/tid", Reader::calendar, true},
    {"has-changes-not-boolean.json", "has-changes-not-boolean", "/payload/metadata/has_changes",
     Reader::contract, false},
    {"detailed-changes-null.json", "detailed-changes-null", "/payload/detailed_changes",
     Reader::contract, false},
    {"timestamp-format--empty.json", "timestamp-format", "/payload/metadata/processing_timestamp",
     Reader::contract, true},
    {"critical-without-high.json", "critical-without-high", "/payload/detailed_changes/0/priority",
     Reader::contract, true},
    {"unknown-category.json", "unknown-category", "/payload/detailed_changes/0/category",
     Reader::contract, true},
    {"duplicate-match-id.json", "duplicate-match-id", "/payload/matches/1/matchid",
     Reader::contract, true},
    {"counters-in-payload.json", "counters-in-payload", "/payload/matches_processed",
     Reader::contract, true},
    {"alert-severity.json", "alert-severity", "/payload/severity", Reader::contract, true},
    {"schema.json", "schema", "/payload/matches/0/teams/home/name", Reader::contract, false},
    {"schema--missing.json", "schema", "/payload/matches/0/teams", Reader::contract, false},
    {"schema--kind.json", "schema", "/payload/metadata/processor_type", Reader::contract, false},
    {"schema--fraction.json", "schema", "/payload/matches/0/matchid", Reader::contract, false},
    {"schema--element.json", "schema", "/payload/matches/0/referees/1", Reader::contract, false},
    {"schema--choice.json", "schema", "/payload/detailed_changes/0/priority", Reader::contract,
     false},
    {"schema--status.json", "schema", "/payload/status", Reader::contract, false},
    {"schema--details.json", "schema", "/payload/details", Reader::contract, false},
    {"schema--severity.json", "schema", "/payload/severity", Reader::contract, false},
    {"schema--alert.json", "schema", "/payload/message", Reader::contract, false},
    {"schema--version-1.5.json", "schema", "/payload/matches/0/venue", Reader::contract, false},
    {"schema--matches.json", "schema", "/payload/matches", Reader::contract, false},
};

JudgeOptions options_for(Reader reader) {
  auto options = test::options();
  options.reader = reader;
  return options;
}

json small_message() {
  return json::parse(test::fixture("valid/processing-status-started.json"));
}

}  // namespace

TEST_CASE("every shape of the contract is accepted") {
  const auto path = GENERATE(from_range(test::fixture_files("valid")));
  CAPTURE(path);
  const auto judgement = judge(test::read_file(path), test::options());
  CAPTURE(test::summary(judgement));
  CHECK(judgement.schema_valid);
  if (path.stem() == "match-updates-production") {
    // What is deployed: well formed, and misread by the calendar.
    REQUIRE(judgement.findings.size() == 1);
    CHECK(judgement.findings.front().ref == "D1");
    CHECK(judgement.shape == Shape::production);
  } else {
    CHECK(test::summary(judgement).empty());
    CHECK(judgement.valid());
  }
}

TEST_CASE("the shape is told from the message") {
  const std::map<std::string, Shape> shapes = {
      {"match-updates-production", Shape::production},
      {"match-updates-enhanced-v2", Shape::enhanced_v2},
      {"match-updates-enhanced-v1.5", Shape::enhanced_v1_5},
      {"match-updates-corrected", Shape::corrected},
      {"match-updates-legacy-v1", Shape::legacy_v1},
      {"processing-status-failed", Shape::processing_status},
      {"system-alert", Shape::system_alert}};
  for (const auto& [file, shape] : shapes) {
    CAPTURE(file);
    const auto judgement = judge(test::fixture("valid/" + file + ".json"), test::options());
    CHECK(judgement.shape == shape);
    CHECK(judgement.type == type_of(shape));
    CHECK(judgement.message_id.starts_with("00000000-0000-4000-8000-"));
  }
}

TEST_CASE("each fault is found by its rule, at its place, and by nothing else") {
  const auto& refusal = GENERATE(from_range(kRefusals));
  CAPTURE(refusal.file);
  const auto document = test::fixture("invalid/" + std::string(refusal.file));
  const auto judgement = judge(document, options_for(refusal.reader));
  CAPTURE(test::summary(judgement));

  REQUIRE(judgement.findings.size() == 1);
  const auto& finding = judgement.findings.front();
  const auto* rule = find_rule(refusal.rule);
  REQUIRE(rule != nullptr);
  CHECK(finding.rule == refusal.rule);
  CHECK(finding.ref == rule->ref);
  CHECK(finding.severity == rule->severity);
  CHECK(finding.reader == refusal.reader);
  CHECK((refusal.pointer == kAnywhere || finding.pointer == refusal.pointer));
  CHECK_FALSE(finding.found.empty());
  CHECK(judgement.valid() == (rule->severity == Severity::warning));
  CHECK(judgement.schema_valid == refusal.schema_valid);
}

TEST_CASE("what concerns the calendar alone is no fault of the contract") {
  for (const auto& refusal : kRefusals) {
    if (refusal.reader == Reader::calendar) {
      CAPTURE(refusal.file);
      const auto document = test::fixture("invalid/" + std::string(refusal.file));
      CHECK(judge(document, test::options()).findings.empty());
    }
  }
}

TEST_CASE("the corrected shape is the one that the calendar handles") {
  const auto verdict = [](const std::string& file) {
    return judge(test::fixture("valid/" + file + ".json"), options_for(Reader::calendar));
  };
  CHECK(verdict("match-updates-corrected").findings.empty());
  const auto enhanced = verdict("match-updates-enhanced-v2");
  REQUIRE(enhanced.findings.size() == 2);
  CHECK(enhanced.findings[1].ref == "D2");
  CHECK(enhanced.findings[1].pointer == "/payload/matches/1");
  CHECK(enhanced.findings[1].found ==
        "lacks matchid, matchnr, lag1namn, lag2namn, anlaggningnamn, tavlingnamn, tid, "
        "domaruppdraglista");
  CHECK(verdict("match-updates-legacy-v1").errors == 2);
}

TEST_CASE("what the calendar never reads is a warning to it") {
  for (const std::string_view file :
       {"schema-version-in-payload", "changes-without-details", "changes-without-details--missing",
        "match-id-null", "message-id-format", "timestamp-naive", "total-matches-mismatch",
        "envelope-field-missing--source", "has-changes-not-boolean"}) {
    CAPTURE(file);
    const auto document = test::fixture("invalid/" + std::string(file) + ".json");
    const auto contract = judge(document, options_for(Reader::contract));
    CHECK_FALSE(contract.valid());
    const auto calendar = judge(document, options_for(Reader::calendar));
    CAPTURE(test::summary(calendar));
    REQUIRE_FALSE(calendar.findings.empty());
    CHECK(calendar.findings[0].severity == Severity::warning);
    CHECK(calendar.findings[0].consequence != contract.findings[0].consequence);
  }
}

TEST_CASE("what keeps the calendar from writing an entry is an error to it") {
  for (const std::string_view file :
       {"truncated", "unknown-type", "envelope-field-missing--type", "payload-missing",
        "metadata-missing", "tid-format", "referees-null", "raw-match-keys", "raw-referee-keys",
        "raw-contact-keys", "raw-match-keys--no-referees", "tid-out-of-range",
        "detailed-changes-null"}) {
    CAPTURE(file);
    CHECK_FALSE(judge(test::fixture("invalid/" + std::string(file) + ".json"),
                      options_for(Reader::calendar))
                    .valid());
  }
}

TEST_CASE("a critical change is told only where the calendar looks and takes nothing for urgent") {
  auto document = nlohmann::json::parse(test::fixture("invalid/critical-without-high.json"));
  const auto is_told = [&] {
    const auto judgement = judge(document.dump(), test::options());
    return std::ranges::any_of(judgement.findings,
                               [](const auto& finding) { return finding.ref == "D6"; });
  };
  CHECK(is_told());
  for (const auto* category : {"time_change", "date_change", "venue_change", "referee_change"}) {
    document["payload"]["detailed_changes"][0]["category"] = category;
    CHECK_FALSE(is_told());
  }
  document["payload"]["detailed_changes"][0]["category"] = "team_change";
  document["schema_version"] = "1.0";  // the legacy reader never looks
  CHECK_FALSE(is_told());
  document.erase("schema_version");
  document["payload"]["schema_version"] = "2.0";
  CHECK_FALSE(is_told());
}

TEST_CASE("a referee without an address needs no postal code") {
  auto document = nlohmann::json::parse(test::fixture("valid/match-updates-corrected.json"));
  auto& referee = document["payload"]["matches"][0]["domaruppdraglista"][0];
  referee.erase("postnr");
  CHECK_FALSE(judge(document.dump(), options_for(Reader::calendar)).valid());
  referee["adress"] = "";
  CHECK(judge(document.dump(), options_for(Reader::calendar)).valid());
}

TEST_CASE("one id on two channels of which the calendar hears one is no repetition") {
  const auto document = test::fixture("valid/match-updates-corrected.json");
  Judge stream(test::options());
  CHECK(stream.judge(document, "fogis:matches:updates").findings.empty());
  CHECK(stream.judge(document, "match_updates_v2").findings.empty());
  CHECK(stream.judge(document, "match_updates_v1").findings.empty());
  CHECK(stream.judge(document, "fogis:matches:updates:v2").findings.size() == 1);
  CHECK(stream.judge(document, "match_updates_v2").findings.size() == 1);
}

TEST_CASE("every file and every rule has its row in the table") {
  std::set<std::string> files;
  std::set<std::string_view> rules_seen = {
      // Shown by tests of their own: they need a bound, an option, a stream, or a lack of memory.
      "too-large", "too-many-values", "type-mismatch", "duplicate-message-id", "not-judged"};
  for (const auto& refusal : kRefusals) {
    files.emplace(refusal.file);
    rules_seen.insert(refusal.rule);
    CHECK(refusal.file.starts_with(refusal.rule));
  }
  for (const auto& path : test::fixture_files("invalid")) {
    CHECK(files.contains(path.filename().string()));
  }
  for (const auto& rule : rules()) {
    CAPTURE(rule.name);
    CHECK(rules_seen.contains(rule.name));
  }
}

TEST_CASE("an expected type is judged as such, and a wrong one named") {
  auto options = test::options();
  options.as = Type::processing_status;
  CHECK(judge(test::fixture("valid/processing-status-started.json"), options).valid());

  options.as = Type::system_alert;
  const auto judgement = judge(test::fixture("valid/processing-status-started.json"), options);
  CAPTURE(test::summary(judgement));
  CHECK(judgement.type == Type::system_alert);
  REQUIRE_FALSE(judgement.findings.empty());
  CHECK(judgement.findings.front().rule == "type-mismatch");
  CHECK(judgement.findings.front().found == "\"processing_status\", expected \"system_alert\"");
  // The alert's required fields; the type itself is not reported twice.
  CHECK(judgement.errors == 4);
}

TEST_CASE("without an injected moment the system's clock decides") {
  auto message = small_message();
  message["timestamp"] = "2001-01-01T00:00:00Z";
  message["payload"]["timestamp"] = "9999-01-01T00:00:00Z";
  const auto judgement = judge(message.dump());
  REQUIRE(judgement.findings.size() == 2);
  // A year that nanoseconds cannot count.
  CHECK(judgement.findings[0].rule == "timestamp-future");
  CHECK(judgement.findings[0].pointer == "/payload/timestamp");
  CHECK(judgement.findings[1].rule == "timestamp-old");
  CHECK(judgement.findings[1].pointer == "/timestamp");
}

TEST_CASE("clocks may differ by the tolerance and no more") {
  auto message = small_message();
  auto options = test::options();
  message["timestamp"] = "2030-06-01T12:05:00Z";
  CHECK(judge(message.dump(), options).valid());
  options.future_tolerance = std::chrono::seconds(299);
  CHECK_FALSE(judge(message.dump(), options).valid());
}

TEST_CASE("an age at the limit is accepted") {
  auto message = small_message();
  message["timestamp"] = "2029-06-01T12:00:00Z";
  CHECK(judge(message.dump(), test::options()).valid());
}

TEST_CASE("findings beyond the bound are counted and not kept") {
  auto message = json::parse(test::fixture("valid/match-updates-corrected.json"));
  auto& matches = message["payload"]["matches"];
  for (auto& match : matches) {
    match["tid"] = nullptr;
  }
  for (int i = 0; i < 1000; ++i) {
    auto match = matches[0];
    match["matchid"] = 1000 + i;
    matches.push_back(match);
  }
  message["payload"]["metadata"]["total_matches"] = matches.size();
  auto options = test::options();
  options.max_findings = 3;
  const auto judgement = judge(message.dump(), options);
  CHECK(judgement.findings.size() == 3);
  CHECK(judgement.errors >= 1002);
  CHECK(judgement.omitted() == judgement.errors - 3);
  CHECK_FALSE(judgement.valid());
}

TEST_CASE("text of a message cannot reach a terminal through a finding") {
  auto message = small_message();
  message["type"] = "\x1b[31mred\n\xe2\x80\xae";
  message["pay\x1b/load~"] = 1;
  auto document = message.dump();
  document.insert(1, R"("pay\u001b/load~": 2, )");
  const auto judgement = judge(document, test::options());
  REQUIRE(judgement.findings.size() == 2);
  CHECK(judgement.findings[0].rule == "duplicate-key");
  CHECK(judgement.findings[0].pointer == "/pay\\x1b~1load~0");
  CHECK(judgement.findings[1].rule == "unknown-type");
  CHECK(judgement.findings[1].found == "\"\\x1b[31mred\\n\\u{202e}\"");
}

TEST_CASE("a stream's judge sees an id a second time") {
  Judge stream(test::options());
  const auto document = test::fixture("valid/system-alert.json");
  CHECK(stream.judge(document).findings.empty());
  CHECK(stream.judge(test::fixture("valid/processing-status-failed.json")).findings.empty());
  const auto again = stream.judge(document);
  REQUIRE(again.findings.size() == 1);
  CHECK(again.findings.front().rule == "duplicate-message-id");
  CHECK(again.findings.front().pointer == "/message_id");
  CHECK(again.warnings == 1);
  CHECK(again.valid());
}

TEST_CASE("a stream's judge forgets the oldest id beyond its window") {
  Judge stream(test::options(), 2);
  auto message = small_message();
  const auto is_repeated = [&](int number) {
    message["message_id"] = fmt::format("00000000-0000-4000-8000-{:012}", number);
    return stream.judge(message.dump()).warnings == 1;
  };
  CHECK_FALSE(is_repeated(1));
  CHECK_FALSE(is_repeated(2));
  CHECK(is_repeated(1));
  CHECK_FALSE(is_repeated(3));  // 1 is forgotten
  CHECK(is_repeated(2));
  CHECK_FALSE(is_repeated(1));
  auto moved = std::move(stream);
  message["message_id"] = "00000000-0000-4000-8000-000000000001";
  CHECK(moved.judge(message.dump()).warnings == 1);
}

TEST_CASE("messages without an id do not count as repeated") {
  Judge stream(test::options());
  CHECK(stream.judge("{}").warnings == 0);
  CHECK(stream.judge("{}").warnings == 0);
}

}  // namespace fogis::message
