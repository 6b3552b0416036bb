// SIGINT and SIGTERM in each phase.
#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <utility>

#include "cli/faults/fault.hpp"
#include "support/name_server.hpp"
#include "support/tcp_table.hpp"

namespace fogis::testing::faults {
namespace {

Trial in_resolve() {
  if (!can_rename()) {
    SKIP("needs the right to mount over resolv.conf");
  }
  const auto names = std::make_shared<NameServer>(
      NameServer::Names{{"cache.example.org", {"127.0.0.1"}}}, NameServer::Mood::held);
  auto trial = ping("redis://cache.example.org:6379");
  trial.program = names->asked_by(trial.program);
  trial.world = names;
  trial.meanwhile = [names](Process& process) {
    names->wait_for_question();
    process.signal(SIGINT);
  };
  return trial;
}

Trial in_connect() {
  const std::shared_ptr<FakeServer> server = FakeServer::with_full_backlog();
  auto trial = ping(server->url());
  trial.world = server;
  trial.meanwhile = [server](Process& process) {
    wait_for_unanswered_connect(server->port());
    process.signal(SIGTERM);
  };
  return trial;
}

/// A peer that plays the script; the signal comes when it has received `text`.
std::function<Trial()> when_received(const FakeServer::Script& script, const std::string& text,
                                     int signal, const std::string& scheme = "redis") {
  return [=] {
    const auto server = std::make_shared<FakeServer>(script);
    auto trial = ping(fmt::format("{}://127.0.0.1:{}", scheme, server->port()));
    trial.world = server;
    trial.meanwhile = [server, text, signal](Process& process) {
      server->wait_for_received(text);
      process.signal(signal);
    };
    return trial;
  };
}

/// The set-up is answered, and the answers are read; PONG does not come.
Trial in_command() {
  const auto server = std::make_shared<FakeServer>(
      FakeServer::Script{fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"}});
  auto trial = ping(server->url());
  trial.world = server;
  trial.meanwhile = [server](Process& process) {
    server->wait_for_end();
    wait_until_read(server->port());
    process.signal(SIGINT);
  };
  return trial;
}

/// The last attempt is over and the next one far away.
Trial between_attempts() {
  auto trial = scripted({fake::Accept{}, fake::ReadCommands{1}, fake::Close{}})();
  trial.meanwhile = [](Process& process) {
    process.wait_for_error("attempt 1 failed");
    process.signal(SIGINT);
  };
  return with(std::move(trial), {"-v", "--retries", "1", "--retry-delay", "30s"});
}

Fault interruption(std::string id, std::string happening, const std::string& phase, int signal,
                   std::function<Trial()> stage) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = "interrupted in " + phase,
          .exit_code = 128 + signal,
          .limit = kAmple,
          .stage = std::move(stage)};
}

}  // namespace

Chapter interruptions() {
  const FakeServer::Script silent{fake::Accept{}, fake::AwaitClose{}};
  return {"Signals",
          {
              interruption("signal-in-resolve", "SIGINT while the name is looked up", "resolve",
                           SIGINT, in_resolve),
              interruption("signal-in-connect", "SIGTERM while we connect", "connect", SIGTERM,
                           in_connect),
              interruption("signal-in-tls", "SIGINT during the handshake", "tls", SIGINT,
                           when_received(silent, "\x16\x03", SIGINT, "rediss")),
              interruption("signal-in-auth", "SIGTERM during the set-up", "auth", SIGTERM,
                           when_received(silent, "SETNAME", SIGTERM)),
              interruption("signal-in-command", "SIGINT while PONG is awaited", "command", SIGINT,
                           in_command),
              interruption("signal-between-attempts", "SIGINT between two attempts", "auth", SIGINT,
                           between_attempts),
          }};
}

}  // namespace fogis::testing::faults
