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
  const auto error = require_error(find_route(options), ErrorKind::usage);
  CHECK_FALSE(error.hint.empty());
  return error.message;
}

}  // namespace

TEST_CASE("a message is taken from exactly one place") {
  CHECK(require_ok(find_route(of({"c", "m"}))).source == PublishSource::argument);
  CHECK(require_ok(find_route(of({"c", ""}))).text.empty());
  CHECK(require_ok(find_route(of({"c", "-"}))).source == PublishSource::standard_input);
  auto options = of({"c"});
  CHECK_THAT(fault(options), ContainsSubstring("no message given"));
  options.file = "f";
  CHECK(require_ok(find_route(options)).source == PublishSource::file);
  options.arguments.emplace_back("m");
  CHECK_THAT(fault(options), ContainsSubstring("more than one message source"));
  CHECK_THAT(fault(of({})), ContainsSubstring("no channel"));
  CHECK_THAT(fault(of({""})), ContainsSubstring("no channel"));
  CHECK_THAT(fault(of({"c", "two", "words"})), ContainsSubstring("got 2"));
}

TEST_CASE("a built message needs type and payload") {
  auto options = of({"c"});
  options.type = message::Type::system_alert;
  CHECK_THAT(fault(options), ContainsSubstring("--type needs --payload"));
  options.payload = "{}";
  const auto plan = require_ok(find_route(options));
  CHECK(plan.source == PublishSource::built);
  CHECK(plan.text == "{}");
  options = of({"c", "m"});
  options.payload = "{}";
  CHECK_THAT(fault(options), ContainsSubstring("--payload needs --type"));
}

TEST_CASE("lines come from stdin or a file, and are not repeated") {
  auto options = of({"c", "m"});
  options.ndjson = true;
  CHECK_THAT(fault(options), ContainsSubstring("--ndjson needs lines"));
  options.arguments[1] = "-";
  CHECK(require_ok(find_route(options)).source == PublishSource::standard_input);
  options.count = 2;
  CHECK_THAT(fault(options), ContainsSubstring("--count cannot"));
}

TEST_CASE("a rate is more than nothing") {
  CHECK(require_ok(parse_rate("0.5")) == 0.5);
  const auto* const text = GENERATE("0", "x", "-1", "inf");
  const auto error = require_error(parse_rate(text), ErrorKind::usage);
  CHECK_THAT(error.message, ContainsSubstring("--rate"));
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("a speed is how many times as fast, or max") {
  CHECK(require_ok(parse_speed("2x")) == 2);
  CHECK(require_ok(parse_speed("0.5x")) == 0.5);
  CHECK(require_ok(parse_speed("max")) == 0);
  const auto* const text = GENERATE("2", "x", "0x", "-1x", "fast", "", "infx", "nanx");
  const auto error = require_error(parse_speed(text), ErrorKind::usage);
  CHECK_THAT(error.message, ContainsSubstring("--speed"));
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("a replay has a speed and perhaps a channel, and nothing else") {
  PublishOptions options;
  options.replay = "f";
  options.speed = 2;
  CHECK(require_ok(find_route(options)).source == PublishSource::replay);
  CHECK(require_ok(find_route(options)).channel.empty());
  options.to = "c";
  CHECK(require_ok(find_route(options)).channel == "c");
  options.to = "";
  CHECK_THAT(fault(options), ContainsSubstring("--to"));
  options.to.reset();
  options.rate = 5;
  CHECK_THAT(fault(options), ContainsSubstring("cannot be used with --rate"));
  options.rate.reset();
  options.arguments = {"c"};
  CHECK_THAT(fault(options), ContainsSubstring("cannot be used with a channel"));
}

TEST_CASE("speed and channel of a replay need one") {
  auto options = of({"c", "m"});
  options.to = "d";
  CHECK_THAT(fault(options), ContainsSubstring("--to needs --replay"));
  options.speed = 2;
  CHECK_THAT(fault(options), ContainsSubstring("--speed needs --replay"));
}
