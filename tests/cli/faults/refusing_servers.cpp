// Real servers that answer, and refuse.
#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "cli/faults/fault.hpp"

namespace fogis::testing::faults {
namespace {

Fault refusal(std::string id, std::string happening, std::string outcome, int exit_code,
              std::string hint, std::function<Trial()> stage) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = std::move(outcome),
          .exit_code = exit_code,
          .hint = std::move(hint),
          .limit = kAmple,
          .stage = std::move(stage)};
}

/// A server that will read for minutes what another one has written.
Trial loading() {
  struct World {
    RedisServer writer;
    std::optional<RedisServer> reader;
  };
  const auto world = std::make_shared<World>();
  // Each value fills the interval at which a loading server looks for commands.
  REQUIRE(world->writer.raw({"EVAL",
                             "for i = 1, 2000 do redis.call('SET', i, string.rep('x', 2000)) end",
                             "0"}) == "(nil)");
  REQUIRE(world->writer.raw({"CONFIG", "SET", "rdbcompression", "no"}) == "OK");
  REQUIRE(world->writer.raw({"SAVE"}) == "OK");
  world->reader.emplace(RedisServer::Options{
      .arguments = {"--dir", world->writer.directory().path(), "--key-load-delay", "50000",
                    "--loading-process-events-interval-bytes", "1024"},
      .awaited = "Loading RDB produced by"});
  auto trial = ping(world->reader->url());
  trial.world = world;
  return trial;
}

/// A script keeps the server busy for ever.
Trial busy() {
  struct World {
    RedisServer server{{.arguments = {"--lua-time-limit", "1"}}};
    RawClient script = server.client();
  };
  const auto world = std::make_shared<World>();
  world->script.send({"EVAL", "while true do end", "0"});
  REQUIRE(world->server.raw({"PING"}).starts_with("-BUSY"));
  auto trial = ping(world->server.url());
  trial.world = world;
  return trial;
}

Trial too_many_clients() {
  struct World {
    RedisServer server{{.arguments = {"--maxclients", "1"}}};
    RawClient occupant = server.client();
  };
  const auto world = std::make_shared<World>();
  auto trial = ping(world->server.url());
  trial.world = world;
  return trial;
}

std::function<Trial()> replica(const std::string& serves_stale_data) {
  return [=] {
    struct World {
      ReservedPort nobody;
      std::optional<RedisServer> server;
    };
    const auto world = std::make_shared<World>();
    world->server.emplace(RedisServer::Options{
        .arguments = {"--replicaof", "127.0.0.1", std::to_string(world->nobody.number()),
                      "--replica-serve-stale-data", serves_stale_data}});
    auto trial = ping(world->server->url());
    trial.world = world;
    return trial;
  };
}

/// The same, for what a PING does not meet.
std::function<Trial()> by_suite(const std::function<Trial()>& stage, const std::string& check) {
  return [=] {
    auto trial = stage();
    trial.command = {"test-suite", "--only", check};
    return trial;
  };
}

std::function<Trial()> paused(const std::string& mode) {
  return with_server({}, [mode](RedisServer& server) {
    REQUIRE(server.raw({"CLIENT", "PAUSE", "600000", mode}) == "OK");
  });
}

std::vector<Fault> credentials() {
  const RedisServer::Options locked{.arguments = {"--requirepass", "impossible-0"}};
  const auto by = [&](const std::string& login) {
    return [=] {
      auto trial = with_server(locked)();
      const auto path = std::static_pointer_cast<RedisServer>(trial.world)->settings().socket_path;
      trial.options.back() = fmt::format("unix://{}{}", login, path);
      return trial;
    };
  };
  return {
      refusal("password-missing", "the server requires a password", "unauthenticated in auth", 4,
              "the server requires a password", by("")),
      refusal("password-wrong", "the password is wrong", "unauthenticated in auth", 4,
              "check user and password", by(":impossible-1@")),
      refusal("password-unwanted", "a password is given to a server that has none",
              "unauthenticated in auth", 4, "the server has no password",
              [] {
                auto trial = with_server({})();
                const auto path = std::static_pointer_cast<RedisServer>(trial.world)->socket_path();
                trial.options.back() = fmt::format("unix://:impossible-0@{}", path);
                return trial;
              }),
      refusal("right-missing", "the user may not PING", "forbidden in command", 4,
              "an administrator can grant it",
              [] {
                auto trial =
                    with_server({.users = {"mute on nopass ~* &* -@all +hello +auth +client"}})();
                const auto path = std::static_pointer_cast<RedisServer>(trial.world)->socket_path();
                trial.options.back() = fmt::format("unix://mute:x@{}", path);
                return trial;
              }),
      refusal("database-missing", "the database does not exist", "configuration in auth", 2,
              "databases 0 to 15",
              [] {
                return with(with_server({})(), {"--db", "99"});
              }),
      refusal("protected-mode", "protected mode keeps strangers out", "forbidden in auth", 4,
              "protected mode",
              scripted({fake::Accept{}, fake::ReadCommands{1},
                        fake::Send{"-DENIED Redis is running in protected mode\r\n"}, fake::Close{},
                        fake::Repeat{}})),
  };
}

std::vector<Fault> states() {
  return {
      refusal("loading", "the server is reading its data from disk (LOADING)",
              "not_ready in command", 1, "fogis-redis ping --wait", loading),
      refusal("master-down", "a replica without its master serves nothing (MASTERDOWN)",
              "not_ready in command", 1, "has lost its master", replica("no")),
      refusal("busy-script", "a script blocks the server (BUSY)", "not_ready in auth", 1,
              "SCRIPT KILL", busy),
      refusal("max-clients", "the server has no room for another client", "not_ready in auth", 1,
              "raise maxclients", too_many_clients),
      refusal("out-of-memory", "the server is at maxmemory (OOM)", "basic-operations: fail", 1,
              "maxmemory",
              by_suite(with_server({.arguments = {"--maxmemory", "1"}}), "basic-operations")),
      refusal("read-only", "the server is a replica (READONLY)", "basic-operations: fail", 1,
              "this is a replica", by_suite(replica("yes"), "basic-operations")),
      {.id = "paused",
       .happening = "CLIENT PAUSE holds every command",
       .outcome = "timed_out in auth",
       .exit_code = 3,
       .hint = "stopped, busy or paused",
       .limit = kShort,
       .lasts_to_the_limit = true,
       .stage = paused("ALL")},
      {.id = "paused-writes",
       .happening = "CLIENT PAUSE WRITE holds PUBLISH, not PING",
       .outcome = "pub-sub: error",
       .exit_code = 1,
       .hint = "busy or paused",
       .limit = kShort,
       .lasts_to_the_limit = true,
       .stage = by_suite(paused("WRITE"), "pub-sub")},
      {.id = "stopped",
       .happening = "the server's process stands still (SIGSTOP)",
       .outcome = "timed_out in auth",
       .exit_code = 3,
       .hint = "stopped, busy or paused",
       .limit = kShort,
       .lasts_to_the_limit = true,
       .stage = with_server({}, [](RedisServer& server) { server.suspend(); })},
  };
}

}  // namespace

Chapter refusing_servers() {
  Chapter chapter{"Servers that refuse", credentials()};
  const auto more = states();
  chapter.faults.insert(chapter.faults.end(), more.begin(), more.end());
  return chapter;
}

}  // namespace fogis::testing::faults
