#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "cli/document.hpp"
#include "cli/run_cli.hpp"
#include "cli/xml.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::testing::Outcome;
using fogis::testing::read_file;
using fogis::testing::RedisServer;
using fogis::testing::require_document;
using fogis::testing::ReservedPort;
using fogis::testing::run_binary;
using fogis::testing::run_cli;
using fogis::testing::TempDir;
using fogis::testing::xml_faults;

namespace {

Outcome suite(const std::string& url, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"test-suite", "-u", url};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_cli(arguments);
}

}  // namespace

TEST_CASE("the suite passes on a real server and leaves no key there") {
  const RedisServer server;
  const auto outcome = suite(server.url(), {"--json", "--operations", "50"});
  const auto document = require_document(outcome.output, "test-suite");
  CHECK(outcome.exit_code == 0);
  CHECK(document["passed"] == true);
  CHECK(document["checks"].size() >= 16);
  CHECK(document["counts"]["fail"] == 0);
  CHECK(document["counts"]["error"] == 0);
  CHECK(document["leftovers"].empty());
  CHECK_THAT(document["server"].get<std::string>(), StartsWith("redis "));
  CHECK(server.raw({"DBSIZE"}) == "0");
}

TEST_CASE("the table has a row for each check within 80 columns, and a verdict") {
  const RedisServer server;
  const auto outcome = suite(server.url(), {"--operations", "50"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.error.empty());
  CHECK_THAT(outcome.output, StartsWith("✓ connection "));
  CHECK_THAT(outcome.output, ContainsSubstring("\nPASS "));
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(fogis::text_width(line) <= 80);
  }
}

TEST_CASE("quiet shows failures and the verdict alone") {
  const RedisServer server;
  const auto good = suite(server.url(), {"-q", "--only", "connection,pub-sub"});
  CHECK_THAT(good.output, StartsWith("PASS 2 checks: 2 pass;"));
  const auto bad = suite(server.url(), {"-q", "--only", "performance", "--min-ops", "1000000000",
                                        "--operations", "50"});
  CHECK(bad.exit_code == 1);
  CHECK_THAT(bad.output, StartsWith("✗ performance "));
}

TEST_CASE("verbose adds measured values below the rows, and statistics on stderr") {
  const RedisServer server;
  const auto outcome = suite(server.url(), {"-v", "--only", "performance", "--operations", "50"});
  CHECK_THAT(outcome.output, ContainsSubstring("p99"));
  CHECK_THAT(outcome.error, ContainsSubstring("connections: "));
}

TEST_CASE("checks are chosen and left out by id") {
  const RedisServer server;
  const auto only = require_document(
      suite(server.url(), {"--json", "--only", "pub-sub", "--only", "connection,fan-out"}).output,
      "test-suite");
  CHECK(only["checks"].size() == 3);
  const auto skip = require_document(
      suite(server.url(), {"--json", "--only", "pub-sub,fan-out", "--skip", "fan-out"}).output,
      "test-suite");
  CHECK(skip["checks"].size() == 1);
  const auto unknown = suite(server.url(), {"--only", "pub-sbu"});
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.error, ContainsSubstring("pub-sbu") && ContainsSubstring("pub-sub"));
}

TEST_CASE("option --repeat runs the checks again and numbers the runs") {
  const RedisServer server;
  const auto outcome = suite(server.url(), {"--repeat", "2", "--only", "connection"});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("✓ connection #2"));
}

TEST_CASE("option --list shows every check without a server") {
  const auto outcome = run_cli({"test-suite", "--list"}, {{"REDIS_URL", "redis://nohost.invalid"}});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, StartsWith("connection "));
  CHECK_THAT(outcome.output, ContainsSubstring("\nserver-health "));
  const auto as_json =
      require_document(run_cli({"test-suite", "--list", "--json"}).output, "check-list");
  CHECK(as_json["checks"].size() >= 16);
  const auto junit = run_cli({"test-suite", "--list", "-o", "junit"});
  CHECK(junit.exit_code == 2);
  CHECK_THAT(junit.error, ContainsSubstring("write text or json"));
}

TEST_CASE("a limit that is not held fails the suite, and a lower rate lets it pass") {
  const RedisServer server;
  const std::vector<std::string> work{
      "--only", "connection,performance", "--operations", "50", "--max-p99", "1us"};
  const auto failed = suite(server.url(), work);
  CHECK(failed.exit_code == 1);
  CHECK_THAT(failed.output, ContainsSubstring("✗ performance") && ContainsSubstring("\nFAIL "));
  auto lenient = work;
  lenient.insert(lenient.end(), {"--min-success-rate", "50"});
  CHECK(suite(server.url(), lenient).exit_code == 0);
}

TEST_CASE("option --strict fails on a warning") {
  const RedisServer server;  // without maxmemory, which is worth a warning
  const std::vector<std::string> work{"--only", "server-configuration"};
  const auto normal = suite(server.url(), work);
  CHECK(normal.exit_code == 0);
  CHECK_THAT(normal.output, StartsWith("! server-configuration"));
  auto strict = work;
  strict.emplace_back("--strict");
  const auto outcome = suite(server.url(), strict);
  CHECK(outcome.exit_code == 1);
  const std::string named = "every check passes (--strict); server-configuration: warn\n";
  CHECK_THAT(outcome.output, ContainsSubstring("\nrequired: " + named));
  strict.emplace_back("-q");
  CHECK_THAT(suite(server.url(), strict).output,
             StartsWith("! server-configuration") && ContainsSubstring(named));
  strict.insert(strict.end(), {"-o", "markdown"});
  CHECK_THAT(suite(server.url(), strict).output, ContainsSubstring("required: every check passes"));
}

TEST_CASE("a pub-sub that could not be judged is named as what failed the run") {
  const RedisServer server({.users = {"mute on >pw ~* &* +@all -subscribe"}});
  const auto outcome =
      suite("unix://mute:pw@" + server.socket_path(), {"--only", "connection,pub-sub", "-q"});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(outcome.output,
             ContainsSubstring("required: pub-sub is judged; it was skipped: NOPERM"));
}

TEST_CASE("an unreachable server is an error of the connection, the rest is skipped") {
  const ReservedPort refused;
  const auto url = "redis://127.0.0.1:" + std::to_string(refused.number());
  const TempDir directory;
  const auto file = directory / "report.xml";
  const auto outcome = suite(url, {"--json", "--junit", file});
  CHECK(outcome.exit_code == 3);
  const auto document = require_document(outcome.output, "test-suite");
  CHECK(document["error"]["code"] == "unreachable");
  CHECK(document["checks"][0]["status"] == "error");
  CHECK(document["checks"][1]["status"] == "skip");
  CHECK(document["passed"] == false);
  CHECK_THAT(outcome.error, StartsWith("error: cannot reach " + url));
  const auto xml = read_file(file);
  CHECK(xml_faults(xml).empty());
  CHECK_THAT(xml, ContainsSubstring("errors=\"1\""));
}

TEST_CASE("a report that nobody reads is told, and does not hold up the end") {
  const RedisServer server;
  const TempDir directory;
  const auto pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto outcome = suite(server.url(), {"--only", "connection", "--junit", pipe});
  CHECK(outcome.exit_code == 5);
  CHECK_THAT(outcome.output, ContainsSubstring("PASS 1 check"));
  CHECK_THAT(outcome.error, ContainsSubstring("no process reads it\nhint: start its reader first"));
}

TEST_CASE("a cause that all skipped checks share is told once") {
  const ReservedPort refused;
  const auto outcome = suite("redis://127.0.0.1:" + std::to_string(refused.number()));
  const std::string cause = "there is no connection";
  const auto first = outcome.output.find(cause);
  REQUIRE(first != std::string::npos);
  CHECK(outcome.output.find(cause, first + 1) == std::string::npos);
}

TEST_CASE("refused credentials and rights have their exit code") {
  const RedisServer server({.arguments = {"--requirepass", "right"}, .tcp = true});
  const auto port = std::to_string(server.port());
  const auto missing = suite("redis://127.0.0.1:" + port, {"--json"});
  CHECK(missing.exit_code == 4);
  CHECK(require_document(missing.output, "test-suite")["error"]["code"] == "unauthenticated");
  CHECK(suite("redis://:wrong@127.0.0.1:" + port).exit_code == 4);
}

TEST_CASE("what the user may not do is skipped with the reason") {
  const RedisServer server({.users = {"reader on >pw ~* &* +@all -config -publish"}, .tcp = true});
  const auto outcome = suite("redis://reader:pw@127.0.0.1:" + std::to_string(server.port()),
                             {"--json", "--only", "pub-sub,basic-operations"});
  CHECK(outcome.exit_code == 1);  // what FOGIS needs could not be verified
  const auto document = require_document(outcome.output, "test-suite");
  CHECK(document["checks"][1]["status"] == "skip");
  CHECK_THAT(document["checks"][1]["cause"].get<std::string>(),
             ContainsSubstring("PUBLISH") || ContainsSubstring("publish"));
}

TEST_CASE("every format is written, and XML is well-formed") {
  const RedisServer server;
  const std::vector<std::string> work{"--only", "connection,server-configuration", "-o"};
  const auto in = [&](const char* format) {
    auto arguments = work;
    arguments.emplace_back(format);
    return suite(server.url(), arguments);
  };
  const auto junit = in("junit");
  CHECK(junit.exit_code == 0);
  CHECK(xml_faults(junit.output).empty());
  CHECK_THAT(junit.output, ContainsSubstring("<testsuite name=\"fogis-redis test-suite\""));
  CHECK(xml_faults("<a>").find("error") != std::string::npos);
  const auto github = in("github");
  CHECK_THAT(github.output, StartsWith("::warning title=fogis-redis server-configuration::"));
  CHECK_THAT(github.output, ContainsSubstring("\nPASS "));
  const auto markdown = in("markdown");
  CHECK_THAT(markdown.output, StartsWith("## fogis-redis test-suite: PASS\n"));
  CHECK_THAT(markdown.output, ContainsSubstring("| ✅ pass | connection |"));
}

TEST_CASE("option --junit replaces a file as a whole and leaves no other behind") {
  const RedisServer server;
  const TempDir directory;
  const auto file = directory.write("report.xml", "old content");
  const auto outcome = suite(server.url(), {"--only", "connection", "--junit", file});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("PASS "));
  CHECK(xml_faults(read_file(file)).empty());
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("option --report writes several reports of one run, each in its format") {
  const RedisServer server;
  const TempDir directory;
  const auto at = [&](const char* file) { return (directory.path() / file).string(); };
  const auto outcome = suite(server.url(), {"--only", "connection", "--report", "junit=" + at("a"),
                                            "--report", "markdown=" + at("b"), "--report",
                                            "json=" + at("c"), "--report", "github=" + at("d")});
  CHECK(outcome.exit_code == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("PASS "));
  CHECK(xml_faults(read_file(at("a"))).empty());
  CHECK_THAT(read_file(at("b")), StartsWith("## fogis-redis test-suite: PASS\n"));
  require_document(read_file(at("c")), "test-suite");
  CHECK_THAT(read_file(at("d")), StartsWith("PASS "));
}

TEST_CASE("a report to - is the output, in place of the text") {
  const TempDir directory;
  const auto run = [&](const std::vector<std::string>& arguments) {
    fogis::testing::ProgramOptions options;
    options.arguments = arguments;
    options.working_directory = directory.path().string();
    return run_binary(options);
  };
  const RedisServer server;
  const std::vector<std::string> one{"test-suite", "-u", server.url(), "--only", "connection"};
  const auto with = [&one](std::vector<std::string> more) {
    more.insert(more.begin(), one.begin(), one.end());
    return more;
  };
  const auto junit = run(with({"--junit", "-"}));
  CHECK(junit.exit_code == 0);
  CHECK(xml_faults(junit.output).empty());
  CHECK_THAT(run(with({"--report", "markdown=-", "--junit", "r.xml"})).output,
             StartsWith("## fogis-redis test-suite: PASS\n"));
  require_document(run(with({"--report", "json=-"})).output, "test-suite");
  require_document(run({"test-suite", "-u", "http://x", "--report", "json=-"}).output, "error");
  require_document(run({"test-suite", "--strct", "--report", "json=-"}).output, "error");
  require_document(run({"integration", "--strct", "--report=json=-"}).output, "error");
  const auto failed = run({"integration", "-u", "http://x", "--junit", "-"});
  CHECK(failed.exit_code == 2);
  CHECK(xml_faults(failed.output).empty());
  CHECK_FALSE(std::filesystem::exists(directory.path() / "-"));

  const auto both = run(with({"--junit", "-", "-o", "json"}));
  CHECK(both.exit_code == 2);
  CHECK_THAT(both.error, ContainsSubstring("json output and the report would both go to stdout"));
  require_document(both.output, "error");
  CHECK_THAT(run(with({"--junit", "-", "--report", "json=-"})).error,
             ContainsSubstring("two reports go to stdout"));
}

TEST_CASE("reports are written also when the command cannot start") {
  const TempDir directory;
  const auto at = [&](const char* file) { return (directory.path() / file).string(); };
  const std::vector<std::string> reports{"--junit",         at("a"), "--report",
                                         "json=" + at("b"), "-o",    "github"};
  const auto start = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), reports.begin(), reports.end());
    const auto outcome = run_cli(arguments);
    INFO(outcome.output);
    CHECK_THAT(outcome.output, StartsWith("::error title=fogis-redis start::"));
    const auto junit = read_file(at("a"));
    CHECK(xml_faults(junit).empty());
    CHECK_THAT(junit, ContainsSubstring("errors=\"1\"") && ContainsSubstring("name=\"start\""));
    require_document(read_file(at("b")), "error");
    return outcome.exit_code;
  };
  CHECK(start({"test-suite", "-u", "http://x"}) == 2);
  CHECK(start({"test-suite", "--only", "no-such-check"}) == 2);
  CHECK(start({"integration", "-u", "http://x"}) == 2);
  const ReservedPort refused;
  CHECK(start({"test-suite", "-u", "redis://127.0.0.1:" + std::to_string(refused.number()),
               "--wait", "50ms"}) == 3);
}

TEST_CASE("a report that has no place of its own is refused") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--report", "x=y"}, "unknown format \"x\""},
      {{"--report", "text=y"}, "write FORMAT=FILE, with json, junit, github or markdown"},
      {{"--report", "junit"}, "\"junit\" names no file"},
      {{"--report", "junit="}, "the name is empty"},
      {{"--report", "json=r", "--junit", "r"}, "two reports go to \"r\""},
  };
  for (const auto& [arguments, message] : cases) {
    const auto outcome = suite("redis://nohost.invalid", arguments);
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.error, ContainsSubstring(message));
  }
}

TEST_CASE("a --junit file that cannot be written is told before anything is run") {
  const TempDir directory;
  const std::vector<std::string> bad{"/nonexistent/directory/report.xml", directory.path().string(),
                                     ""};
  for (const auto& file : bad) {
    const auto outcome = suite("redis://nohost.invalid", {"--junit", file});
    INFO(outcome.error);
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.error, !ContainsSubstring("nohost"));
  }
}

TEST_CASE("a full disk at the end is an error of its own") {
  const RedisServer server;
  const auto outcome = suite(server.url(), {"--only", "connection", "--junit", "/dev/full"});
  CHECK(outcome.exit_code == 5);
  CHECK_THAT(outcome.error, ContainsSubstring("cannot write \"/dev/full\""));
}

TEST_CASE("options of the suite are judged before anything is tried") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--operations", "49"}, "--operations: \"49\" is not a whole number from 50 to 1000000"},
      {{"--operations", "1000001"}, "--operations"},
      {{"--operations", "many"}, "--operations"},
      {{"--payload-size", "0"}, "--payload-size"},
      {{"--payload-size", "1k"}, "--payload-size"},
      {{"--repeat", "0"}, "--repeat"},
      {{"--max-p99", "0"}, "--max-p99"},
      {{"--max-p99", "fast"}, "--max-p99"},
      {{"--min-ops", "-1"}, "--min-ops"},
      {{"--min-ops", "nan"}, "--min-ops"},
      {{"--min-success-rate", "101"}, "--min-success-rate: \"101\" is not a number from 0 to 100"},
      {{"--min-success-rate", "x"}, "--min-success-rate"},
      {{"--only", "nonsense"}, "unknown check \"nonsense\""},
      {{"--skip", ""}, "unknown check"},
  };
  for (const auto& [options, message] : cases) {
    const auto outcome = suite("redis://nohost.invalid", options);
    INFO(outcome.error);
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.error, ContainsSubstring(message));
    CHECK_THAT(outcome.error, ContainsSubstring("\nhint: "));
  }
}

TEST_CASE("nothing to run is no success") {
  const RedisServer server;
  const auto outcome = suite(server.url(), {"--only", "pub-sub", "--skip", "pub-sub"});
  CHECK(outcome.exit_code != 0);
}
