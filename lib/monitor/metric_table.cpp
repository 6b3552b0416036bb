// The table alone: a row for each figure.
#include <array>
#include <string_view>

#include "monitor/computed_metrics.hpp"
#include "monitor/metrics.hpp"

namespace fogis::monitor {
namespace {

using Compute = std::optional<double> (*)(const Observation&);

/// A number of INFO.
constexpr Metric field(std::string_view name, Unit unit, Section section, std::string_view field,
                       std::string_view prometheus, std::string_view help) {
  Metric metric;
  metric.name = name;
  metric.unit = unit;
  metric.section = section;
  metric.field = field;
  metric.prometheus = prometheus;
  metric.help = help;
  return metric;
}

/// A span that INFO tells in seconds.
constexpr Metric seconds_field(std::string_view name, Section section, std::string_view info,
                               std::string_view prometheus, std::string_view help) {
  auto metric = field(name, Unit::milliseconds, section, info, prometheus, help);
  metric.source = Source::seconds;
  return metric;
}

/// A number of INFO that only grows while the server runs.
constexpr Metric total(std::string_view name, Unit unit, Section section, std::string_view info,
                       std::string_view prometheus, std::string_view help) {
  auto metric = field(name, unit, section, info, prometheus, help);
  metric.series = Series::counter;
  return metric;
}

constexpr Metric rate(std::string_view name, Unit unit, Section section, std::string_view info,
                      std::string_view prometheus, std::string_view help) {
  auto metric = field(name, unit, section, info, prometheus, help);
  metric.source = Source::rate;
  return metric;
}

constexpr Metric increase(std::string_view name, Section section, std::string_view info,
                          std::string_view prometheus, std::string_view help) {
  auto metric = field(name, Unit::count, section, info, prometheus, help);
  metric.source = Source::increase;
  return metric;
}

/// A text of INFO that should be `ok`.
constexpr Metric status(std::string_view name, Section section, std::string_view info,
                        std::string_view prometheus, std::string_view help) {
  auto metric = field(name, Unit::flag, section, info, prometheus, help);
  metric.source = Source::status;
  return metric;
}

constexpr Metric computed_by(std::string_view name, Unit unit, Section section, Compute compute,
                             std::string_view prometheus, std::string_view help) {
  auto metric = field(name, unit, section, {}, prometheus, help);
  metric.source = Source::computed;
  metric.compute = compute;
  return metric;
}

template <computed::Part part>
std::optional<double> ping_time(const Observation& seen) {
  return computed::ping_time(seen, part);
}

template <computed::Part part>
std::optional<double> canary_time(const Observation& seen) {
  return computed::canary_time(seen, part);
}

/// The same metric, of which less is worse.
constexpr Metric falling(Metric metric) {
  metric.worse = Worse::lower;
  return metric;
}

constexpr auto kMetrics = std::to_array<Metric>({
    falling(seconds_field("uptime", Section::server, "uptime_in_seconds", "redis_uptime_in_seconds",
                          "How long the server has been running")),
    field("loading", Unit::flag, Section::server, "loading", "redis_loading_dump_file",
          "Whether the server is reading its data from disk"),

    rate("ops", Unit::per_second, Section::performance, "total_commands_processed",
         "fogis_redis_ops_per_second", "Commands per second since the last sample"),
    computed_by("cpu", Unit::percent, Section::performance, computed::cpu, "fogis_redis_cpu_ratio",
                "CPU time of the server since the last sample, of one core"),
    falling(computed_by("ping_ok", Unit::flag, Section::performance, computed::ping_ok,
                        "fogis_redis_ping_ok", "Whether PING is answered with PONG")),
    computed_by("ping_latest", Unit::milliseconds, Section::performance,
                ping_time<&LatencySummary::latest>, "fogis_redis_ping_seconds",
                "Round-trip time of the last PING"),
    computed_by("ping_p50", Unit::milliseconds, Section::performance,
                ping_time<&LatencySummary::p50>, "fogis_redis_ping_p50_seconds",
                "Median round-trip time of recent PINGs"),
    computed_by("ping_p99", Unit::milliseconds, Section::performance,
                ping_time<&LatencySummary::p99>, "fogis_redis_ping_p99_seconds",
                "99th percentile of recent PINGs"),
    computed_by("ping_max", Unit::milliseconds, Section::performance,
                ping_time<&LatencySummary::max>, "fogis_redis_ping_max_seconds",
                "Longest of recent PINGs"),
    rate("net_input", Unit::bytes_per_second, Section::performance, "total_net_input_bytes", "",
         "Bytes received per second since the last sample"),
    rate("net_output", Unit::bytes_per_second, Section::performance, "total_net_output_bytes", "",
         "Bytes sent per second since the last sample"),
    total("commands_total", Unit::count, Section::performance, "total_commands_processed",
          "redis_commands_processed_total", "Commands since the start"),
    total("net_input_total", Unit::bytes, Section::performance, "total_net_input_bytes",
          "redis_net_input_bytes_total", "Bytes received since the start"),
    total("net_output_total", Unit::bytes, Section::performance, "total_net_output_bytes",
          "redis_net_output_bytes_total", "Bytes sent since the start"),

    field("memory_used", Unit::bytes, Section::memory, "used_memory", "redis_memory_used_bytes",
          "Memory that the data and the server use"),
    computed_by("memory_limit", Unit::bytes, Section::memory, computed::memory_limit,
                "redis_memory_max_bytes", "maxmemory; absent if it is not set"),
    computed_by("memory", Unit::percent, Section::memory, computed::memory_share,
                "fogis_redis_memory_ratio", "Memory in use, of maxmemory"),
    falling(computed_by("memory_headroom", Unit::bytes, Section::memory, computed::memory_headroom,
                        "fogis_redis_memory_headroom_bytes", "Memory left below maxmemory")),
    field("memory_rss", Unit::bytes, Section::memory, "used_memory_rss",
          "redis_memory_used_rss_bytes", "Memory that the system has allocated to the server"),
    field("memory_peak", Unit::bytes, Section::memory, "used_memory_peak",
          "redis_memory_used_peak_bytes", "The most memory the server has used"),
    field("fragmentation", Unit::ratio, Section::memory, "mem_fragmentation_ratio",
          "redis_mem_fragmentation_ratio",
          "Memory allocated by the system per byte in use; normally high on idle servers"),
    rate("evictions", Unit::per_second, Section::memory, "evicted_keys", "",
         "Keys evicted per second since the last sample"),
    total("evictions_total", Unit::count, Section::memory, "evicted_keys",
          "redis_evicted_keys_total", "Keys evicted since the start"),

    field("clients", Unit::count, Section::clients, "connected_clients", "redis_connected_clients",
          "Connected clients"),
    computed_by("clients_limit", Unit::count, Section::clients, computed::clients_limit,
                "redis_config_maxclients", "maxclients"),
    computed_by("clients_share", Unit::percent, Section::clients, computed::clients_share,
                "fogis_redis_clients_ratio", "Connected clients, of maxclients"),
    field("blocked_clients", Unit::count, Section::clients, "blocked_clients",
          "redis_blocked_clients", "Clients waiting in a blocking command"),
    rate("connections", Unit::per_second, Section::clients, "total_connections_received", "",
         "New connections per second since the last sample"),
    increase("rejections", Section::clients, "rejected_connections", "",
             "Connections refused for maxclients since the last sample"),
    total("connections_total", Unit::count, Section::clients, "total_connections_received",
          "redis_connections_received_total", "Connections since the start"),
    total("rejections_total", Unit::count, Section::clients, "rejected_connections",
          "redis_rejected_connections_total", "Connections refused for maxclients since the start"),

    field("channels", Unit::count, Section::pubsub, "pubsub_channels", "redis_pubsub_channels",
          "Channels with subscribers"),
    field("patterns", Unit::count, Section::pubsub, "pubsub_patterns", "redis_pubsub_patterns",
          "Patterns with subscribers"),
    falling(computed_by("pubsub_clients", Unit::count, Section::pubsub, computed::pubsub_clients,
                        "redis_pubsub_clients", "Clients in pub/sub mode")),
    falling(computed_by(
        "fogis_subscribers", Unit::count, Section::pubsub, computed::fogis_subscribers,
        "fogis_redis_subscribers_min",
        "Fewest subscribers of any channel that the match list processor publishes to")),
    computed_by("output_buffer", Unit::bytes, Section::pubsub, computed::output_buffer,
                "fogis_redis_pubsub_output_buffer_max_bytes",
                "Unread bytes of the slowest subscriber"),
    computed_by("output_buffer_limit", Unit::bytes, Section::pubsub, computed::output_buffer_limit,
                "fogis_redis_pubsub_output_buffer_limit_bytes",
                "Unread bytes at which the server disconnects a subscriber"),
    computed_by("output_buffer_share", Unit::percent, Section::pubsub,
                computed::output_buffer_share, "fogis_redis_pubsub_output_buffer_ratio",
                "Unread bytes of the slowest subscriber, of that limit"),
    increase("disconnections", Section::pubsub, "client_output_buffer_limit_disconnections", "",
             "Clients disconnected for reading too slowly since the last sample (Redis 7.4)"),
    total("disconnections_total", Unit::count, Section::pubsub,
          "client_output_buffer_limit_disconnections",
          "fogis_redis_output_buffer_disconnections_total",
          "Clients disconnected for reading too slowly since the start (Redis 7.4)"),
    falling(computed_by("canary_ok", Unit::flag, Section::pubsub, computed::canary_ok,
                        "fogis_redis_canary_ok",
                        "Whether every canary came back through pub/sub, in order")),
    computed_by("canary_sent", Unit::count, Section::pubsub, computed::canary_sent, "",
                "Canaries sent with this sample"),
    computed_by("canary_lost", Unit::count, Section::pubsub, computed::canary_lost,
                "fogis_redis_canary_lost",
                "Canaries of this sample that did not come back in time"),
    computed_by("canary_disordered", Unit::count, Section::pubsub, computed::canary_disordered,
                "fogis_redis_canary_disordered",
                "Canaries of this sample that came back after a later one"),
    computed_by("canary_p50", Unit::milliseconds, Section::pubsub,
                canary_time<&LatencySummary::p50>, "fogis_redis_canary_p50_seconds",
                "Median time of recent canaries from publishing to receiving"),
    computed_by("canary_p99", Unit::milliseconds, Section::pubsub,
                canary_time<&LatencySummary::p99>, "fogis_redis_canary_p99_seconds",
                "99th percentile of recent canaries"),
    computed_by("canary_max", Unit::milliseconds, Section::pubsub,
                canary_time<&LatencySummary::max>, "fogis_redis_canary_max_seconds",
                "Longest of recent canaries"),

    computed_by("lookups", Unit::count, Section::keys, computed::lookups, "",
                "Key lookups in the last minute of sampling"),
    falling(computed_by(
        "hit_rate", Unit::percent, Section::keys, computed::hit_rate, "fogis_redis_hit_ratio",
        "Key lookups that found their key, of those in the last minute of sampling")),
    total("hits_total", Unit::count, Section::keys, "keyspace_hits", "redis_keyspace_hits_total",
          "Reads that found their key since the start"),
    total("misses_total", Unit::count, Section::keys, "keyspace_misses",
          "redis_keyspace_misses_total", "Reads that did not find their key since the start"),
    total("expired_total", Unit::count, Section::keys, "expired_keys", "redis_expired_keys_total",
          "Keys that have expired since the start"),

    falling(field("aof", Unit::flag, Section::persistence, "aof_enabled", "redis_aof_enabled",
                  "Whether the append-only file is on")),
    falling(status("aof_write_ok", Section::persistence, "aof_last_write_status",
                   "redis_aof_last_write_status",
                   "Whether the last write to the append-only file succeeded")),
    falling(computed_by("snapshots", Unit::flag, Section::persistence, computed::snapshots,
                        "fogis_redis_snapshots_enabled",
                        "Whether any rule for saving snapshots is set")),
    falling(status("snapshot_ok", Section::persistence, "rdb_last_bgsave_status",
                   "redis_rdb_last_bgsave_status", "Whether the last snapshot could be saved")),
    computed_by("save_age", Unit::milliseconds, Section::persistence, computed::save_age,
                "fogis_redis_save_age_seconds",
                "Time since the last snapshot; absent when neither snapshots nor the append-only "
                "file are on"),
    field("unsaved_changes", Unit::count, Section::persistence, "rdb_changes_since_last_save",
          "redis_rdb_changes_since_last_save", "Changes since the last snapshot"),
    computed_by("last_save", Unit::moment, Section::persistence, computed::last_save,
                "redis_rdb_last_save_timestamp_seconds",
                "When the last snapshot was saved, in Unix time"),

    computed_by("replica", Unit::flag, Section::replication, computed::is_replica,
                "fogis_redis_replica",
                "Whether this is a replica: outside of a cluster, what is published here does not "
                "reach the master"),
    falling(field("replicas", Unit::count, Section::replication, "connected_slaves",
                  "redis_connected_slaves", "Connected replicas")),
    falling(computed_by("master_link", Unit::flag, Section::replication, computed::master_link,
                        "redis_master_link_up", "Whether this replica is connected to its master")),
    seconds_field("master_silence", Section::replication, "master_last_io_seconds_ago",
                  "redis_master_last_io_seconds_ago",
                  "Time since the last contact of this replica with its master"),
    falling(computed_by("cluster_ok", Unit::flag, Section::replication, computed::cluster_ok,
                        "redis_cluster_state",
                        "Whether the cluster that this node belongs to is in state ok")),

    computed_by("slow_commands", Unit::count, Section::trouble, computed::slow_commands,
                "fogis_redis_slow_commands",
                "Commands that the slow log recorded in the last five minutes"),
    computed_by("slowest_command", Unit::milliseconds, Section::trouble, computed::slowest_command,
                "fogis_redis_slowest_command_seconds",
                "Longest command in the slow log of the last five minutes"),
    computed_by("latency_events", Unit::count, Section::trouble, computed::latency_events,
                "fogis_redis_latency_events",
                "Types of latency event in the last five minutes (LATENCY LATEST)"),
    increase("errors", Section::trouble, "total_error_replies", "",
             "Error replies since the last sample"),
    total("errors_total", Unit::count, Section::trouble, "total_error_replies",
          "fogis_redis_error_replies_total", "Error replies since the start"),
});

}  // namespace

std::span<const Metric> metrics() {
  return kMetrics;
}

}  // namespace fogis::monitor
