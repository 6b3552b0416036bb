// Samples a server again and again.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/connection_settings.hpp"
#include "monitor/report.hpp"
#include "monitor/sample.hpp"
#include "monitor/thresholds.hpp"
#include "redis/client.hpp"
#include "redis/cluster.hpp"
#include "redis/connection.hpp"
#include "redis/memory.hpp"

namespace fogis::monitor {

/// Holds one connection (three with a canary) and what earlier samples have seen: rates, events and
/// percentiles come from more than one. A lost connection is opened again by a later sample, with
/// backoff. What the server refuses for good (a right, an unknown command) is asked again a minute
/// later or on the next connection; what it refuses for now (BUSY), with the next sample. Not
/// thread-safe. The stop event ends every wait.
class Collector {
public:
  struct Options {
    redis::Timeouts timeouts = {};
    redis::RetryPolicy retry = {};  ///< delay and cap of the backoff; the number does not count
    Thresholds thresholds = {};
    bool probe = false;  ///< send canaries
    /// The first sample and one after a restart look twice, so far apart, to have rates as well.
    /// Nothing: they look once.
    std::optional<std::chrono::nanoseconds> glance = std::nullopt;
    std::chrono::nanoseconds recheck = std::chrono::minutes(1);  ///< of settings and refusals
  };

  /// Connects nothing yet. `stop` may be null and must outlive the collector.
  Collector(config::ConnectionSettings settings, Options options, const StopEvent* stop);

  /// One sample. A failure is told in the report: those of Connection::open and of
  /// Connection::command; interrupted. While the backoff lasts, the last failure again.
  Report take_sample();

private:
  using Clock = std::chrono::steady_clock;

  Result<Observation> observe();
  Result<Observation> look();
  Result<void> connect();
  Result<void> read_info(Sample& sample);
  Result<void> ping(Sample& sample);
  Result<void> read_details(Sample& sample);
  void sort_clients(std::vector<redis::PubSubClient> clients, Sample& sample);
  Result<void> add_other_nodes(Sample& sample);
  Result<void> discount_own_listeners(Sample& sample);
  Result<void> read_settings(const Sample& sample);
  bool spares(const Sample& sample, std::string_view what, const redis::MemoryNeed& need);
  void send_canary(Observation& observation);
  void take_detail(std::string_view what, const redis::Reply& reply, Sample& sample);
  bool refuse(std::string_view what, const redis::Reply& reply);
  [[nodiscard]] bool is_refused(std::string_view what) const { return refused_.contains(what); }
  void connect_with_past(Observation& observation);
  [[nodiscard]] std::optional<Lookups> recent_lookups(const Sample& sample);
  Result<void> measure(Observation& observation);
  void note_failure(const Error& error, Report& report);
  void note_health(Report& report);

  config::ConnectionSettings settings_;
  Options options_;
  const StopEvent* stop_;
  std::shared_ptr<redis::Statistics> statistics_;
  std::optional<redis::Connection> connection_;
  redis::ClusterNodes nodes_;
  redis::Canary canary_;
  Refusals refused_;
  Settings server_settings_;
  std::vector<redis::PubSubClient> own_listeners_;  ///< of the last CLIENT LIST
  Clock::time_point next_recheck_;
  LatencyWindow ping_;
  std::optional<Sample> last_;         ///< of the same or an earlier run
  std::vector<Event> pending_events_;  ///< to go into the report being made
  std::deque<std::pair<Clock::time_point, Lookups>>
      lookups_;                   ///< lifetime totals, a minute of them
  std::optional<Error> failure_;  ///< of the last sample
  std::optional<Clock::time_point> answered_;
  redis::Backoff backoff_;  ///< while samples fail
  Clock::time_point next_attempt_;
  std::optional<Health> last_health_;
  std::uint64_t number_ = 0;
  std::uint64_t restarts_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace fogis::monitor
