// A real redis-server of a test's own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/connection_settings.hpp"
#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/raw_client.hpp"
#include "support/reserved_port.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing {

/// Starts redis-server from PATH without persistence, on a unix socket in a directory of its own
/// and, where asked for, on ports of 127.0.0.1. The constructor returns when it answers. Destroying
/// it (or the end of the thread that made it) kills it, suspended or not, and removes the
/// directory. A missing redis-server fails the test. Not thread-safe.
class RedisServer {
public:
  struct Options {
    /// Further arguments, as on its command line: {"--requirepass", "x"}.
    std::vector<std::string> arguments = {};
    /// Users, as after `user` in redis.conf: "alice on >secret ~* &* +@all".
    std::vector<std::string> users = {};
    /// A further line of redis.conf, for what has no place on the command line.
    std::string line = {};
    bool tcp = false;
    bool tls = false;
    Identity identity = {};    ///< for TLS; by default certificates().server
    bool client_auth = false;  ///< demand a client certificate signed by certificates().ca
    std::string program = "redis-server";
    /// What its log says when the constructor may return.
    std::string awaited = "eady to accept connections";
  };

  RedisServer() : RedisServer(Options{}) {}
  explicit RedisServer(Options options);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  /// How to reach it: by its socket, its port (needs Options::tcp), its TLS port (needs
  /// Options::tls; trusts certificates().ca). With the password of --requirepass where there is
  /// one.
  [[nodiscard]] config::ConnectionSettings settings() const;
  [[nodiscard]] config::ConnectionSettings tcp_settings() const;
  [[nodiscard]] config::ConnectionSettings tls_settings() const;
  /// The same as URLs, with the password.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string tcp_url() const;
  [[nodiscard]] std::string tls_url() const;

  [[nodiscard]] const std::string& socket_path() const { return socket_path_; }
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t tls_port() const;
  [[nodiscard]] const TempDir& directory() const { return directory_; }
  [[nodiscard]] pid_t pid() const;
  /// What it has logged so far.
  [[nodiscard]] std::string log() const { return read_file(directory_ / "log"); }

  /// Stands still: it takes connections (the kernel does) but answers nothing until resume().
  void suspend();
  void resume();
  /// Ends at once, without a word to its clients.
  void kill9();
  /// Ends in order; clients see their connections close.
  void stop();
  /// Starts it again on the same socket and ports, empty. Ends it first when it runs.
  void restart();

  /// Sends a command on a connection of its own, over the unix socket, as the password's user.
  /// See RawClient::command for the text.
  [[nodiscard]] std::string raw(const std::vector<std::string>& command) const;
  /// A connection for several commands, authenticated.
  [[nodiscard]] RawClient client() const;

private:
  [[nodiscard]] std::vector<std::string> command_line() const;
  void start();
  void await_ready() const;

  Options options_;
  TempDir directory_;
  std::string socket_path_;
  std::string password_;
  std::optional<ReservedPort> port_;
  std::optional<ReservedPort> tls_port_;
  std::optional<Process> process_;
};

}  // namespace fogis::testing
