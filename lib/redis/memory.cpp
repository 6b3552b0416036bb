#include "redis/memory.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fogis::redis {
namespace {

constexpr std::string_view kRefusing = "noeviction";

}  // namespace

std::optional<double> Memory::used_share() const {
  if (limit <= 0) {
    return std::nullopt;
  }
  return static_cast<double>(used) / static_cast<double>(limit);
}

bool Memory::has_room_for(std::size_t bytes) const {
  constexpr double kMustStayFree = 0.1;
  if (limit <= 0) {
    return true;
  }
  const auto free = static_cast<double>(limit - used) - static_cast<double>(bytes);
  return free >= kMustStayFree * static_cast<double>(limit);
}

bool Memory::can_spare(std::size_t bytes) const {
  // Whoever refuses every write already has no key and no write to lose.
  const bool refuses = policy == kRefusing && used >= limit;
  return limit <= 0 || refuses || limit - used >= static_cast<std::int64_t>(bytes);
}

std::string Memory::shortage(std::size_t bytes) const {
  constexpr std::int64_t kKilobyte = 1024;
  return fmt::format("{} KiB of maxmemory are free, and this may take {} KiB: {} would {}",
                     std::max<std::int64_t>(limit - used, 0) / kKilobyte,
                     bytes / static_cast<std::size_t>(kKilobyte),
                     policy.empty() ? "the server" : policy,
                     policy == kRefusing ? "refuse the writes of others" : "evict keys");
}

std::size_t Memory::cost(const MemoryNeed& need) const {
  constexpr std::size_t kLine = 512;
  const auto lines = static_cast<std::size_t>(std::max<std::int64_t>(clients, 0));
  return need.bytes() + (need.client_list ? lines * kLine : 0);
}

std::optional<Memory> read_memory(const Info& info) {
  const auto used = info.integer("used_memory");
  const auto limit = info.integer("maxmemory");
  if (!used || !limit) {
    return std::nullopt;
  }
  return Memory{.used = *used - info.integer("mem_not_counted_for_evict").value_or(0),
                .limit = *limit,
                .policy = info.text("maxmemory_policy").value_or(""),
                .evicted_keys = info.integer("evicted_keys").value_or(0),
                .clients = info.integer("connected_clients").value_or(0)};
}

}  // namespace fogis::redis
