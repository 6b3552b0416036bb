// Metrics that are not a field of INFO. Each is absent when a part of it is.
#pragma once

#include <chrono>
#include <optional>

#include "monitor/observation.hpp"

namespace fogis::monitor::computed {

using Value = std::optional<double>;

Value cpu(const Observation& seen);  ///< percent of one core

/// A part of the round trips of our PINGs or canaries, in milliseconds.
using Part = std::chrono::nanoseconds LatencySummary::*;
Value ping_time(const Observation& seen, Part part);
Value canary_time(const Observation& seen, Part part);

Value ping_ok(const Observation& seen);

Value memory_limit(const Observation& seen);  ///< absent where there is none (maxmemory 0)
Value memory_share(const Observation& seen);  ///< percent of maxmemory
Value memory_headroom(const Observation& seen);

Value clients_limit(const Observation& seen);
Value clients_share(const Observation& seen);  ///< percent of maxclients

Value pubsub_clients(const Observation& seen);
Value fogis_subscribers(const Observation& seen);    ///< fewest, of the channels with live traffic
Value output_buffer(const Observation& seen);        ///< bytes, the largest of any subscriber
Value output_buffer_limit(const Observation& seen);  ///< bytes, the lower of both limits
Value output_buffer_share(const Observation& seen);  ///< percent of that limit

Value canary_ok(const Observation& seen);
Value canary_sent(const Observation& seen);
Value canary_lost(const Observation& seen);
Value canary_disordered(const Observation& seen);

Value lookups(const Observation& seen);
Value hit_rate(const Observation& seen);  ///< percent

Value snapshots(const Observation& seen);
Value save_age(const Observation& seen);   ///< ms; absent when neither RDB nor AOF is on
Value last_save(const Observation& seen);  ///< Unix seconds

Value is_replica(const Observation& seen);
Value master_link(const Observation& seen);  ///< only of replicas
Value cluster_ok(const Observation& seen);   ///< only of nodes of a cluster

Value slow_commands(const Observation& seen);
Value slowest_command(const Observation& seen);
Value latency_events(const Observation& seen);

}  // namespace fogis::monitor::computed
