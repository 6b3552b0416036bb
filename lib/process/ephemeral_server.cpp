#include "process/ephemeral_server.hpp"

#include <fmt/format.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "process/find_program.hpp"
#include "process/server_start.hpp"

namespace fogis::process {
namespace {

constexpr std::string_view kSocketName = "redis.sock";
constexpr std::string_view kLogName = "log";
constexpr std::size_t kLongestSocketPath = sizeof(sockaddr_un::sun_path) - 1;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

Result<std::string> find_server(const std::string& search_path) {
  for (const std::string_view name : {"redis-server", "valkey-server"}) {
    if (auto path = find_program(name, search_path)) {
      return *std::move(path);
    }
  }
  return failure(make_error(
      ErrorKind::configuration, Phase::start,
      "--ephemeral needs redis-server or valkey-server, and neither is in PATH",
      "install one (apt-get install redis-server), or give a running server with --url"));
}

/// Where the private directory may be, best first. Its name is not guessable, so that nobody can be
/// there before us.
std::vector<std::string> possible_directories() {
  const auto name = fmt::format("fogis-redis-{}", random_hex(12));
  std::vector<std::string> directories;
  for (const auto& parent :
       {variable("TMPDIR"), std::string("/tmp"), fmt::format("/run/user/{}", ::getuid())}) {
    auto directory = fmt::format("{}/{}", parent, name);
    if (parent.starts_with('/') &&
        directory.size() + 1 + kSocketName.size() <= kLongestSocketPath) {
      directories.push_back(std::move(directory));
    }
  }
  return directories;
}

std::vector<std::string> server_arguments(const std::vector<std::string>& further) {
  std::vector<std::string> arguments{
      // Nobody else reaches it: no port, and a socket in a directory of ours (the current one).
      "--port", "0", "--unixsocket", std::string(kSocketName), "--unixsocketperm", "700",
      // Nothing outlives it.
      "--save", "", "--appendonly", "no", "--dir", ".",
      // The guard is its parent and has its output.
      "--daemonize", "no", "--supervised", "no", "--logfile", "", "--databases", "16",
      // As the services' own Redis is deployed, so that checks of memory and of eviction have
      // something to judge.
      "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru"};
  arguments.insert(arguments.end(), further.begin(), further.end());
  return arguments;
}

}  // namespace

Result<EphemeralServer> EphemeralServer::start(const Options& options, const Deadline& deadline) {
  const auto began = Deadline::Clock::now();
  TRY_ASSIGN(auto program, find_server(options.search_path.value_or(variable("PATH"))));
  auto watchdog = Watchdog::start({.directories = possible_directories(),
                                   .program = program,
                                   .arguments = server_arguments(options.arguments),
                                   .output_name = std::string(kLogName)});
  if (!watchdog) {
    return failure(std::move(watchdog.error()));
  }
  TRY(await_server(*watchdog, {.socket = kSocketName, .log = kLogName, .began = began}, deadline));
  return EphemeralServer(*std::move(watchdog), std::move(program));
}

std::string EphemeralServer::socket_path() const {
  return fmt::format("{}/{}", directory(), kSocketName);
}

}  // namespace fogis::process
