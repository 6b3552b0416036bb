// A private Redis server for the length of one command.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "process/watchdog.hpp"

namespace fogis::process {

/// A redis-server (else valkey-server) from PATH that only we can reach: no TCP port, a unix socket
/// in a temporary directory of mode 0700, nothing written but its log there. Server and directory
/// are gone when this object is, and also when we are killed (see Watchdog). Move-only. Not
/// thread-safe.
class EphemeralServer {
public:
  struct Options {
    /// Where to look for the server; by default PATH.
    std::optional<std::string> search_path = std::nullopt;
    /// Further arguments for the server, stronger than ours: {"--maxmemory", "1gb"}.
    std::vector<std::string> arguments = {};
  };

  /// Starts a server and waits until it answers PING, about 10 ms. Its directory is made under
  /// TMPDIR, /tmp or the user's runtime directory: the first that is absolute, writable and short
  /// enough for a socket's address. When this fails nothing is left behind. Errors, all of phase
  /// start: configuration (no server in PATH, or it cannot be executed, or no directory can be
  /// made), unreachable (the server ended; the message has its last words), timed_out (it does not
  /// answer), interrupted, protocol (what answers is no Redis server), internal.
  static Result<EphemeralServer> start(const Options& options, const Deadline& deadline);
  static Result<EphemeralServer> start(const Deadline& deadline) {
    return start(Options{}, deadline);
  }

  /// Absolute path of the unix socket.
  [[nodiscard]] std::string socket_path() const;
  /// The private directory.
  [[nodiscard]] const std::string& directory() const { return watchdog_.directory(); }
  [[nodiscard]] pid_t pid() const { return watchdog_.program_pid(); }
  [[nodiscard]] pid_t watchdog_pid() const { return watchdog_.pid(); }
  /// Absolute path of the program that runs.
  [[nodiscard]] const std::string& program() const { return program_; }

  /// Ends the server and removes its directory; both are gone when this returns.
  /// Errors: as Watchdog::stop().
  Result<void> stop() { return watchdog_.stop(); }

private:
  EphemeralServer(Watchdog watchdog, std::string program)
      : watchdog_(std::move(watchdog)), program_(std::move(program)) {}

  Watchdog watchdog_;
  std::string program_;
};

}  // namespace fogis::process
