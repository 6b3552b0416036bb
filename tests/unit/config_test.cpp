#include "config/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using fogis::ErrorKind;
using fogis::config::CommandLine;
using fogis::config::Entry;
using fogis::config::Environment;
using fogis::config::process_environment;
using fogis::config::Resolution;
using fogis::config::resolve;
using fogis::config::RespVersion;
using fogis::config::Source;
using fogis::config::Transport;

namespace {

Environment variables(std::map<std::string, std::string> table) {
  return [table = std::move(table)](std::string_view name) -> std::optional<std::string> {
    const auto found = table.find(std::string(name));
    return found == table.end() ? std::nullopt : std::optional(found->second);
  };
}

CommandLine with_url(std::string url) {
  CommandLine options;
  options.url = std::move(url);
  return options;
}

Entry entry(const Resolution& resolution, std::string_view name) {
  const auto found = std::find_if(resolution.entries.begin(), resolution.entries.end(),
                                  [&](const auto& candidate) { return candidate.name == name; });
  REQUIRE(found != resolution.entries.end());
  return *found;
}

bool warns(const Resolution& resolution, std::string_view code) {
  return std::any_of(resolution.warnings.begin(), resolution.warnings.end(),
                     [&](const auto& warning) { return warning.code == code; });
}

/// The one error of a resolution that must have exactly one.
fogis::Error only_error(const Resolution& resolution) {
  REQUIRE(resolution.errors.size() == 1);
  return resolution.errors.front();
}

/// Where a value comes from, in a form that Catch2 prints.
std::string origin(const Resolution& resolution, std::string_view setting) {
  const auto found = entry(resolution, setting);
  return std::string(name(found.source)) + ":" + found.origin + "=" + found.value;
}

}  // namespace

TEST_CASE("with nothing given the defaults of FOGIS are used, without errors or warnings") {
  const auto resolution = resolve({}, variables({}));
  CHECK(resolution.errors.empty());
  CHECK(resolution.warnings.empty());
  const auto& config = resolution.config;
  CHECK(config.connection.transport == Transport::tcp);
  CHECK(config.connection.host == "fogis-redis");
  CHECK(config.connection.port == 6379);
  CHECK(config.connection.database == 0);
  CHECK(config.connection.protocol == RespVersion::resp2);
  CHECK(config.connection.username.empty());
  CHECK_FALSE(config.connection.password);
  CHECK(config.connection.client_name == "fogis-redis");
  CHECK(config.connection.tls.verify);
  CHECK(config.timeout == 5s);
  CHECK(config.connect_timeout == 5s);
  CHECK(config.retries == 3);
  CHECK_FALSE(config.retries_given);
  CHECK(config.retry_delay == 1s);
  CHECK(config.service == "fogis-redis");
  for (const auto& shown : resolution.entries) {
    CAPTURE(shown.name);
    CHECK(shown.source == Source::builtin);
    CHECK(shown.origin.empty());
  }
}

TEST_CASE("the entries have a fixed order, whatever is set") {
  std::vector<std::string> names;
  for (const auto& shown : resolve({}, variables({})).entries) {
    names.push_back(shown.name);
  }
  CHECK(names == std::vector<std::string>{"url",
                                          "host",
                                          "port",
                                          "socket_path",
                                          "database",
                                          "username",
                                          "password",
                                          "protocol",
                                          "tls",
                                          "tls_verify",
                                          "tls_verify_name",
                                          "tls_ca_file",
                                          "tls_ca_directory",
                                          "tls_certificate_file",
                                          "tls_key_file",
                                          "tls_server_name",
                                          "service",
                                          "client_name",
                                          "timeout",
                                          "connect_timeout",
                                          "retries",
                                          "retry_delay",
                                          "redis_enabled",
                                          "redis_pubsub_enabled",
                                          "redis_health_check_interval",
                                          "redis_match_updates_channel",
                                          "redis_processor_status_channel",
                                          "redis_system_alerts_channel",
                                          "redis_schema_version",
                                          "redis_fallback_schemas",
                                          "redis_host",
                                          "redis_port"});
  const auto other = resolve(with_url("unix:///s?db=1"), variables({{"REDIS_ENABLED", "true"}}));
  REQUIRE(other.entries.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(other.entries[i].name == names[i]);
  }
}

TEST_CASE("the timeout comes from option, URL, REDIS_SOCKET_TIMEOUT, REDIS_TIMEOUT, default") {
  std::map<std::string, std::string> table{{"REDIS_URL", "redis://h:1?socket_timeout=4"},
                                           {"REDIS_SOCKET_TIMEOUT", "3"},
                                           {"REDIS_TIMEOUT", "2"}};
  CommandLine options;
  options.timeout = "500ms";
  const auto by_option = resolve(options, variables(table));
  CHECK(by_option.config.timeout == 500ms);
  CHECK(origin(by_option, "timeout") == "option:--timeout=0.5s");
  const auto by_url = resolve({}, variables(table));
  CHECK(by_url.config.timeout == 4s);
  CHECK(origin(by_url, "timeout") == "url:url query timeout=4s");
  table.erase("REDIS_URL");
  const auto by_socket_timeout = resolve({}, variables(table));
  CHECK(by_socket_timeout.config.timeout == 3s);
  CHECK(origin(by_socket_timeout, "timeout") == "environment:REDIS_SOCKET_TIMEOUT=3s");
  table.erase("REDIS_SOCKET_TIMEOUT");
  const auto by_timeout = resolve({}, variables(table));
  CHECK(by_timeout.config.timeout == 2s);
  CHECK(by_timeout.config.connect_timeout == 2s);
  CHECK(origin(by_timeout, "timeout") == "environment:REDIS_TIMEOUT=2s");
  CHECK(origin(resolve({}, variables({})), "timeout") == "default:=5s");
}

TEST_CASE("the connect timeout comes from option, URL, REDIS_CONNECTION_TIMEOUT, REDIS_TIMEOUT") {
  std::map<std::string, std::string> table{{"REDIS_URL", "redis://h:1?socket_connect_timeout=4"},
                                           {"REDIS_CONNECTION_TIMEOUT", "3"},
                                           {"REDIS_TIMEOUT", "2"}};
  CommandLine options;
  options.connect_timeout = "2m";
  CHECK(resolve(options, variables(table)).config.connect_timeout == 2min);
  CHECK(resolve({}, variables(table)).config.connect_timeout == 4s);
  table.erase("REDIS_URL");
  const auto by_variable = resolve({}, variables(table));
  CHECK(by_variable.config.connect_timeout == 3s);
  CHECK(by_variable.config.timeout == 2s);
  table.erase("REDIS_CONNECTION_TIMEOUT");
  CHECK(resolve({}, variables(table)).config.connect_timeout == 2s);
}

TEST_CASE("REDIS_TIMEOUT must be a whole number, even where it is not used") {
  const auto bad = GENERATE("abc", "2.5", "5s", "", "0", "-1", " 5", "99999999999");
  CAPTURE(bad);
  CommandLine options;
  options.timeout = "1";
  options.connect_timeout = "1";
  const auto resolution = resolve(options, variables({{"REDIS_TIMEOUT", bad}}));
  const auto error = only_error(resolution);
  CHECK(error.kind == ErrorKind::configuration);
  CHECK(error.message.starts_with("bad REDIS_TIMEOUT: \"" + std::string(bad) + "\""));
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("a bad duration is an error that names its origin") {
  CommandLine options;
  options.timeout = "0";
  const auto zero = only_error(resolve(options, variables({})));
  CHECK(zero.kind == ErrorKind::usage);
  CHECK(zero.message == "bad --timeout: \"0\" is not a duration: it must be greater than zero");
  options = {};
  options.connect_timeout = "-1s";
  CHECK(only_error(resolve(options, variables({}))).message.starts_with("bad --connect-timeout:"));
  const auto variable = only_error(resolve({}, variables({{"REDIS_SOCKET_TIMEOUT", "5s"}})));
  CHECK(variable.kind == ErrorKind::configuration);
  CHECK(variable.message == "bad REDIS_SOCKET_TIMEOUT: \"5s\" is not a number of seconds");
  CHECK(only_error(resolve({}, variables({{"REDIS_CONNECTION_TIMEOUT", "0"}})))
            .message.starts_with("bad REDIS_CONNECTION_TIMEOUT:"));
}

TEST_CASE("an option mends a bad variable, which is still warned of") {
  CommandLine options;
  options.timeout = "1s";
  const auto resolution = resolve(options, variables({{"REDIS_SOCKET_TIMEOUT", "abc"}}));
  CHECK(resolution.errors.empty());
  CHECK(resolution.config.timeout == 1s);
  CHECK(warns(resolution, "bad-variable-overridden"));
}

TEST_CASE("every variable that an option takes the place of is still examined") {
  CommandLine options;
  options.url = "redis://h";
  options.retries = "1";
  options.retry_delay = "1s";
  options.service = "me";
  const auto resolution = resolve(options, variables({{"REDIS_URL", "redis://u:hunter2@h:0"},
                                                      {"REDIS_MAX_RETRIES", "many"},
                                                      {"REDIS_RETRY_DELAY", "long"},
                                                      {"FOGIS_SERVICE_NAME", "a b"}}));
  CHECK(resolution.errors.empty());
  const auto count =
      std::count_if(resolution.warnings.begin(), resolution.warnings.end(),
                    [](const auto& warning) { return warning.code == "bad-variable-overridden"; });
  CHECK(count == 4);
}

TEST_CASE("a delay of zero is allowed, a fraction as well") {
  CHECK(resolve({}, variables({{"REDIS_RETRY_DELAY", "0"}})).config.retry_delay == 0s);
  const auto fraction = resolve({}, variables({{"REDIS_RETRY_DELAY", "0.25"}}));
  CHECK(fraction.config.retry_delay == 250ms);
  CHECK(fraction.warnings.empty());
  CommandLine options;
  options.retry_delay = "20ms";
  CHECK(resolve(options, variables({})).config.retry_delay == 20ms);
  CHECK(only_error(resolve({}, variables({{"REDIS_RETRY_DELAY", "fast"}})))
            .message.starts_with("bad REDIS_RETRY_DELAY:"));
}

TEST_CASE("retries are a number, and remember whether an option gave it") {
  const auto by_variable = resolve({}, variables({{"REDIS_MAX_RETRIES", "7"}}));
  CHECK(by_variable.config.retries == 7);
  CHECK_FALSE(by_variable.config.retries_given);
  CommandLine options;
  options.retries = "0";
  const auto by_option = resolve(options, variables({{"REDIS_MAX_RETRIES", "7"}}));
  CHECK(by_option.config.retries == 0);
  CHECK(by_option.config.retries_given);
  options.retries = "-1";
  const auto error = only_error(resolve(options, variables({})));
  CHECK(error.kind == ErrorKind::usage);
  CHECK(error.message == "bad --retries: \"-1\" is not a number of 0 or more");
  CHECK(only_error(resolve({}, variables({{"REDIS_MAX_RETRIES", "1.5"}}))).kind ==
        ErrorKind::configuration);
}

TEST_CASE("numbers that match-list-processor could not read are warned of") {
  CHECK(warns(resolve({}, variables({{"REDIS_SOCKET_TIMEOUT", "2.5"}})), "fraction-in-variable"));
  CHECK(warns(resolve({}, variables({{"REDIS_MAX_RETRIES", ""}})), "empty-variable"));
  CHECK(warns(resolve({}, variables({{"REDIS_URL", ""}})), "empty-variable"));
}

TEST_CASE("the URL comes from option, REDIS_URL, default") {
  const auto table = variables({{"REDIS_URL", "redis://from-variable:1"}});
  const auto by_option = resolve(with_url("redis://from-option"), table);
  CHECK(by_option.config.connection.host == "from-option");
  CHECK(origin(by_option, "url") == "option:--url=redis://from-option");
  CHECK(origin(by_option, "host") == "url:url host=from-option");
  CHECK(origin(by_option, "port") == "default:=6379");
  const auto by_variable = resolve({}, table);
  CHECK(by_variable.config.connection.host == "from-variable");
  CHECK(by_variable.config.connection.port == 1);
  CHECK(origin(by_variable, "url") == "environment:REDIS_URL=redis://from-variable:1");
  CHECK(origin(resolve({}, variables({})), "url") == "default:=redis://fogis-redis:6379");
}

TEST_CASE("a URL without a host means localhost, as for redis-py") {
  const auto resolution = resolve(with_url("redis://"), variables({}));
  CHECK(resolution.config.connection.host == "localhost");
  CHECK(origin(resolution, "host") == "default:=localhost");
  CHECK(warns(resolution, "url-empty-host"));
}

TEST_CASE("each fault of the URL is an error with its place, and without the password") {
  const auto by_option = resolve(with_url("redis://u:pw@h:0/x"), variables({}));
  REQUIRE(by_option.errors.size() == 2);
  CHECK(by_option.errors[0].kind == ErrorKind::usage);
  CHECK(by_option.errors[0].message == "bad --url: the port is not within 1 to 65535 (byte 15)");
  CHECK(by_option.errors[0].endpoint == "redis://***@h:***");
  CHECK(entry(by_option, "url").value == "redis://***@h:***");
  CHECK(entry(by_option, "host").value.empty());
  const auto by_variable = only_error(resolve({}, variables({{"REDIS_URL", "localhost:6379"}})));
  CHECK(by_variable.kind == ErrorKind::configuration);
  CHECK(by_variable.message.starts_with("bad REDIS_URL:"));
}

TEST_CASE("a socket URL has neither host nor port") {
  const auto resolution = resolve(with_url("unix:///run/redis.sock?db=3"), variables({}));
  CHECK(resolution.config.connection.transport == Transport::unix_socket);
  CHECK(resolution.config.connection.socket_path == "/run/redis.sock");
  CHECK(resolution.config.connection.database == 3);
  CHECK(entry(resolution, "host").value.empty());
  CHECK(entry(resolution, "port").value.empty());
  CHECK(origin(resolution, "socket_path") == "url:url path=/run/redis.sock");
}

TEST_CASE("the option --db wins over the URL, with a warning when they differ") {
  auto options = with_url("redis://h/2");
  options.db = "3";
  const auto different = resolve(options, variables({}));
  CHECK(different.config.connection.database == 3);
  CHECK(warns(different, "db-overrides-url"));
  CHECK(origin(different, "database") == "option:--db=3");
  options.db = "2";
  CHECK_FALSE(warns(resolve(options, variables({})), "db-overrides-url"));
  options.db.reset();
  const auto by_url = resolve(options, variables({}));
  CHECK(by_url.config.connection.database == 2);
  CHECK(origin(by_url, "database") == "url:url database=2");
}

TEST_CASE("the option --db must be a database number") {
  const auto bad = GENERATE("", "x", "-1", "+1", "1.0", "2147483648", "99999999999");
  CommandLine options;
  options.db = bad;
  const auto error = only_error(resolve(options, variables({})));
  CHECK(error.kind == ErrorKind::usage);
  CHECK(error.message.starts_with("bad --db:"));
}

TEST_CASE("the user comes from option, URL, REDIS_USERNAME") {
  const auto table = variables({{"REDIS_USERNAME", "c"}, {"REDIS_PASSWORD", "pw"}});
  auto options = with_url("redis://b:pw@h");
  options.user = "a";
  const auto by_option = resolve(options, table);
  CHECK(by_option.config.connection.username == "a");
  CHECK(warns(by_option, "password-of-other-user"));
  options.user.reset();
  CHECK(resolve(options, table).config.connection.username == "b");
  CHECK(resolve(with_url("redis://h"), table).config.connection.username == "c");
}

TEST_CASE("the password comes from URL, REDIS_PASSWORD, REDISCLI_AUTH") {
  std::map<std::string, std::string> table{{"REDIS_URL", "redis://:in-url@h"},
                                           {"REDIS_PASSWORD", "in-variable"},
                                           {"REDISCLI_AUTH", "of-redis-cli"}};
  const auto password = [&] {
    const auto resolution = resolve({}, variables(table));
    REQUIRE(resolution.config.connection.password);
    CHECK(entry(resolution, "password").value == "***");
    return entry(resolution, "password").origin + "=" +
           resolution.config.connection.password->reveal();
  };
  CHECK(password() == "url password=in-url");
  table.erase("REDIS_URL");
  CHECK(password() == "REDIS_PASSWORD=in-variable");
  table["REDIS_PASSWORD"] = "";
  CHECK(password() == "REDISCLI_AUTH=of-redis-cli");
}

TEST_CASE("a user without a password is warned of") {
  CHECK(warns(resolve({}, variables({{"REDIS_USERNAME", "me"}})), "user-without-password"));
  CHECK_FALSE(warns(resolve({}, variables({{"REDIS_USERNAME", "me"}, {"REDIS_PASSWORD", "x"}})),
                    "user-without-password"));
}

TEST_CASE("a credential that nothing replaced, or with a line break at its end, is warned of") {
  const auto by = [](const char* name, const char* value) {
    return resolve({},
                   variables({{name, value}, {"REDIS_USERNAME", "u"}, {"REDIS_PASSWORD", "x"}}));
  };
  CHECK(warns(by("REDIS_PASSWORD", "$(REDIS_PASSWORD)"), "unreplaced-variable"));
  CHECK(warns(by("REDIS_USERNAME", "{{ user }}"), "unreplaced-variable"));
  CHECK_FALSE(warns(by("REDIS_PASSWORD", "pa$$w0rd"), "unreplaced-variable"));
  CHECK(warns(by("REDIS_PASSWORD", "secret\n"), "line-end-in-credential"));
  CHECK_FALSE(warns(by("REDIS_PASSWORD", "secret"), "line-end-in-credential"));
  CHECK(warns(resolve({}, variables({{"REDIS_URL", "redis://u:${PW}@h"}})),
              "url-unreplaced-variable"));
}

TEST_CASE("a password in --url is warned of, one in REDIS_URL is not") {
  CHECK(warns(resolve(with_url("redis://u:hunter2@h"), variables({})), "password-in-option"));
  CHECK(warns(resolve(with_url("redis://hunter2@h"), variables({})), "password-in-option"));
  CHECK_FALSE(
      warns(resolve({}, variables({{"REDIS_URL", "redis://u:hunter2@h"}})), "password-in-option"));
}

TEST_CASE("no entry, warning or error shows a password") {
  const auto url = GENERATE("redis://u:hunter2@h", "redis://hunter2@h", "redis://u:hunter2",
                            "redis:/u:hunter2@h", "redis://:hunter2@h:0");
  for (const bool by_option : {true, false}) {
    const auto table = variables({{"REDIS_URL", url},
                                  {"REDIS_PASSWORD", "hunter2"},
                                  {"REDIS_HOST", "redis://:hunter2@h"},
                                  {"REDIS_SCHEMA_VERSION", "u:hunter2@h"}});
    const auto resolution = resolve(by_option ? with_url(url) : CommandLine{}, table);
    std::string all;
    for (const auto& shown : resolution.entries) {
      all += shown.name + shown.value + shown.origin;
    }
    for (const auto& warning : resolution.warnings) {
      all += warning.code + warning.message + warning.hint;
    }
    for (const auto& error : resolution.errors) {
      all += error.message + error.endpoint + error.hint;
    }
    CHECK(all.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("the name of the service must be one that Redis takes") {
  CommandLine options;
  options.service = "probe-1";
  const auto table = variables({{"FOGIS_SERVICE_NAME", "from-variable"}});
  const auto by_option = resolve(options, table);
  CHECK(by_option.config.service == "probe-1");
  CHECK(by_option.config.connection.client_name == "probe-1");
  CHECK(resolve({}, table).config.service == "from-variable");
  for (const std::string bad : {"two words", "line\n", "", "gr\xc3\xbcn"}) {
    options.service = bad;
    CHECK(only_error(resolve(options, table)).message.starts_with("bad --service:"));
  }
  CHECK(only_error(resolve({}, variables({{"FOGIS_SERVICE_NAME", "a b"}}))).kind ==
        ErrorKind::configuration);
}

TEST_CASE("client_name of the URL names the connection, but not the service") {
  const auto table = variables({{"FOGIS_SERVICE_NAME", "from-variable"}});
  auto options = with_url("redis://h:1?client_name=from-url");
  const auto by_url = resolve(options, table);
  CHECK(by_url.config.connection.client_name == "from-url");
  CHECK(by_url.config.service == "from-variable");
  options.service = "from-option";
  CHECK(resolve(options, table).config.connection.client_name == "from-option");
}

TEST_CASE("the protocol comes from the URL") {
  const auto resolution = resolve(with_url("redis://h:1?protocol=3"), variables({}));
  CHECK(resolution.config.connection.protocol == RespVersion::resp3);
  CHECK(origin(resolution, "protocol") == "url:url query protocol=3");
}

TEST_CASE("the host redis of other compose files is warned of") {
  CHECK(warns(resolve(with_url("redis://redis:6379"), variables({})), "host-redis"));
  CHECK_FALSE(warns(resolve(with_url("redis://fogis-redis:6379"), variables({})), "host-redis"));
}

TEST_CASE("a private server makes connection settings idle, and --url an error") {
  const auto table = variables({{"REDIS_URL", "not a url"}, {"REDIS_TIMEOUT", "2"}});
  const auto plain = resolve({}, table, true);
  CHECK(plain.errors.empty());
  CHECK(plain.config.timeout == 2s);
  CHECK(plain.config.connection.client_name == "fogis-redis");
  CHECK(origin(plain, "url") == "option:--ephemeral=(a private server)");
  CHECK_FALSE(warns(plain, "ignored-by-ephemeral"));
  const auto error = only_error(resolve(with_url("redis://h"), table, true));
  CHECK(error.kind == ErrorKind::usage);
  CommandLine options;
  options.db = "3";
  CHECK(warns(resolve(options, table, true), "ignored-by-ephemeral"));
}

TEST_CASE("everything that is wrong is told at once") {
  CommandLine options;
  options.url = "redis://h:x";
  options.db = "x";
  options.timeout = "x";
  options.retries = "x";
  options.service = "";
  CHECK(resolve(options, variables({{"REDIS_TIMEOUT", "x"}})).errors.size() == 6);
}

TEST_CASE("every source has its name") {
  CHECK(name(Source::option) == "option");
  CHECK(name(Source::url) == "url");
  CHECK(name(Source::environment) == "environment");
  CHECK(name(Source::file) == "file");
  CHECK(name(Source::builtin) == "default");
}
