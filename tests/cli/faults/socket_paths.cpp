// Unix sockets that cannot be used.
#include <sys/stat.h>

#include <filesystem>

#include "cli/faults/fault.hpp"
#include "support/temp_dir.hpp"
#include "support/unprivileged.hpp"

namespace fogis::testing::faults {
namespace {

Trial path_in(const std::shared_ptr<TempDir>& directory, std::string_view name) {
  auto trial = ping("unix://" + (*directory / name));
  trial.world = directory;
  return trial;
}

Trial plain_file() {
  const auto directory = std::make_shared<TempDir>();
  directory->write("file", "");
  return path_in(directory, "file");
}

/// The server's socket is its owner's alone, and we are somebody else.
Trial forbidden_socket() {
  struct World {
    RedisServer server;
    TempDir programs;
  };
  const auto world = std::make_shared<World>();
  ::chmod(world->server.socket_path().c_str(), 0);
  auto trial = ping(world->server.url());
  trial.program = without_privileges(trial.program, world->programs);
  trial.world = world;
  return trial;
}

Trial full_socket_queue() {
  const std::shared_ptr<FakeServer> server =
      FakeServer::with_full_backlog(FakeServer::Address::unix_socket);
  auto trial = ping(server->url());
  trial.world = server;
  return trial;
}

}  // namespace

Chapter socket_paths() {
  return {"Unix sockets",
          {
              {.id = "socket-path-too-long",
               .happening = "the path is longer than the system allows",
               .outcome = "usage in usage",
               .exit_code = 2,
               .hint = "use a shorter path",
               .limit = kAmple,
               .stage = [] { return ping("unix:///tmp/" + std::string(120, 'x')); }},
              {.id = "socket-missing",
               .happening = "there is nothing at the path",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "check the path",
               .limit = kAmple,
               .stage = [] { return path_in(std::make_shared<TempDir>(), "redis.sock"); }},
              {.id = "socket-is-a-file",
               .happening = "the path is a plain file",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "this file is not a socket",
               .limit = kAmple,
               .stage = plain_file},
              {.id = "socket-with-database",
               .happening = "a database follows the path of the socket",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "r.sock?db=2",
               .limit = kAmple,
               .stage =
                   [] {
                     const auto server = std::make_shared<RedisServer>();
                     const auto link = server->directory() / "r.sock";
                     std::filesystem::create_symlink(server->socket_path(), link);
                     auto trial = ping("unix://" + link + "/2");
                     trial.world = server;
                     return trial;
                   }},
              {.id = "socket-is-a-directory",
               .happening = "the path is a directory",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "this file is not a socket",
               .limit = kAmple,
               .stage =
                   [] {
                     const auto directory = std::make_shared<TempDir>();
                     auto trial = ping("unix://" + directory->path().string());
                     trial.world = directory;
                     return trial;
                   }},
              {.id = "socket-forbidden",
               .happening = "the permissions keep us out",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "permissions exclude this user",
               .limit = kAmple,
               .stage = forbidden_socket},
              {.id = "socket-without-server",
               .happening = "the server that made the socket was killed",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "no server listens on it",
               .limit = kAmple,
               .stage = with_server({}, [](RedisServer& server) { server.kill9(); })},
              {.id = "socket-queue-full",
               .happening = "the server accepts no connections and its queue is full",
               .outcome = "timed_out in connect",
               .exit_code = 3,
               .hint = "it may be stopped or stuck",
               .limit = kShort,
               .lasts_to_the_limit = true,
               .stage = full_socket_queue},
          }};
}

}  // namespace fogis::testing::faults
