#include "monitor/computed_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/duration.hpp"
#include "message/channels.hpp"
#include "monitor/metrics.hpp"

namespace fogis::monitor::computed {
namespace {

constexpr double kPercent = 100;
constexpr double kMillisecondsPerSecond = 1000;

Value share(const Value& part, const Value& whole) {
  return part && whole && *whole > 0 ? std::optional(*part / *whole * kPercent) : std::nullopt;
}

Value flag(bool value) {
  return value ? 1.0 : 0.0;
}

Value info(const Observation& seen, std::string_view field) {
  return seen.sample.info.number(field);
}

Value milliseconds_of(const std::optional<LatencySummary>& summary, Part part) {
  return summary ? std::optional(to_milliseconds((*summary).*part)) : std::nullopt;
}

Value canary_count(const Observation& seen, std::size_t count) {
  return seen.canary->denied() ? std::nullopt : std::optional(static_cast<double>(count));
}

std::optional<bool> aof_enabled(const Observation& seen) {
  const auto enabled = info(seen, "aof_enabled");
  return enabled ? std::optional(*enabled != 0) : std::nullopt;
}

}  // namespace

Value cpu(const Observation& seen) {
  if (!seen.changes) {
    return std::nullopt;
  }
  const auto user = seen.changes->rate("used_cpu_user");
  const auto system = seen.changes->rate("used_cpu_sys");
  return user && system ? std::optional((*user + *system) * kPercent) : std::nullopt;
}

Value ping_time(const Observation& seen, Part part) {
  return milliseconds_of(seen.ping, part);
}

Value canary_time(const Observation& seen, Part part) {
  return seen.canary ? milliseconds_of(seen.canary->latency, part) : std::nullopt;
}

Value ping_ok(const Observation& seen) {
  return seen.ping ? flag(seen.sample.ping_refusal.empty()) : std::nullopt;
}

Value memory_limit(const Observation& seen) {
  const auto limit = info(seen, "maxmemory");
  return limit && *limit > 0 ? limit : std::nullopt;
}

Value memory_share(const Observation& seen) {
  return share(info(seen, "used_memory"), memory_limit(seen));
}

Value memory_headroom(const Observation& seen) {
  const auto limit = memory_limit(seen);
  const auto used = info(seen, "used_memory");
  return limit && used ? std::optional(std::max(*limit - *used, 0.0)) : std::nullopt;
}

Value clients_limit(const Observation& seen) {
  const auto limit = info(seen, "maxclients");
  if (limit) {
    return limit;
  }
  const auto of_dragonfly = info(seen, "max_clients");
  return of_dragonfly ? of_dragonfly : seen.sample.settings.max_clients;
}

Value clients_share(const Observation& seen) {
  return share(info(seen, "connected_clients"), clients_limit(seen));
}

Value pubsub_clients(const Observation& seen) {
  const auto& clients = seen.sample.pubsub_clients;
  return clients ? std::optional(static_cast<double>(clients->size()))
                 : info(seen, "pubsub_clients");  // 7.4
}

Value fogis_subscribers(const Observation& seen) {
  Value fewest;
  if (seen.sample.channels) {
    for (const auto& [name, subscribers, uncertain] : *seen.sample.channels) {
      const auto* const channel = message::find_channel(name);
      if (channel != nullptr && channel->role == message::ChannelRole::live) {
        const auto count = static_cast<double>(subscribers);
        fewest = fewest ? std::min(*fewest, count) : count;
      }
    }
  }
  return fewest;
}

Value output_buffer(const Observation& seen) {
  const auto& clients = seen.sample.pubsub_clients;
  if (!clients) {
    return std::nullopt;
  }
  std::int64_t largest = 0;
  for (const auto& client : *clients) {
    largest = std::max(largest, client.output_buffer);
  }
  return static_cast<double>(largest);
}

Value output_buffer_limit(const Observation& seen) {
  const auto& limit = seen.sample.settings.pubsub_limit;
  const auto lowest = limit ? limit->lowest() : std::nullopt;
  return lowest ? std::optional(static_cast<double>(*lowest)) : std::nullopt;
}

Value output_buffer_share(const Observation& seen) {
  return share(output_buffer(seen), output_buffer_limit(seen));
}

Value canary_ok(const Observation& seen) {
  return seen.canary && !seen.canary->denied() ? flag(seen.canary->perfect()) : std::nullopt;
}

Value canary_sent(const Observation& seen) {
  return seen.canary ? canary_count(seen, seen.canary->sent) : std::nullopt;
}

Value canary_lost(const Observation& seen) {
  return seen.canary ? canary_count(seen, seen.canary->lost()) : std::nullopt;
}

Value canary_disordered(const Observation& seen) {
  return seen.canary ? canary_count(seen, seen.canary->disordered) : std::nullopt;
}

Value lookups(const Observation& seen) {
  return seen.lookups ? std::optional(seen.lookups->total()) : std::nullopt;
}

Value hit_rate(const Observation& seen) {
  return seen.lookups ? share(seen.lookups->hits, seen.lookups->total()) : std::nullopt;
}

Value snapshots(const Observation& seen) {
  const auto& known = seen.sample.settings.snapshots;
  return known ? flag(*known) : std::nullopt;
}

Value save_age(const Observation& seen) {
  const auto saved = info(seen, "rdb_last_save_time");
  const bool persistent =
      aof_enabled(seen).value_or(false) || seen.sample.settings.snapshots.value_or(false);
  if (!saved || !persistent) {
    return std::nullopt;
  }
  const double age = static_cast<double>(seen.sample.server_seconds()) - *saved;
  return std::max(age, 0.0) * kMillisecondsPerSecond;
}

Value last_save(const Observation& seen) {
  return info(seen, "rdb_last_save_time");
}

Value is_replica(const Observation& seen) {
  const auto role = seen.sample.role();
  return role.empty() ? std::nullopt : flag(role == "replica");
}

Value master_link(const Observation& seen) {
  const auto link = seen.sample.info.text("master_link_status");
  return seen.sample.role() == "replica" && link ? flag(*link == "up") : std::nullopt;
}

Value cluster_ok(const Observation& seen) {
  const auto& cluster = seen.sample.cluster;
  const auto state = cluster ? cluster->text("cluster_state") : std::nullopt;
  return state ? flag(*state == "ok") : std::nullopt;
}

Value slow_commands(const Observation& seen) {
  const auto& log = seen.sample.slow_log;
  if (!log) {
    return std::nullopt;
  }
  return static_cast<double>(std::count_if(log->begin(), log->end(), [&seen](const auto& entry) {
    return is_recent(entry.at_seconds, seen.sample);
  }));
}

Value slowest_command(const Observation& seen) {
  Value slowest;
  if (seen.sample.slow_log) {
    for (const auto& entry : *seen.sample.slow_log) {
      if (is_recent(entry.at_seconds, seen.sample)) {
        slowest = std::max(slowest.value_or(0), to_milliseconds(entry.duration));
      }
    }
  }
  return slowest;
}

Value latency_events(const Observation& seen) {
  const auto& events = seen.sample.latency_events;
  if (!events) {
    return std::nullopt;
  }
  return static_cast<double>(std::count_if(
      events->begin(), events->end(),
      [&seen](const auto& event) { return is_recent(event.at_seconds, seen.sample); }));
}

}  // namespace fogis::monitor::computed
