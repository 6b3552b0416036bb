// A server whose every text is hostile, as anybody who may connect to it can make it: what leaves
// in a format is valid in that format.
#include <catch2/catch_test_macros.hpp>
#include <list>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "cli/listening.hpp"
#include "cli/run_cli.hpp"
#include "cli/xml.hpp"
#include "support/tampering_proxy.hpp"

using fogis::testing::array_reply;
using fogis::testing::integer_reply;
using fogis::testing::is_command;
using fogis::testing::Listening;
using fogis::testing::ProgramOptions;
using fogis::testing::RawClient;
using fogis::testing::RedisServer;
using fogis::testing::run_binary;
using fogis::testing::run_cli;
using fogis::testing::string_reply;
using fogis::testing::TamperingProxy;
using fogis::testing::xml_faults;

namespace {

/// Latin-1, a quote, markup of every format, controls, a colour and U+FFFE, which XML cannot hold.
const std::string kHostile = "\xff\"\\|<b>&*_`[x](y)]]>%0A::error::'\t\x01\x1b[31m\xef\xbf\xbe\x7f";

/// A real server with such texts wherever a client can choose one.
class HostileServer {
public:
  HostileServer() : proxy_(server_, {.answer = {}, .tamper = tamper}) {
    // As in the field: a script of anybody makes an error code.
    CHECK(server_.raw({"EVAL", "return redis.error_reply('B\\255D demo')", "0"}).front() == '-');
  }

  [[nodiscard]] std::string url() const { return proxy_.settings().endpoint(); }

private:
  static TamperingProxy::Replies tamper(const TamperingProxy::Command& command,
                                        fogis::redis::Reply reply) {
    if (is_command(command, "INFO") && !reply.is_error()) {
      const auto version = reply.text.find("redis_version:");
      if (version != std::string::npos) {
        reply.text.insert(version + 14, kHostile);
      }
      // Three codes that a careless escape makes one.
      reply.text +=
          "\r\nerrorstat_B\xffX:count=1\r\nerrorstat_B\xfeX:count=2\r\nerrorstat_B\\xffX:";
      reply.text += "count=3\r\nerrorstat_\xff\"\\|\t\x01:count=1\r\n";
    } else if (is_command(command, "CLIENT", "LIST")) {
      // Spaces cannot be in a name.
      reply.text += "id=99 addr=192.0.2.1:5" + kHostile + " name=" + kHostile +
                    " age=1 sub=5 psub=1 omem=4096\n";
    } else if (is_command(command, "SLOWLOG", "GET")) {
      reply.elements.push_back(
          array_reply({integer_reply(9), integer_reply(4'000'000'000), integer_reply(70'000),
                       array_reply({string_reply(kHostile)}), string_reply("192.0.2.1:5"),
                       string_reply(kHostile)}));
    } else if (is_command(command, "LATENCY", "LATEST")) {
      reply.elements.push_back(array_reply(
          {string_reply(kHostile), integer_reply(1), integer_reply(5), integer_reply(6)}));
    } else if (is_command(command, "PUBSUB", "CHANNELS")) {
      reply.elements.push_back(string_reply(kHostile));
    } else if (is_command(command, "CONFIG", "GET")) {
      reply = fogis::testing::error_reply("ERR" + kHostile);
    }
    return {std::move(reply)};
  }

  RedisServer server_;
  TamperingProxy proxy_;
};

/// Text that any terminal, log and reader of UTF-8 can take.
void check_plain(const std::string& text) {
  CHECK(fogis::is_utf8(text));
  CHECK_FALSE(text.empty());
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if ((code < 0x20 && byte != '\n') || code == 0x7f) {
      FAIL_CHECK("a control character: " << static_cast<int>(code));
    }
  }
}

void check_json(const std::string& text) {
  CHECK(fogis::is_utf8(text));
  std::vector<std::set<std::string>> keys;
  const auto unique = [&keys](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (event == nlohmann::json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == nlohmann::json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == nlohmann::json::parse_event_t::key) {
      CHECK(keys.back().insert(parsed.get<std::string>()).second);
    }
    return true;
  };
  CHECK_FALSE(nlohmann::json::parse(text, unique, false).is_discarded());
}

/// By a parser that is not ours; it also wants each series once.
void check_prometheus(const std::string& text) {
  CHECK(fogis::is_utf8(text));
  std::set<std::string> series;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CHECK((line.starts_with('#') || series.insert(line.substr(0, line.rfind(' '))).second));
  }
  ProgramOptions options;
  options.program = "/usr/bin/python3";
  options.arguments = {
      "-c",
      "import sys\n"
      "from prometheus_client.parser import text_string_to_metric_families as parse\n"
      "samples = [s for f in parse(sys.stdin.read()) for s in f.samples]\n"
      "assert len([s for s in samples if s.name == 'redis_errors_total']) == 5, samples\n"};
  options.input = text;
  const auto judged = run_binary(options);
  INFO(judged.error);
  CHECK(judged.exit_code == 0);
}

void check_format(const std::string& format, const std::string& text) {
  INFO(format << ": " << text);
  if (format == "json") {
    check_json(text);
  } else if (format == "junit") {
    CHECK(fogis::is_utf8(text));
    CHECK(xml_faults(text).empty());
  } else if (format == "prometheus") {
    check_prometheus(text);
  } else {
    check_plain(text);
  }
  if (format == "github") {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      CHECK((!line.starts_with("::") || line.find(" title=fogis-redis ") < 10));
    }
  }
}

}  // namespace

TEST_CASE("whatever a client of the server chose, every format is valid") {
  const HostileServer server;
  const auto check = [&](std::vector<std::string> command,
                         const std::vector<std::string>& formats) {
    if (command.front() != "validate-url") {
      command.insert(command.end(), {"-u", server.url()});
    }
    command.insert(command.end(), {"-o", ""});
    for (const auto& format : formats) {
      command.back() = format;
      const auto outcome = run_cli(command);
      INFO(command[0] << ": " << outcome.error);
      check_format(format, outcome.output);
      CHECK(fogis::is_utf8(outcome.error));
    }
  };
  check({"monitor", "--interval", "10ms"}, {"text", "json", "prometheus", "nagios"});
  check({"monitor", "--count", "2", "--interval", "10ms"}, {"text"});
  const std::vector<std::string> reports{"text", "json", "junit", "github", "markdown"};
  check({"test-suite", "--only", "connection,server-health,server-configuration", "--strict"},
        reports);
  check({"integration", "--observe", "10ms", "-v"}, reports);
  check({"ping"}, {"text", "json"});
  check({"validate-url", server.url(), "--connect"}, {"text", "json"});
  Listening exporter(server.url());
  // Errors by code come with the second look.
  check_json(exporter.get_until_contains("/api/v1/report", "\"errors\":{").body);
  check_json(exporter.get("/health").body);
  check_prometheus(exporter.get("/metrics").body);
  CHECK(fogis::is_utf8(exporter.end().error));
}

TEST_CASE("a client whose name holds a password does not show it to readers of the monitor") {
  const RedisServer server;
  std::list<RawClient> clients;
  for (const auto* const name :
       {"redis://svc:hunter2@h:6379/0", "rediss://h?password=hunter2&db=1", "svc:hunter2@h",
        "h:6379,password=hunter2,ssl=True", "url=redis://:hunter2@h", "unix:///:hunter2@/run/s"}) {
    auto& client = clients.emplace_back(server.client());
    CHECK(client.command({"CLIENT", "SETNAME", name}) == "OK");
    client.command({"SUBSCRIBE", "fogis:matches:updates"});
  }
  Listening exporter(server.url());
  const auto report = exporter.get_until_contains("/api/v1/report", "\"pubsub_clients\":[{").body;
  CHECK(nlohmann::json::parse(report)["pubsub_clients"].size() == clients.size());
  CHECK(report.find("***") != std::string::npos);
  for (const auto& shown :
       {report, exporter.get("/metrics").body, exporter.get("/health").body,
        run_cli({"monitor", "-u", server.url(), "--json"}).output,
        run_cli({"integration", "-u", server.url(), "--observe", "10ms", "--json"}).output}) {
    CHECK(shown.find("hunter2") == std::string::npos);
  }
}
