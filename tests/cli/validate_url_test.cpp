#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "cli/document.hpp"
#include "cli/run_cli.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::RedisServer;
using fogis::testing::require_document;
using fogis::testing::ReservedPort;
using fogis::testing::run_cli;

TEST_CASE("a valid URL is shown part by part") {
  const auto outcome = run_cli({"validate-url", "rediss://alice:secret@example.org:6380/2"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  CHECK(outcome.output ==
        "✓ rediss://alice:***@example.org:6380/2\n"
        "  scheme          rediss\n"
        "  username        alice\n"
        "  password        ***\n"
        "  host            example.org\n"
        "  port            6380\n"
        "  database        2\n");
}

TEST_CASE("a fault is marked under the masked URL at its place") {
  const auto outcome = run_cli({"validate-url", "redis://:a-long-secret@example.org:6379/x"});
  CHECK(outcome.exit_code == 1);
  const auto caret = std::string("✗ redis://***@example.org:6379/").size() - 2;  // ✗ has 3 bytes
  CHECK_THAT(outcome.output, StartsWith("✗ redis://***@example.org:6379/***\n" +
                                        std::string(caret, ' ') + "^^^\n"));
  CHECK_THAT(outcome.output, !ContainsSubstring("a-long-secret"));
}

TEST_CASE("without UTF-8 and colour the marks are words") {
  const auto outcome = run_cli({"validate-url", "redis://h:6379", "nonsense"}, {{"LANG", "C"}});
  CHECK_THAT(outcome.output, ContainsSubstring("ok   redis://h:6379\n"));
  CHECK_THAT(outcome.output, ContainsSubstring("FAIL nonsense\n     ^"));
}

TEST_CASE("control characters in a URL never reach the terminal") {
  const auto outcome = run_cli({"validate-url", "redis://h\x1b[31m:6379\n/0"});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output, !ContainsSubstring("\x1b"));
}

TEST_CASE("any number of URLs may be given; one invalid one fails them all") {
  CHECK(run_cli({"validate-url", "redis://a:1", "redis://b:2"}).exit_code == 0);
  const auto outcome = run_cli({"validate-url", "--json", "redis://a:1", "redis://b:x"});
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "validate-url");
  CHECK(document["valid"] == false);
  CHECK(document["urls"][0]["valid"] == true);
  CHECK(document["urls"][0]["parts"]["port"] == 1);
  CHECK(document["urls"][1]["faults"][0]["part"] == "port");
}

TEST_CASE("quiet shows only what is wrong") {
  const auto outcome = run_cli({"validate-url", "-q", "redis://a:1", "nonsense"});
  CHECK_THAT(outcome.output, !ContainsSubstring("redis://a:1"));
  CHECK_THAT(outcome.output, ContainsSubstring("nonsense"));
}

TEST_CASE("URLs are read from stdin, one a line") {
  fogis::testing::ProgramOptions options;
  options.arguments = {"validate-url", "--json", "-"};
  options.input = "redis://a:1\r\n\n\nredis://b:x";
  const auto outcome = fogis::testing::run_binary(options);
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "validate-url");
  REQUIRE(document["urls"].size() == 2);
  CHECK(document["urls"][0]["line"] == 1);
  CHECK(document["urls"][1]["line"] == 4);
}

TEST_CASE("a stdin that is no list of URLs is told") {
  fogis::testing::ProgramOptions options;
  options.program = "sh";
  options.arguments = {"-c", "\"$0\" validate-url - < /", fogis::testing::binary()};
  const auto directory = fogis::testing::run_binary(options);
  CHECK(directory.exit_code == 2);
  CHECK_THAT(directory.error, ContainsSubstring("cannot read stdin: ") &&
                                  ContainsSubstring("\nhint: give it a list of URLs"));
  options.arguments[1] = "\"$0\" validate-url - < /dev/zero";
  const auto endless = fogis::testing::run_binary(options);
  CHECK(endless.exit_code == 2);
  CHECK_THAT(endless.error, ContainsSubstring("it is larger than 16777216 bytes"));
}

TEST_CASE("nothing to check is a usage error") {
  CHECK(run_cli({"validate-url"}).exit_code == 2);
  const auto empty = run_cli({"validate-url", "-"});
  CHECK(empty.exit_code == 2);
  CHECK_THAT(empty.error, ContainsSubstring("stdin holds no URL"));
  const auto twice = run_cli({"validate-url", "-", "-"});
  CHECK(twice.exit_code == 2);
  CHECK_THAT(twice.error, ContainsSubstring("\"-\" is given more than once"));
  const auto ephemeral = run_cli({"validate-url", "--ephemeral", "redis://h"});
  CHECK(ephemeral.exit_code == 2);
}

TEST_CASE("with --connect each valid URL is tried, with the exit code of the failure") {
  const RedisServer server({.arguments = {"--requirepass", "right"}, .tcp = true});
  const ReservedPort refused;
  const auto good = run_cli({"validate-url", "--connect", server.url()});
  CHECK(good.exit_code == 0);
  CHECK_THAT(good.output, ContainsSubstring("answers, redis "));
  const auto nobody = "redis://127.0.0.1:" + std::to_string(refused.number());
  const auto unreachable = run_cli({"validate-url", "--connect", "--json", server.url(), nobody});
  CHECK(unreachable.exit_code == 3);
  const auto document = require_document(unreachable.output, "validate-url");
  CHECK(document["urls"][0]["connect"]["connected"] == true);
  CHECK(document["urls"][1]["connect"]["error"]["code"] == "unreachable");
  const auto wrong = "redis://:wrong@127.0.0.1:" + std::to_string(server.port());
  const auto refused_login = run_cli({"validate-url", "--connect", wrong});
  CHECK(refused_login.exit_code == 4);
  CHECK_THAT(refused_login.output, ContainsSubstring("cannot log in to"));
  CHECK(run_cli({"validate-url", "--connect", nobody, "nonsense"}).exit_code == 1);
}
