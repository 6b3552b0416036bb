#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/document.hpp"
#include "cli/run_cli.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::require_document;
using fogis::testing::run_cli;

namespace {

struct Mistake {
  std::vector<std::string> arguments;
  std::string message;
  std::string hint;
};

const std::vector<Mistake>& mistakes() {
  static const std::vector<Mistake> kMistakes{
      {{"pnig"}, "unknown command \"pnig\"", "did you mean ping?"},
      {{"zzzzzz"}, "unknown command \"zzzzzz\"", "fogis-redis --help lists all commands"},
      {{"ping", "--timeuot", "5s"}, "unknown option --timeuot", "did you mean --timeout?"},
      {{"ping", "--cuont=5"}, "unknown option --cuont", "did you mean --count?"},
      {{"ping", "--zzzzzz"}, "unknown option --zzzzzz", "fogis-redis ping --help"},
      {{"ping", "-timeout", "5s"}, "unknown option -t", "did you mean --timeout?"},
      {{"ping", "-Z"}, "unknown option -Z", "fogis-redis ping --help"},
      {{"ping", "-p", "6379"}, "unknown option -p", "-u redis://HOST:PORT"},
      {{"ping", "--port=6379"}, "unknown option --port", "-u redis://HOST:PORT"},
      {{"ping", "-n", "2"}, "unknown option -n", "--db N"},
      {{"--count", "5", "ping"}, "unknown option --count", "--count is an option of ping"},
      {{"config", "--count=5"}, "unknown option --count", "--count is an option of ping"},
      {{"config", "--junit", "x"}, "unknown option --junit", "an option of test-suite"},
      {{"ping", "extra"}, "unexpected argument \"extra\"", "fogis-redis ping --help"},
      {{"ping", "redis://h"}, "unexpected argument \"redis://h\"", "-u URL"},
      {{"ping", "config"}, "unexpected argument \"config\"", "fogis-redis ping --help"},
      {{"ping", "--db", "1", "--db", "2"}, "--db is given twice", "give it once"},
      {{"ping", "-u", "redis://a", "-u", "redis://a", "--url", "redis://a"},
       "--url is given 3 times",
       "give it once"},
      {{"ping", "--timeout"}, "--timeout needs a value", "write --timeout DUR"},
      {{"ping", "-u"}, "-u needs a value", "write -u URL"},
      {{"ping", "--timeout="}, "--timeout needs a value", "write --timeout DUR"},
      {{"ping", "--timeout=", "ping"}, "--timeout needs a value", "write --timeout DUR"},
      {{"--json=true", "ping"}, "--json takes no value", "write --json"},
      {{"--timeout", "5s"}, "no command given", "fogis-redis --help"},
      {{"ping", "--color", "pink"}, "--color: invalid value \"pink\"", "auto, always or never"},
      {{"ping", "-q", "-v"}, "--quiet and --verbose cannot be used together", "give one of them"},
      {{"ping", "-o", "yaml"}, "--output: unknown format \"yaml\"", "write text or json"},
      {{"ping", "-o", "junit"},
       "--output: this command does not support the format \"junit\"",
       "write text or json"},
      {{"test-suite", "-o", "yaml"},
       "--output: unknown format \"yaml\"",
       "write text, json, junit, github or markdown"},
      {{"ping", "--json", "-o", "text"},
       "--json and --output text cannot be used together",
       "give one of them"},
      {{"--ephemeral", "-u", "redis://h", "ping"},
       "--ephemeral and --url cannot be used together",
       "leave one of them out"},
      {{"publish", "c", "m", "--count", "0"},
       "--count: \"0\" is not a whole number from 1 to 1000000000",
       "--count takes"},
      {{"publish", "c", "m", "--count=1.5"}, "--count: \"1.5\" is not a whole number", "takes"},
      {{"publish", "c", "m", "--require-receivers", "0"},
       "--require-receivers: \"0\" is not a whole number from 1 to 1000000",
       "--require-receivers takes"},
      {{"publish", "c", "m", "--rate", "x"}, "--rate: \"x\" is not a number", "--rate takes"},
      {{"publish", "c", "m", "--rate", "0"}, "--rate: 0 would never send", "such as 100"},
      {{"publish", "c", "--type", "alert", "--payload", "{}"},
       "--type: \"alert\" is not known",
       "match_updates, processing_status or system_alert"},
      {{"publish", "--replay", "f", "--speed", "2"}, "--speed: invalid speed \"2\"", "2x"},
      {{"integration", "--flow", "me"}, "--flow: \"me\" is not known", "private, safe or live"},
      {{"monitor", "--prob"}, "unknown option --prob", "fogis-redis monitor --help"},
      {{"--", "ping", "-x"}, "unexpected argument \"-x\"", "fogis-redis ping --help"},
  };
  return kMistakes;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    widest = std::max(widest, fogis::text_width(line));
  }
  return widest;
}

}  // namespace

TEST_CASE("each mistake on the command line is named, with what to write instead") {
  for (const auto& mistake : mistakes()) {
    const auto outcome = run_cli(mistake.arguments);
    INFO(mistake.message << "\n" << outcome.error);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.output.empty());
    if (!mistake.message.starts_with("--json and")) {
      CHECK_THAT(outcome.error, StartsWith("error: " + mistake.message));
    }
    CHECK_THAT(outcome.error, ContainsSubstring(mistake.message));
    CHECK_THAT(outcome.error, ContainsSubstring("hint: "));
    CHECK_THAT(outcome.error, ContainsSubstring(mistake.hint));
  }
}

TEST_CASE("a usage error is a JSON document where JSON was asked for") {
  const auto arguments = GENERATE(std::vector<std::string>{"ping", "--json", "--bogus"},
                                  std::vector<std::string>{"-o", "json", "ping", "--bogus"},
                                  std::vector<std::string>{"-ojson", "ping", "--bogus"},
                                  std::vector<std::string>{"ping", "--bogus", "--output=json"});
  const auto outcome = run_cli(arguments);
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.error, StartsWith("error: unknown option --bogus"));
  const auto document = require_document(outcome.output, "error");
  CHECK(document["command"] == "ping");
  CHECK(document["error"]["code"] == "usage");
  CHECK(document["error"]["message"] == "unknown option --bogus");
}

TEST_CASE("FOGIS_OUTPUT chooses the format, an option wins over it") {
  const auto by_variable = run_cli({"config"}, {{"FOGIS_OUTPUT", "json"}});
  CHECK(by_variable.exit_code == 0);
  require_document(by_variable.output, "config");
  const auto by_option = run_cli({"config", "-o", "text"}, {{"FOGIS_OUTPUT", "json"}});
  CHECK_THAT(by_option.output, StartsWith("url "));
  const auto empty = run_cli({"config"}, {{"FOGIS_OUTPUT", ""}});
  CHECK_THAT(empty.output, StartsWith("url "));
  const auto bad = run_cli({"config"}, {{"FOGIS_OUTPUT", "yaml"}});
  CHECK(bad.exit_code == 2);
  CHECK_THAT(bad.error, StartsWith("error: FOGIS_OUTPUT: unknown format \"yaml\""));
}

TEST_CASE("a mistake is told as JSON where FOGIS_OUTPUT asks for it") {
  const auto outcome = run_cli({"pnig"}, {{"FOGIS_OUTPUT", "json"}});
  CHECK(outcome.exit_code == 2);
  CHECK(require_document(outcome.output, "error")["command"].is_null());
}

TEST_CASE("called without arguments it shows the usage, and fails") {
  const auto outcome = run_cli({});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.output.empty());
  CHECK_THAT(outcome.error, StartsWith("Usage: fogis-redis"));
  for (const auto* const command : {"ping", "validate-url", "config", "test-suite"}) {
    CHECK_THAT(outcome.error, ContainsSubstring(command));
  }
}

TEST_CASE("a host behind -h, as redis-cli takes it, is no request for help") {
  for (const auto& arguments : {std::vector<std::string>{"-h", "localhost", "-p", "1", "ping"},
                                std::vector<std::string>{"-h", "ping"},
                                std::vector<std::string>{"ping", "-h", "localhost"}}) {
    const auto outcome = run_cli(arguments);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.output.empty());
    CHECK_THAT(outcome.error, ContainsSubstring("write -u redis://HOST:PORT"));
  }
}

TEST_CASE("help goes to stdout, within 80 columns, and succeeds") {
  const auto arguments = GENERATE(
      std::vector<std::string>{"--help"}, std::vector<std::string>{"-h"},
      std::vector<std::string>{"ping", "-h"}, std::vector<std::string>{"--help", "ping"},
      std::vector<std::string>{"validate-url", "--help"}, std::vector<std::string>{"config", "-h"},
      std::vector<std::string>{"test-suite", "--help"});
  const auto outcome = run_cli(arguments);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  CHECK_THAT(outcome.output, ContainsSubstring("Usage: fogis-redis"));
  CHECK_THAT(outcome.output, ContainsSubstring("Examples:\n"));
  INFO(outcome.output);
  CHECK(widest_line(outcome.output) <= 80);
}

TEST_CASE("the tool's help names every command, option variable and exit code") {
  const auto outcome = run_cli({"--help"});
  for (const auto* const word : {"ping",
                                 "validate-url",
                                 "config",
                                 "test-suite",
                                 "-u, --url URL",
                                 "--ephemeral",
                                 "REDIS_URL",
                                 "REDIS_TIMEOUT",
                                 "REDIS_SOCKET_TIMEOUT",
                                 "REDIS_CONNECTION_TIMEOUT",
                                 "REDIS_MAX_RETRIES",
                                 "REDIS_RETRY_DELAY",
                                 "REDIS_USERNAME",
                                 "REDIS_PASSWORD",
                                 "REDISCLI_AUTH",
                                 "FOGIS_OUTPUT",
                                 "FOGIS_SERVICE_NAME",
                                 "NO_COLOR",
                                 "FORCE_COLOR",
                                 "130, 143",
                                 "--version"}) {
    CHECK_THAT(outcome.output, ContainsSubstring(word));
  }
}

TEST_CASE("the help of a command has its own options and those of no other") {
  const auto outcome = run_cli({"ping", "--help"});
  CHECK_THAT(outcome.output, ContainsSubstring("--count N"));
  CHECK_THAT(outcome.output, !ContainsSubstring("--junit"));
}

TEST_CASE("the usage line shows the arguments as one would type them") {
  const auto usage = [](const char* command) { return run_cli({command, "--help"}).output; };
  CHECK_THAT(usage("publish"),
             ContainsSubstring("Usage: fogis-redis publish [OPTIONS] CHANNEL [MESSAGE | -]\n"));
  CHECK_THAT(usage("validate-url"),
             ContainsSubstring("Usage: fogis-redis validate-url [OPTIONS] URL... | -\n"));
  CHECK_THAT(usage("subscribe"),
             ContainsSubstring("Usage: fogis-redis subscribe [OPTIONS] [CHANNEL...]\n"));
  CHECK_THAT(usage("validate-message"),
             ContainsSubstring("Usage: fogis-redis validate-message [OPTIONS] FILE... | -\n"));
  CHECK_THAT(usage("ping"), ContainsSubstring("Usage: fogis-redis ping [OPTIONS]\n"));
}

TEST_CASE("the help of monitor has --canary, and not its former name") {
  const auto outcome = run_cli({"monitor", "--help"});
  CHECK_THAT(outcome.output, ContainsSubstring("--canary"));
  CHECK_THAT(outcome.output, !ContainsSubstring("--probe"));
}

TEST_CASE("a bad value does not keep the help from being shown") {
  CHECK(run_cli({"ping", "--count", "x", "--help"}).exit_code == 0);
}

TEST_CASE("a bad value is told as JSON where JSON was asked for") {
  const auto outcome = run_cli({"ping", "-qojson", "--count", "x"});
  CHECK(outcome.exit_code == 2);
  CHECK(require_document(outcome.output, "error")["command"] == "ping");
}

TEST_CASE("an option's value may be the name of a command") {
  const auto outcome = run_cli({"--service", "ping", "config", "--json"});
  CHECK(outcome.exit_code == 0);
  require_document(outcome.output, "config");
}

TEST_CASE("help wins over what else is wrong") {
  const auto outcome = run_cli({"ping", "--help", "--bogus"});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("Usage: fogis-redis ping"));
}

TEST_CASE("the version is one line on stdout") {
  const auto outcome = run_cli({"--version"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  CHECK_THAT(outcome.output, Catch::Matchers::Matches("fogis-redis [0-9]+[.][0-9]+[.][0-9]+\n"));
}

TEST_CASE("the version in detail has the commit and every library that is linked in") {
  CHECK(run_cli({"-V"}).output == run_cli({"--version"}).output);
  const auto outcome = run_cli({"--version", "-v"});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith(run_cli({"--version"}).output));
  for (const auto* const text :
       {"\ncommit: ", "\nbuild: ", "\nhiredis: 1.", "\nopenssl: 3.", "\nc-ares: 1."}) {
    CHECK_THAT(outcome.output, ContainsSubstring(text));
  }
}

TEST_CASE("global options stand before or after the command") {
  const auto before = run_cli({"--json", "--timeout", "7s", "config"});
  const auto after = run_cli({"config", "--timeout=7s", "--json"});
  CHECK(before.exit_code == 0);
  CHECK(before.output == after.output);
  CHECK_THAT(before.output, ContainsSubstring("\"--timeout\""));
}

TEST_CASE("values in brackets and behind -- reach the command as they were written") {
  CHECK_THAT(run_cli({"validate-url", "[x]"}).output, StartsWith("✗ [x]\n"));
  const auto urls = require_document(run_cli({"validate-url", "--json", "[x,y]", "++"}).output,
                                     "validate-url")["urls"];
  REQUIRE(urls.size() == 2);
  CHECK(urls[0]["faults"][0]["code"] == "missing-scheme");
  CHECK_THAT(run_cli({"validate-url", "--", "-x"}).output, StartsWith("✗ -x\n"));
  CHECK_THAT(run_cli({"test-suite", "--only", "[x]"}).error, ContainsSubstring("\"[x]\""));
}

TEST_CASE("a flag given twice means what it means once") {
  const auto outcome = run_cli({"config", "--json", "--json"});
  CHECK(outcome.exit_code == 0);
  require_document(outcome.output, "config");
}
