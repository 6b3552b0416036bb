// kill -9 of the server, and its restart, in each phase.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <utility>

#include "cli/faults/fault.hpp"
#include "support/backlog.hpp"
#include "support/name_server.hpp"
#include "support/tcp_table.hpp"

namespace fogis::testing::faults {
namespace {

using Options = RedisServer::Options;

/// A ping that goes on trying, of a server that stands still from the beginning, is killed at the
/// moment that `reached` waits for, and comes back.
Trial killed(Trial trial, const std::shared_ptr<RedisServer>& server,
             std::function<void()> reached) {
  trial.world = server;
  server->suspend();
  trial.meanwhile = [server, reached = std::move(reached)](Process&) {
    reached();
    server->kill9();
    server->restart();
  };
  return with(std::move(trial), {"--wait", "15s"});
}

Trial killed_in_connect() {
  struct World {
    RedisServer server{{.arguments = {"--tcp-backlog", "1"}, .tcp = true}};
    std::vector<UniqueFd> fillers;
  };
  const auto world = std::make_shared<World>();
  const std::shared_ptr<RedisServer> server(world, &world->server);
  auto trial = killed(ping(server->tcp_url()), server,
                      [port = server->port()] { wait_for_unanswered_connect(port); });
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  world->fillers = fill_backlog(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return trial;
}

Trial killed_in_resolve() {
  if (!can_rename()) {
    SKIP("needs the right to mount over resolv.conf");
  }
  struct World {
    NameServer names{{{"cache.example.org", {"127.0.0.1"}}}, NameServer::Mood::held};
    RedisServer server{{.tcp = true}};
  };
  const auto world = std::make_shared<World>();
  const std::shared_ptr<RedisServer> server(world, &world->server);
  auto trial = ping(fmt::format("redis://cache.example.org:{}", server->port()));
  trial.program = world->names.asked_by(trial.program);
  trial.world = world;
  trial.meanwhile = [world](Process&) {
    world->names.wait_for_question();
    world->server.kill9();
    world->names.release();
    world->server.restart();
  };
  return with(std::move(trial), {"--wait", "15s"});
}

Trial killed_in_tls() {
  const auto server = std::make_shared<RedisServer>(Options{.tls = true});
  auto trial = killed(ping(server->tls_url()), server,
                      [port = server->tls_port()] { wait_for_unread_bytes(port); });
  return with(std::move(trial), {"--cacert", certificates().ca});
}

Trial killed_in_auth() {
  const auto server =
      std::make_shared<RedisServer>(Options{.arguments = {"--requirepass", "x"}, .tcp = true});
  return killed(ping(server->tcp_url()), server,
                [port = server->port()] { wait_for_unread_bytes(port); });
}

/// Runs until the first PING is answered; then `happens`.
Trial after_first_ping(const std::vector<std::string>& options,
                       std::function<void(RedisServer&)> happens) {
  const auto server = std::make_shared<RedisServer>(Options{.tcp = true});
  auto trial = ping(server->tcp_url());
  trial.world = server;
  trial.meanwhile = [server, happens = std::move(happens)](Process& process) {
    process.wait_for_error("ping  ");  // the step of the first PING, shown by -v
    happens(*server);
  };
  return with(with(std::move(trial), {"-v"}), options);
}

Trial killed_between_commands() {
  return after_first_ping({"--count", "2", "--interval", "2s"}, [](RedisServer& server) {
    server.kill9();
    server.restart();
  });
}

Trial killed_in_command() {
  return after_first_ping({"--count", "4", "--interval", "500ms"}, [](RedisServer& server) {
    server.suspend();
    wait_for_unread_bytes(server.port());
    server.kill9();
    server.restart();
  });
}

Trial killed_for_good() {
  return after_first_ping({"--count", "2", "--interval", "500ms"},
                          [](RedisServer& server) { server.kill9(); });
}

Fault recovery(std::string id, std::string happening, std::function<Trial()> stage) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = "answered",
          .limit = kAmple,
          .stage = std::move(stage)};
}

}  // namespace

Chapter lost_servers() {
  return {"Servers that are killed (kill -9)",
          {
              recovery("killed-in-resolve",
                       "killed and restarted while the name is looked up, with `--wait`",
                       killed_in_resolve),
              recovery("killed-in-connect", "killed and restarted while we connect, with `--wait`",
                       killed_in_connect),
              recovery("killed-in-tls", "killed and restarted during the handshake, with `--wait`",
                       killed_in_tls),
              recovery("killed-in-auth", "killed and restarted during AUTH, with `--wait`",
                       killed_in_auth),
              recovery("killed-between-commands", "killed and restarted between two PINGs",
                       killed_between_commands),
              {.id = "killed-in-command",
               .happening = "killed while PONG is awaited, and restarted",
               .outcome = "some lost, the last answered",
               .exit_code = 1,
               .limit = kAmple,
               .stage = killed_in_command},
              {.id = "killed-for-good",
               .happening = "killed between two PINGs",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "nothing listens on this port",
               .limit = kAmple,
               .stage = killed_for_good},
          }};
}

}  // namespace fogis::testing::faults
