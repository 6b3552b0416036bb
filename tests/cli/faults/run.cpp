#include <signal.h>

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/document.hpp"
#include "cli/faults/fault.hpp"
#include "cli/pubsub.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing::faults {
namespace {

using nlohmann::json;

std::string in_words(const json& error) {
  return fmt::format("{} in {}", error.at("code").get<std::string>(),
                     error.at("phase").get<std::string>());
}

std::string outcome_of_ping(const json& document) {
  return document.at("sent") == document.at("answered") ? "answered"
                                                        : "some lost, the last answered";
}

/// What the document says, in the words of Fault::outcome: "timed_out in auth", "answered",
/// "basic-operations: fail".
std::string outcome_of(const std::string& output, const std::string& error) {
  if (output.empty()) {
    return error.empty() ? "nothing told" : "told on stderr";
  }
  // A stream of documents ends with its summary.
  const auto text = json::accept(output) ? output : lines_of(output).back();
  const auto kind = json::parse(text, nullptr, false).value("kind", "fogis-redis/");
  const auto document = require_document(text, kind.substr(kind.find('/') + 1));
  if (document.contains("error") && !document["error"].is_null()) {
    return in_words(document["error"]);
  }
  if (document.contains("gap_count")) {
    return document["gap_count"] == 0 ? "received" : "received, with a gap";
  }
  if (!document.contains("checks")) {
    return outcome_of_ping(document);
  }
  for (const auto& check : document["checks"]) {
    if (check["status"] != "pass" && check["status"] != "skip") {
      return fmt::format("{}: {}", check["id"].get<std::string>(),
                         check["status"].get<std::string>());
    }
  }
  return "all pass";
}

std::string hints_of_checks(const std::string& output) {
  std::string text;
  const auto document = json::parse(output, nullptr, false);
  if (document.is_object() && document.contains("checks")) {
    for (const auto& check : document["checks"]) {
      text += check["cause"].dump() + check["hint"].dump() + "\n";
    }
  }
  return text;
}

ProgramOptions command_line(const Trial& trial, std::chrono::milliseconds limit,
                            const TempDir& temporary) {
  auto program = trial.program;
  auto& line = program.arguments;
  line.insert(line.end(), trial.command.begin(), trial.command.end());
  line.insert(line.end(), trial.options.begin(), trial.options.end());
  const auto span = fmt::format("{}ms", limit.count());
  line.insert(line.end(), {"--timeout", span, "--connect-timeout", span, "--json"});
  program.environment["TMPDIR"] = temporary.path();
  program.own_group = true;
  return program;
}

Observation perform(const Trial& trial, std::chrono::milliseconds limit) {
  const TempDir temporary;
  Process process(command_line(trial, limit, temporary));
  if (trial.meanwhile) {
    trial.meanwhile(process);
  }
  const auto outcome = process.wait();
  INFO("exit code " << outcome.exit_code << "\n" << outcome.output << outcome.error);
  CHECK(std::filesystem::is_empty(temporary.path()));
  const bool group_is_gone = ::kill(-process.pid(), 0) != 0 && errno == ESRCH;
  CHECK(group_is_gone);
  return {.outcome = outcome_of(outcome.output, outcome.error),
          .exit_code = outcome.exit_code,
          .told = outcome.error + hints_of_checks(outcome.output),
          .elapsed = outcome.elapsed};
}

}  // namespace

Observation run(const Fault& fault) {
  return perform(fault.stage(), fault.limit);
}

Observation run_suite(const Fault& fault) {
  auto trial = fault.stage();
  trial.command = {"test-suite", "--only", "connection,basic-operations"};
  return perform(trial, fault.limit);
}

Trial ping(const std::string& url) {
  Trial trial;
  trial.options = {"-u", url};
  return trial;
}

Trial with(Trial trial, const std::vector<std::string>& more) {
  trial.options.insert(trial.options.end(), more.begin(), more.end());
  return trial;
}

std::function<Trial()> scripted(FakeServer::Script script) {
  return [script = std::move(script)] {
    const auto server = std::make_shared<FakeServer>(script);
    auto trial = ping(server->url());
    trial.world = server;
    return trial;
  };
}

std::function<Trial()> with_server(const RedisServer::Options& options,
                                   std::function<void(RedisServer&)> prepare) {
  return [options, prepare = std::move(prepare)] {
    const auto server = std::make_shared<RedisServer>(options);
    if (prepare) {
      prepare(*server);
    }
    auto trial = ping(server->url());
    trial.world = server;
    return trial;
  };
}

const std::vector<Chapter>& all_chapters() {
  static const std::vector<Chapter> chapters{
      unreachable_addresses(), names(),        socket_paths(),  strange_peers(), encryption(),
      refusing_servers(),      lost_servers(), interruptions(), own_machine()};
  return chapters;
}

}  // namespace fogis::testing::faults
