// What a server has left before it evicts keys or refuses writes, and what work on it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "redis/info.hpp"

namespace fogis::redis {

/// What a piece of work may take of a server's memory for as long as it lasts.
struct MemoryNeed {
  std::size_t connections = 0;  ///< opened beside the one that asks
  std::size_t commands = 0;     ///< that the server may never have carried out before
  std::size_t kilobytes = 0;    ///< of values, and of buffers beyond those of idle connections
  bool client_list = false;     ///< the server is asked for its CLIENT LIST

  /// Bytes without the CLIENT LIST. A connection has 20 KiB to answer and 40 KiB to read; since
  /// Redis 7.0 the first use of a command takes 24.1 KiB for its latencies, for good (seen with
  /// 7.0.15).
  [[nodiscard]] constexpr std::size_t bytes() const {
    constexpr std::size_t kConnection = 64;
    constexpr std::size_t kCommand = 25;
    return (connections * kConnection + commands * kCommand + kilobytes) << 10U;
  }
};

/// A server's memory as INFO tells it.
struct Memory {
  std::int64_t used = 0;          ///< bytes that count towards the limit
  std::int64_t limit = 0;         ///< maxmemory; 0: none
  std::string policy = {};        ///< maxmemory-policy
  std::int64_t evicted_keys = 0;  ///< since the server's start
  std::int64_t clients = 0;

  /// Share of maxmemory in use, 0 to 1 and more; nothing without a limit.
  [[nodiscard]] std::optional<double> used_share() const;
  /// Whether at least 10 % of maxmemory stays free with `bytes` more: for large values.
  [[nodiscard]] bool has_room_for(std::size_t bytes) const;
  /// Whether `bytes` more evict no key and make the server refuse no write that it would else take.
  [[nodiscard]] bool can_spare(std::size_t bytes) const;
  /// Why work that takes `bytes` is not done where can_spare() says no.
  [[nodiscard]] std::string shortage(std::size_t bytes) const;
  /// Bytes that the work takes here, at most.
  [[nodiscard]] std::size_t cost(const MemoryNeed& need) const;
};

/// Reads it from the fields, of all sections; nothing when the server does not tell.
std::optional<Memory> read_memory(const Info& info);

}  // namespace fogis::redis
