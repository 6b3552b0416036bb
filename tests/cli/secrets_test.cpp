// No password reaches any output, wherever it was written and whatever happens.
#include <sys/types.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/run_cli.hpp"
#include "support/fake_server.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temp_dir.hpp"

using fogis::testing::Environment;
using fogis::testing::FakeServer;
using fogis::testing::Process;
using fogis::testing::ProgramOptions;
using fogis::testing::read_file;
using fogis::testing::RedisServer;
using fogis::testing::ReservedPort;
using fogis::testing::run_cli;
using fogis::testing::TempDir;
namespace fake = fogis::testing::fake;

namespace {

const std::string kMarker = "Zq7-marker-Zq7";
/// What needs percent-encoding in a URL, and how it is written there.
const std::string kOddMarker = "Zq7/mark@er:%Zq7";
const std::string kOddMarkerInUrl = "Zq7%2Fmark%40er%3A%25Zq7";

/// A command and one way to run it that is over soon. A new command joins by a row; that every
/// command has one is tested.
struct Row {
  std::string command;
  std::vector<std::string> arguments = {};
  std::vector<std::string> formats = {"text", "json"};
  bool connects = false;  ///< its exit code tells whether the password was used
  int success = 0;        ///< the exit code with the right password
  bool may_be_silent = false;
  bool writes_junit = false;
};

const std::vector<std::string> kReportFormats{"text", "json", "junit", "github", "markdown"};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {.command = "ping", .connects = true},
      {.command = "config"},
      {.command = "validate-url", .arguments = {"redis://localhost:nonsense"}},
      {.command = "test-suite",
       .arguments = {"--only", "connection,acl"},
       .formats = kReportFormats,
       .connects = true,
       .writes_junit = true},
      // Nobody listens: the answer is no.
      {.command = "integration",
       .arguments = {"--observe", "10ms"},
       .formats = kReportFormats,
       .connects = true,
       .success = 1,
       .writes_junit = true},
      {.command = "monitor",
       .arguments = {"--interval", "10ms", "--canary"},
       .formats = {"text", "json", "prometheus"},
       .connects = true,
       .success = 1},
      {.command = "monitor", .arguments = {"--interval", "10ms"}, .formats = {"nagios"}},
      {.command = "publish", .arguments = {"fogis:test:secrets", "hello"}, .connects = true},
      {.command = "subscribe",
       .arguments = {"fogis:test:secrets", "--duration", "10ms"},
       .formats = {"text", "json", "raw"},
       .connects = true,
       .may_be_silent = true},
      {.command = "validate-message", .arguments = {"-"}, .formats = kReportFormats},
      {.command = "help", .formats = {"text"}},
      {.command = "completion", .arguments = {"bash"}, .formats = {"text"}},
  };
  return all;
}

std::string shown(const std::vector<std::string>& arguments) {
  std::string line;
  for (const auto& argument : arguments) {
    line += argument + " ";
  }
  return line;
}

void check_text(const std::string& text) {
  for (const auto& secret : {kMarker, kOddMarker, kOddMarkerInUrl}) {
    CHECK(text.find(secret) == std::string::npos);
  }
}

/// Returns the exit code.
int check_hidden(const std::vector<std::string>& arguments, const Environment& environment = {},
                 const std::string& input = {}, bool may_be_silent = false) {
  ProgramOptions options;
  options.arguments = arguments;
  options.input = input;
  options.environment.insert(environment.begin(), environment.end());
  const auto outcome = fogis::testing::run_binary(options);
  INFO(shown(arguments) << "\n" << outcome.output << outcome.error);
  CHECK((may_be_silent || !(outcome.output + outcome.error).empty()));
  check_text(outcome.output);
  check_text(outcome.error);
  return outcome.exit_code;
}

/// Where a password stands, for a server on this port.
struct Place {
  std::string what;
  std::function<std::vector<std::string>(const std::string& address)> options;
  std::function<Environment(const std::string& address)> environment;
  std::string password = kMarker;
};

/// A file that holds the marker, for the whole program.
const std::string& password_file() {
  static const TempDir directory;
  static const auto file = directory.write("password", kMarker + "\n");
  return file;
}

Environment no_environment(const std::string& /*address*/) {
  return {};
}

std::vector<std::string> plain_url(const std::string& address) {
  return {"-u", "redis://" + address};
}

Place in_url(const std::string& what, const std::string& login, const std::string& password) {
  return {what, [login](const std::string& address) { return plain_url(login + "@" + address); },
          no_environment, password};
}

Place in_variable(const std::string& name) {
  return {name, plain_url, [name](const std::string&) { return Environment{{name, kMarker}}; }};
}

Place simple_url() {
  return in_url("URL", "default:" + kMarker, kMarker);
}
Place encoded_url() {
  return in_url("percent-encoded URL", ":" + kOddMarkerInUrl, kOddMarker);
}
Place password_variable() {
  return in_variable("REDIS_PASSWORD");
}
Place cli_variable() {
  return in_variable("REDISCLI_AUTH");
}

Place in_file() {
  return {"--password-file",
          [](const std::string& address) {
            return std::vector<std::string>{"--password-file", password_file(), "-u",
                                            "redis://" + address};
          },
          no_environment};
}

Place url_variable() {
  return {"REDIS_URL", [](const std::string&) { return std::vector<std::string>(); },
          [](const std::string& address) {
            return Environment{{"REDIS_URL", "redis://:" + kMarker + "@" + address}};
          }};
}

std::vector<Place> places() {
  return {simple_url(),   encoded_url(), password_variable(),
          cli_variable(), in_file(),     url_variable()};
}

/// The row in every format and verbosity.
void check_row(const Row& row, const std::vector<std::string>& options,
               const Environment& environment, int exit_code) {
  const std::vector<std::vector<std::string>> verbosities{{}, {"-q"}, {"-v"}};
  for (const auto& format : row.formats) {
    for (const auto& verbosity : verbosities) {
      const TempDir directory;
      std::vector<std::string> arguments{row.command, "-o",        format, "--timeout",
                                         "2s",        "--retries", "0"};
      for (const auto& more : {options, row.arguments, verbosity}) {
        arguments.insert(arguments.end(), more.begin(), more.end());
      }
      if (row.writes_junit) {
        arguments.insert(arguments.end(), {"--junit", directory / "report.xml"});
      }
      const int ended = check_hidden(arguments, environment, {}, row.may_be_silent);
      INFO(shown(arguments));
      if (row.connects) {
        CHECK(ended == (exit_code == 0 ? row.success : exit_code));
      }
      check_text(read_file(directory / "report.xml"));
    }
  }
}

/// How the server takes the password, and the exit code that tells.
enum class Server : std::uint8_t { accepts = 0, is_away = 3, refuses = 4 };

/// Every row with the password in this place.
void check_place(const Place& place) {
  const auto kind = GENERATE(Server::accepts, Server::refuses, Server::is_away);
  const ReservedPort refused;
  std::optional<RedisServer> server;
  auto port = refused.number();
  if (kind != Server::is_away) {
    server.emplace(RedisServer::Options{
        .arguments = {"--requirepass", kind == Server::accepts ? place.password : "another"},
        .tcp = true});
    port = server->port();
  }
  const auto address = "127.0.0.1:" + std::to_string(port);
  INFO("the server's exit code: " << static_cast<int>(kind));
  for (const auto& row : rows()) {
    check_row(row, place.options(address), place.environment(address), static_cast<int>(kind));
  }
}

/// What /proc shows everybody about a process and its children.
std::string command_lines(pid_t pid) {
  const auto directory = "/proc/" + std::to_string(pid);
  auto text = read_file(directory + "/cmdline") + "\n";
  std::istringstream children(read_file(directory + "/task/" + std::to_string(pid) + "/children"));
  for (pid_t child = 0; children >> child;) {
    text += command_lines(child);
  }
  return text;
}

}  // namespace

TEST_CASE("no command is without a row for its secrets") {
  const auto help = run_cli({"--help"}).output;
  const auto begin = help.find("Commands:\n");
  REQUIRE(begin != std::string::npos);
  std::istringstream lines(help.substr(begin, help.find("\n\n", begin) - begin));
  std::string line;
  std::getline(lines, line);
  std::set<std::string> commands;
  while (std::getline(lines, line)) {
    constexpr std::size_t kIndent = 2;
    if (line.find_first_not_of(' ') != kIndent) {
      continue;  // the rest of a summary
    }
    const auto command = line.substr(kIndent, line.find(' ', kIndent) - kIndent);
    INFO(command);
    CHECK(std::any_of(rows().begin(), rows().end(),
                      [&](const Row& row) { return row.command == command; }));
    commands.insert(command);
  }
  for (const auto& row : rows()) {
    CHECK(commands.contains(row.command));
  }
}

// A test case for each place: under a sanitizer they take long, and CTest runs them side by side.
TEST_CASE("a password in a URL is shown nowhere") {
  check_place(simple_url());
}

TEST_CASE("a percent-encoded password in a URL is shown nowhere") {
  check_place(encoded_url());
}

TEST_CASE("a password in REDIS_PASSWORD is shown nowhere") {
  check_place(password_variable());
}

TEST_CASE("a password in REDISCLI_AUTH is shown nowhere") {
  check_place(cli_variable());
}

TEST_CASE("a password in a file is shown nowhere") {
  check_place(in_file());
}

TEST_CASE("a password in REDIS_URL is shown nowhere") {
  check_place(url_variable());
}

TEST_CASE("neither the server's clients nor the system's processes show a password") {
  const auto place = GENERATE(from_range(places()));
  const auto protocol = GENERATE("2", "3");
  const RedisServer server(
      {.arguments = {"--requirepass", place.password, "--slowlog-log-slower-than", "0"},
       .tcp = true});
  const auto address = "127.0.0.1:" + std::to_string(server.port()) + "/0?protocol=" + protocol;
  ProgramOptions options;
  options.arguments = {"ping", "--count", "1000", "--interval", "10s"};
  const auto more = place.options(address);
  options.arguments.insert(options.arguments.end(), more.begin(), more.end());
  const auto environment = place.environment(address);
  options.environment.insert(environment.begin(), environment.end());
  Process process(options);
  process.wait_for_output("  ping ");
  INFO(place.what);
  auto client = server.client();
  const auto clients = client.command({"CLIENT", "LIST"});
  CHECK(clients.find("name=fogis-redis") != std::string::npos);
  check_text(clients);
  check_text(client.command({"SLOWLOG", "GET", "100"}));
  check_text(client.command({"ACL", "LOG"}));
  if (place.what.find("URL") == std::string::npos || place.what == "REDIS_URL") {
    check_text(command_lines(process.pid()));
  }
}

TEST_CASE("a private server is not told the password of another one") {
  ProgramOptions options;
  options.arguments = {"--ephemeral", "ping", "--count", "1000", "--interval", "10s"};
  options.environment["REDIS_PASSWORD"] = kMarker;
  options.environment["REDIS_URL"] = "redis://:" + kMarker + "@localhost";
  Process process(options);
  process.wait_for_output("  ping ");
  const auto lines = command_lines(process.pid());
  CHECK(lines.find("redis-server") != std::string::npos);
  check_text(lines);
  check_text(process.output() + process.error());
}

TEST_CASE("URLs on stdin are shown without their passwords") {
  for (const auto* const format : {"text", "json"}) {
    check_hidden({"validate-url", "-", "-o", format}, {},
                 "redis://:" + kMarker + "@localhost\nredis://:" + kMarker + "@h:x\n");
  }
}

TEST_CASE("a server that echoes the password cannot make us show it") {
  FakeServer server(
      {fake::Accept{}, fake::ReadCommands{1},
       fake::Send{"-ERR unknown command 'AUTH', with args beginning with: '" + kMarker + "'\r\n"},
       fake::Close{}, fake::Repeat{}});
  const auto url = "redis://:" + kMarker + "@127.0.0.1:" + std::to_string(server.port());
  for (const auto& row : rows()) {
    check_row(row, {"-u", url}, {}, 1);
  }
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
