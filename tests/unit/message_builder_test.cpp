#include "message/builder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.hpp"
#include "message/contract.hpp"
#include "message/patterns.hpp"
#include "message_fixtures.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

json build(Shape shape, const BuildOptions& options = {}) {
  return json::parse(build_message(shape, options));
}

}  // namespace

TEST_CASE("a built message keeps the contract in every shape") {
  const auto shape = GENERATE(from_range(kShapes));
  const auto matches = GENERATE(std::size_t(1), 2, 15);
  const bool has_changes = GENERATE(true, false);
  CAPTURE(name(shape), matches, has_changes);
  const auto judgement =
      judge(build_message(shape, {.matches = matches, .has_changes = has_changes}));
  CAPTURE(test::summary(judgement));
  CHECK(judgement.schema_valid);
  CHECK(judgement.shape == shape);
  // The production shape cannot be without D1.
  CHECK(judgement.findings.size() == (shape == Shape::production ? 1 : 0));
  CHECK(judgement.valid() == (shape != Shape::production));
}

TEST_CASE("a raw message in the corrected form suits the calendar") {
  CHECK(judge(build_message(Shape::corrected), {.reader = Reader::calendar}).findings.empty());
}

TEST_CASE("each state and each severity is built as the contract has it") {
  for (const auto state :
       {ProcessingState::started, ProcessingState::completed, ProcessingState::failed}) {
    CHECK(judge(build_message(Shape::processing_status, {.state = state})).findings.empty());
  }
  CHECK(build(Shape::processing_status,
              {.state = ProcessingState::completed})["payload"]["details"]["matches_processed"] ==
        2);
  CHECK(build(Shape::processing_status, {.state = ProcessingState::failed})["payload"]["status"] ==
        "failed");
  for (const auto severity : {AlertSeverity::info, AlertSeverity::warning, AlertSeverity::error}) {
    CHECK(judge(build_message(Shape::system_alert, {.severity = severity})).findings.empty());
  }
  CHECK(build(Shape::system_alert, {.severity = AlertSeverity::warning})["payload"]["severity"] ==
        "warning");
}

TEST_CASE("every message has an id of its own, unless one is given") {
  const auto first = build(Shape::system_alert)["message_id"].get<std::string>();
  CHECK(is_uuid4(first));
  CHECK(build(Shape::system_alert)["message_id"] != first);
  CHECK(build(Shape::system_alert, {.message_id = first})["message_id"] == first);
}

TEST_CASE("source and moment are taken over") {
  const auto message = build(Shape::corrected, {.source = "example", .now = test::now()});
  CHECK(message["source"] == "example");
  CHECK(message["timestamp"] == "2030-06-01T12:00:00.000Z");
  CHECK(message["payload"]["metadata"]["processing_timestamp"] == "2030-06-01T12:00:00.000Z");
}

TEST_CASE("a source that is not UTF-8 still gives a message") {
  CHECK(judge(build_message(Shape::system_alert, {.source = "\xff"})).valid());
}

TEST_CASE("an enhanced match has the size of a real one") {
  const auto size = [](std::size_t matches) {
    return build_message(Shape::enhanced_v2, {.matches = matches}).size();
  };
  const auto match = size(11) - size(10);
  CHECK(match > 1300);
  CHECK(match < 1900);
}

TEST_CASE("a thousand matches can be built and judged") {
  const auto judgement = judge(build_message(Shape::corrected, {.matches = 1000}));
  CHECK(judgement.findings.empty());
}

TEST_CASE("a probe cannot make the calendar act") {
  const auto updates = json::parse(build_probe(
      Type::match_updates, {.matches = 5, .has_changes = true, .state = ProcessingState::failed}));
  CHECK(updates["source"] == "fogis-redis");
  CHECK(updates["payload"]["matches"] == json::array());
  CHECK(updates["payload"]["metadata"]["has_changes"] == false);
  CHECK(updates["payload"]["metadata"]["total_matches"] == 0);
  CHECK(updates["payload"]["detailed_changes"] == json::array());

  const auto status =
      json::parse(build_probe(Type::processing_status, {.state = ProcessingState::failed}));
  CHECK(status["payload"]["status"] == "started");
  CHECK(status["payload"]["details"]["processor_type"] == "fogis-redis probe");

  const auto alert =
      json::parse(build_probe(Type::system_alert, {.severity = AlertSeverity::error}));
  CHECK(alert["payload"]["severity"] == "info");
}

TEST_CASE("a probe keeps the contract, for the calendar as well") {
  for (const auto type : kTypes) {
    CAPTURE(name(type));
    const auto judgement =
        judge(build_probe(type, {.source = "example"}), {.reader = Reader::calendar});
    CAPTURE(test::summary(judgement));
    CHECK(judgement.findings.empty());
    CHECK(judgement.type == type);
  }
}

TEST_CASE("a payload is put into an envelope with the version where readers look") {
  for (const auto shape : kShapes) {
    if (shape == Shape::production || shape == Shape::enhanced_v1_5) {
      continue;  // a payload does not tell these from others
    }
    CAPTURE(name(shape));
    const auto payload = build(shape)["payload"].dump();
    const auto message = wrap_payload(type_of(shape), payload);
    REQUIRE(message);
    const auto judgement = judge(*message);
    CAPTURE(test::summary(judgement));
    CHECK(judgement.findings.empty());
    CHECK(judgement.shape == shape);
    CHECK(json::parse(*message)["payload"].dump() == payload);
  }
}

TEST_CASE("an empty payload makes an envelope, whatever the reader says") {
  const auto message = wrap_payload(Type::match_updates, "{}", {.source = "example"});
  REQUIRE(message);
  CHECK(json::parse(*message)["source"] == "example");
  CHECK(json::parse(*message)["schema_version"] == "1.0");
  CHECK_FALSE(judge(*message).valid());
}

TEST_CASE("what is no payload is refused with the reason") {
  const auto fault = [](const std::string& payload) {
    const auto message = wrap_payload(Type::system_alert, payload);
    REQUIRE_FALSE(message);
    CHECK(message.error().kind == ErrorKind::usage);
    CHECK(message.error().phase == Phase::schema);
    CHECK_FALSE(message.error().hint.empty());
    return message.error().message;
  };
  CHECK(fault("[]") == "the payload is not a JSON object");
  CHECK(fault("") == "the payload cannot be read (empty-document): 0 bytes");
  CHECK(fault(R"({"a":)").starts_with("the payload cannot be read (truncated): "));
  CHECK(fault(std::string(100'000, '[')).starts_with("the payload cannot be read (too-deep): "));
}

}  // namespace fogis::message
