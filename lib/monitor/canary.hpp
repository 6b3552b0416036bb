// Messages to ourselves: the only proof that pub/sub delivers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/connection_settings.hpp"
#include "monitor/latency_window.hpp"
#include "monitor/observation.hpp"
#include "redis/client.hpp"
#include "redis/connection.hpp"
#include "redis/statistics.hpp"
#include "redis/subscriber.hpp"

namespace fogis::monitor {

/// Publishes numbered messages on a private channel (`fogis:test:<nonce>:canary`) and waits for
/// them on another connection. A server whose PING answers may still deliver nothing: half-open
/// connections, a failover, CLIENT PAUSE. Not thread-safe.
class Canary {
public:
  /// Connects nothing yet. `stop` may be null and must outlive the canary.
  /// `statistics` may be null: the commands that we send are counted into it, received messages
  /// are not.
  Canary(config::ConnectionSettings settings, redis::Timeouts timeouts, const StopEvent* stop,
         std::shared_ptr<redis::Statistics> statistics = nullptr);

  /// Sends a few messages at once and takes them back within the operation timeout, at most two
  /// seconds. Opens the connections when there are none; after a failure they are opened anew by
  /// the next call. Whatever happens is told in the report.
  CanaryReport sing();

  /// Drops both connections, and what earlier calls have measured.
  void reset();

  /// The server's id of the subscribed connection, by which CLIENT LIST shows it.
  [[nodiscard]] std::optional<std::int64_t> client_id() const;
  [[nodiscard]] const std::string& channel() const { return channel_; }

private:
  using Clock = Deadline::Clock;

  Result<void> connect(const Deadline& deadline);
  Result<void> publish(CanaryReport& report, const Deadline& deadline);
  Result<void> receive(CanaryReport& report, const Deadline& deadline);
  void take(const redis::Message& message, CanaryReport& report);

  config::ConnectionSettings settings_;
  redis::Timeouts timeouts_;
  const StopEvent* stop_;
  std::shared_ptr<redis::Statistics> statistics_;
  std::string channel_;
  std::optional<redis::Subscriber> subscriber_;
  std::optional<redis::Connection> publisher_;
  std::map<std::uint64_t, Clock::time_point> flying_;  ///< when each number was published
  std::uint64_t next_number_ = 1;
  std::uint64_t latest_received_ = 0;
  LatencyWindow latency_;
};

}  // namespace fogis::monitor
