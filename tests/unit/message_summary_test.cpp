#include "message/summary.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "message/builder.hpp"
#include "message/contract.hpp"

using Catch::Matchers::ContainsSubstring;
using namespace fogis::message;

TEST_CASE("a message of FOGIS is told in a few words") {
  BuildOptions options;
  options.matches = 3;
  const auto updates = summarize(build_message(Shape::enhanced_v2, options));
  CHECK(updates.type == "match_updates");
  CHECK_THAT(updates.text, ContainsSubstring("3 matches, ") && ContainsSubstring("change") &&
                               ContainsSubstring("enhanced-v2"));
  const auto probe = summarize(build_probe(Type::match_updates));
  CHECK_THAT(probe.text, ContainsSubstring("0 matches, no changes"));
  options.state = ProcessingState::completed;
  CHECK_THAT(summarize(build_message(Shape::processing_status, options)).text,
             ContainsSubstring("completed, ") && ContainsSubstring("matches processed"));
  options.severity = AlertSeverity::warning;
  const auto alert = summarize(build_message(Shape::system_alert, options));
  CHECK(alert.type == "system_alert");
  CHECK_THAT(alert.text, ContainsSubstring("warning: "));
}

TEST_CASE("anything else is shown as what it is, without a byte that acts on a terminal") {
  CHECK(summarize("").type == "empty");
  CHECK(summarize("hello").type == "text");
  CHECK(summarize("hello").text == "hello");
  CHECK(summarize("\x1b[31mred\n").text == "\\x1b[31mred\\n");
  CHECK(summarize(std::string("\xFF\x00", 2)).type == "binary");
  CHECK(summarize(std::string("\xFF\x00", 2)).text == "\\xff\\x00");
  CHECK(summarize("[1,2]").type == "json");
  CHECK(summarize("{\"type\":\"a\\u001b[2J\",\"payload\":{}}").type == "a\\x1b[2J");
  CHECK(summarize("{\"type\":7}").type == "json");
  CHECK(summarize("{\"type\":\"match_updates\",\"payload\":[]}").type == "match_updates");
  CHECK(summarize("{broken").type == "text");
}

TEST_CASE("a summary is short, whatever the message") {
  const std::string large(1'000'000, 'x');
  for (const auto& payload : {large, R"({"type":")" + large + "\"}", std::string(100'000, '['),
                              R"({"type":"system_alert","payload":{"alert_type":")" + large +
                                  R"(","message":")" + large + R"("}})"}) {
    const auto summary = summarize(payload);
    CHECK(summary.type.size() < 64);
    CHECK(summary.text.size() < 250);
  }
}

TEST_CASE("judging fills the summary that summarize() makes") {
  for (const auto& payload :
       {std::string(), std::string("hello"), std::string("\xFF"), std::string("[1,2]"),
        std::string("7"), std::string(R"({"type":7})"), std::string(R"({"type":)"),
        std::string(R"({"type":"a","type":"b"})"), build_message(Shape::production)}) {
    CAPTURE(payload);
    Summary summary;
    judge(payload, {}, &summary);
    CHECK(summary.type == summarize(payload).type);
    CHECK(summary.text == summarize(payload).text);
  }
}
