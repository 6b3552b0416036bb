// No password reaches any output, wherever it was written and whatever happens.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

#include "cli/run_cli.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temp_dir.hpp"

using fogis::testing::Environment;
using fogis::testing::FakeServer;
using fogis::testing::RedisServer;
using fogis::testing::ReservedPort;
using fogis::testing::run_cli;
using fogis::testing::TempDir;
namespace fake = fogis::testing::fake;

namespace {

const std::string kMarker = "Zq7-marker-Zq7";

void check_hidden(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  const auto outcome = run_cli(arguments, environment);
  std::string line;
  for (const auto& argument : arguments) {
    line += argument + " ";
  }
  INFO(line << "\n" << outcome.output << outcome.error);
  CHECK_FALSE((outcome.output + outcome.error).empty());
  CHECK(outcome.output.find(kMarker) == std::string::npos);
  CHECK(outcome.error.find(kMarker) == std::string::npos);
}

/// Every command in every format and verbosity, with the connection options that hold the secret.
void check_everywhere(const std::vector<std::string>& options,
                      const Environment& environment = {}) {
  for (const auto* const verbosity : {"-q", "-v"}) {
    for (const auto* const format : {"text", "json"}) {
      for (const auto* const command : {"ping", "config", "test-suite"}) {
        auto arguments = options;
        arguments.insert(arguments.end(), {command, verbosity, "-o", format, "--timeout", "500ms"});
        if (std::string(command) == "test-suite") {
          arguments.insert(arguments.end(), {"--only", "connection,acl"});
        }
        check_hidden(arguments, environment);
      }
    }
  }
  for (const auto* const format : {"junit", "github", "markdown"}) {
    auto arguments = options;
    arguments.insert(arguments.end(), {"test-suite", "--only", "connection", "-o", format});
    check_hidden(arguments, environment);
  }
}

}  // namespace

TEST_CASE("a password in the URL is shown nowhere, right or wrong") {
  const auto expected = GENERATE(kMarker, std::string("another"));
  const RedisServer server({.arguments = {"--requirepass", expected}, .tcp = true});
  const auto url = "redis://default:" + kMarker + "@127.0.0.1:" + std::to_string(server.port());
  check_everywhere({"-u", url});
}

TEST_CASE("a password in a variable is shown nowhere") {
  const RedisServer server({.arguments = {"--requirepass", kMarker}, .tcp = true});
  const auto plain = "redis://127.0.0.1:" + std::to_string(server.port());
  const auto* const name = GENERATE("REDIS_PASSWORD", "REDISCLI_AUTH");
  check_everywhere({"-u", plain}, {{name, kMarker}});
}

TEST_CASE("a URL with a password in REDIS_URL is shown nowhere") {
  const ReservedPort refused;
  check_everywhere({}, {{"REDIS_URL", "redis://:" + kMarker +
                                          "@127.0.0.1:" + std::to_string(refused.number())}});
}

TEST_CASE("a password file's content is shown nowhere") {
  const RedisServer server({.arguments = {"--requirepass", "another"}, .tcp = true});
  const TempDir folder;
  const auto file = folder.write("password", kMarker + "\n");
  check_everywhere(
      {"--password-file", file, "-u", "redis://127.0.0.1:" + std::to_string(server.port())});
}

TEST_CASE("a server that echoes the password cannot make us show it") {
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{1},
       fake::Send{"-ERR unknown command 'AUTH', with args beginning with: '" + kMarker + "'\r\n"},
       fake::Close{}, fake::Repeat{}});
  const auto url = "redis://:" + kMarker + "@127.0.0.1:" + std::to_string(server.port());
  check_everywhere({"-u", url});
}

TEST_CASE("mistakes in which a password stands are told without it") {
  const auto url = "redis://:" + kMarker + "@h";
  const std::vector<std::vector<std::string>> mistakes{
      {"ping", url},
      {"ping", "-a", kMarker},
      {"ping", "-a" + kMarker},
      {"ping", "--pass=" + kMarker},
      {"ping", "--password", kMarker},
      {"ping", "--urll=" + url},
      {"ping", "-uu" + url},
      {"ping", "-u", url + ":port"},
      {"ping", "-u", "redis://h:" + kMarker},
      {"ping", "-u", "redis:/" + kMarker + "@h"},
      {"ping", "-u", "user:" + kMarker + "@h"},
      {url},
      {"config", url, "--json"},
      {"validate-url", url, "--json"},
      {"validate-url", url + "/x", "-v"},
      {"validate-url", "redis://h?password=" + kMarker},
      {"validate-url", "http://user:" + kMarker + "@h"},
      {"ping", "--json", "-u", url, "--timeout", "bad"},
  };
  for (const auto& arguments : mistakes) {
    check_hidden(arguments);
  }
}

TEST_CASE("option --connect shows no password either") {
  const RedisServer server({.arguments = {"--requirepass", "another"}, .tcp = true});
  const auto url = "redis://:" + kMarker + "@127.0.0.1:" + std::to_string(server.port());
  check_hidden({"validate-url", "--connect", "-v", url});
  check_hidden({"validate-url", "--connect", "--json", url});
}
