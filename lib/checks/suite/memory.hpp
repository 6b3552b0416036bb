// Whether a server can take a large test value without harm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "checks/context.hpp"
#include "redis/info.hpp"

namespace fogis::checks {

/// The server's memory as INFO memory tells it.
struct Headroom {
  std::int64_t used = 0;
  std::int64_t limit = 0;  ///< maxmemory; 0: none

  /// Share of maxmemory in use, 0 to 1 and more; nothing without a limit.
  [[nodiscard]] std::optional<double> used_share() const;
  /// Whether at least 10 % of maxmemory stays free with `bytes` more. Under an allkeys policy a
  /// large test value on a full server would evict somebody's keys.
  [[nodiscard]] bool has_room_for(std::size_t bytes) const;
};

/// Reads it from the fields; nothing when the server does not tell.
std::optional<Headroom> read_headroom(const redis::Info& info);

}  // namespace fogis::checks
