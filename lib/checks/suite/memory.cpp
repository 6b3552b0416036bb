#include "checks/suite/memory.hpp"

namespace fogis::checks {

std::optional<double> Headroom::used_share() const {
  if (limit <= 0) {
    return std::nullopt;
  }
  return static_cast<double>(used) / static_cast<double>(limit);
}

bool Headroom::has_room_for(std::size_t bytes) const {
  constexpr double kMustStayFree = 0.1;
  if (limit <= 0) {
    return true;
  }
  const auto free = static_cast<double>(limit - used) - static_cast<double>(bytes);
  return free >= kMustStayFree * static_cast<double>(limit);
}

std::optional<Headroom> read_headroom(const redis::Info& info) {
  const auto used = info.integer("used_memory");
  const auto limit = info.integer("maxmemory");
  if (!used || !limit) {
    return std::nullopt;
  }
  return Headroom{*used, *limit};
}

}  // namespace fogis::checks
