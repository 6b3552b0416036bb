// Stands between a client and a real server and changes what they say: for faults that no healthy
// server shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "config/connection_settings.hpp"
#include "redis/reply.hpp"
#include "support/redis_server.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing {

/// Passes RESP2 on between unix sockets, command by command and reply by reply, until it is
/// destroyed. A connection that one side closes is closed for the other as well.
class TamperingProxy {
public:
  using Command = std::vector<std::string>;
  using Replies = std::vector<redis::Reply>;

  /// Both run on the proxy's thread, one at a time; empty ones let everything pass.
  struct Hooks {
    /// Called for each command. A reply is sent in the server's place, which then never sees the
    /// command.
    std::function<std::optional<redis::Reply>(const Command& command)> answer = {};
    /// Called for each reply with its command, and for each message and acknowledgement with an
    /// empty command. What it returns is sent on: nothing, the reply changed, or several.
    std::function<Replies(const Command& command, redis::Reply reply)> tamper = {};
    /// A connection over which nothing passed for that long is closed; 0: never.
    std::chrono::milliseconds idle_timeout{0};
  };

  TamperingProxy(const RedisServer& server, Hooks hooks);
  ~TamperingProxy();
  TamperingProxy(const TamperingProxy&) = delete;
  TamperingProxy& operator=(const TamperingProxy&) = delete;

  /// The server's settings with the proxy's address.
  [[nodiscard]] config::ConnectionSettings settings() const { return settings_; }

private:
  class Relay;

  TempDir directory_;
  config::ConnectionSettings settings_;
  UniqueFd stop_;  ///< eventfd
  std::unique_ptr<Relay> relay_;
  std::thread thread_;
};

/// Replies for Hooks::answer.
redis::Reply status_reply(std::string_view text);
redis::Reply error_reply(std::string_view text);
redis::Reply integer_reply(std::int64_t value);
redis::Reply string_reply(std::string_view bytes);
redis::Reply array_reply(std::vector<redis::Reply> elements);

/// Whether `reply` is a message published on a channel that ends in `channel_end`.
bool is_message_on(const redis::Reply& reply, std::string_view channel_end);

/// Whether the command has that name and, where one is given, that subcommand, in upper case.
bool is_command(const TamperingProxy::Command& command, std::string_view name,
                std::string_view subcommand = {});

/// Whether the command has that name and its first argument, a key or a channel, ends so.
bool is_command_on(const TamperingProxy::Command& command, std::string_view name,
                   std::string_view end);

}  // namespace fogis::testing
