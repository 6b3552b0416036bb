#include "commands/publish_plan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "support/results.hpp"

using Catch::Matchers::ContainsSubstring;
using namespace fogis;
using namespace fogis::commands;
using namespace fogis::testing;

namespace {

PublishOptions of(std::vector<std::string> arguments) {
  PublishOptions options;
  options.arguments = std::move(arguments);
  return options;
}

std::string fault(const PublishOptions& options) {
  const auto error = require_error(make_publish_plan(options), ErrorKind::usage);
  CHECK_FALSE(error.hint.empty());
  return error.message;
}

}  // namespace

TEST_CASE("a message is taken from exactly one place") {
  CHECK(require_ok(make_publish_plan(of({"c", "m"}))).source == PublishSource::argument);
  CHECK(require_ok(make_publish_plan(of({"c", ""}))).text.empty());
  CHECK(require_ok(make_publish_plan(of({"c", "-"}))).source == PublishSource::standard_input);
  auto options = of({"c"});
  CHECK_THAT(fault(options), ContainsSubstring("no message given"));
  options.file = "f";
  CHECK(require_ok(make_publish_plan(options)).source == PublishSource::file);
  options.arguments.emplace_back("m");
  CHECK_THAT(fault(options), ContainsSubstring("given twice"));
  CHECK_THAT(fault(of({})), ContainsSubstring("no channel"));
  CHECK_THAT(fault(of({""})), ContainsSubstring("no channel"));
  CHECK_THAT(fault(of({"c", "two", "words"})), ContainsSubstring("2 are given"));
}

TEST_CASE("a built message needs type and payload") {
  auto options = of({"c"});
  options.type = "system_alert";
  CHECK_THAT(fault(options), ContainsSubstring("--type needs --payload"));
  options.payload = "{}";
  const auto plan = require_ok(make_publish_plan(options));
  CHECK(plan.source == PublishSource::built);
  CHECK(plan.type == message::Type::system_alert);
  options.type = "alert";
  CHECK_THAT(fault(options), ContainsSubstring("no type of message"));
  options = of({"c", "m"});
  options.payload = "{}";
  CHECK_THAT(fault(options), ContainsSubstring("--payload needs --type"));
}

TEST_CASE("lines come from stdin or a file, and are not repeated") {
  auto options = of({"c", "m"});
  options.ndjson = true;
  CHECK_THAT(fault(options), ContainsSubstring("--ndjson needs lines"));
  options.arguments[1] = "-";
  CHECK(require_ok(make_publish_plan(options)).lines);
  options.count = "2";
  CHECK_THAT(fault(options), ContainsSubstring("--count exclude"));
}

TEST_CASE("counts, rates and receivers are numbers that make sense") {
  auto options = of({"c", "m"});
  options.count = GENERATE("0", "x", "-1", "1.5");
  CHECK_THAT(fault(options), ContainsSubstring("--count"));
  options.count.reset();
  options.rate = GENERATE("0", "x", "-1", "inf");
  CHECK_THAT(fault(options), ContainsSubstring("--rate"));
  options.rate = "0.5";
  options.require_receivers = "0";
  CHECK_THAT(fault(options), ContainsSubstring("--require-receivers"));
  options.require_receivers = "2";
  const auto plan = require_ok(make_publish_plan(options));
  CHECK(plan.rate == 0.5);
  CHECK(plan.receivers == 2);
}

TEST_CASE("a replay has a speed and perhaps a channel, and nothing else") {
  PublishOptions options;
  options.replay = "f";
  CHECK(require_ok(make_publish_plan(options)).replay.speed == 1);
  options.speed = "2x";
  CHECK(require_ok(make_publish_plan(options)).replay.speed == 2);
  options.speed = "0.5x";
  CHECK(require_ok(make_publish_plan(options)).replay.speed == 0.5);
  options.speed = "max";
  options.to = "c";
  const auto plan = require_ok(make_publish_plan(options));
  CHECK(plan.replay.speed == 0);
  CHECK(plan.replay.to == "c");
  options.to = "";
  CHECK_THAT(fault(options), ContainsSubstring("--to"));
  options.to.reset();
  options.speed = GENERATE("2", "x", "0x", "-1x", "fast", "", "infx", "nanx");
  CHECK_THAT(fault(options), ContainsSubstring("--speed"));
  options.speed.reset();
  options.rate = "5";
  CHECK_THAT(fault(options), ContainsSubstring("does not go with --rate"));
  options.rate.reset();
  options.arguments = {"c"};
  CHECK_THAT(fault(options), ContainsSubstring("does not go with a channel"));
}

TEST_CASE("speed and channel of a replay need one") {
  auto options = of({"c", "m"});
  options.to = "d";
  CHECK_THAT(fault(options), ContainsSubstring("--to needs --replay"));
  options.speed = "2x";
  CHECK_THAT(fault(options), ContainsSubstring("--speed needs --replay"));
}
