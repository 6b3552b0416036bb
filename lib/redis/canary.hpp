// Messages to ourselves: the only proof that pub/sub delivers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/latency_window.hpp"
#include "config/connection_settings.hpp"
#include "redis/client.hpp"
#include "redis/connection.hpp"
#include "redis/statistics.hpp"
#include "redis/subscriber.hpp"

namespace fogis::redis {

/// How the messages went that we sent to ourselves through the server's pub/sub.
struct CanaryReport {
  std::size_t sent = 0;                   ///< 0: there was no connection or no subscription
  std::size_t delivered = 0;              ///< as they were sent
  std::size_t disordered = 0;             ///< that came after a later one
  std::optional<LatencySummary> latency;  ///< from publishing to receiving, of the last calls
  std::optional<Error> error;  ///< what kept them from being sent or received; forbidden: no right
  std::size_t altered = 0;     ///< arrived, but not as they were sent; they count as lost too

  [[nodiscard]] std::size_t lost() const { return sent - delivered; }
  [[nodiscard]] bool arrived() const { return delivered + altered > 0; }
  /// Whether the user lacks the right, so that nothing can be said of the server.
  [[nodiscard]] bool denied() const { return error && error->kind == ErrorKind::forbidden; }
  [[nodiscard]] bool perfect() const {
    return !error && sent > 0 && lost() == 0 && disordered == 0;
  }
};

/// Publishes numbered messages on a private channel and waits for them on another connection. A
/// server whose PING answers may still deliver nothing: half-open connections, a failover, CLIENT
/// PAUSE. Not thread-safe.
class Canary {
public:
  struct Options {
    Timeouts timeouts = {};    ///< `operation` is for all messages of a call; at most two seconds
    std::string channel = {};  ///< empty: `fogis:test:<nonce>:canary`
    std::size_t messages = 5;  ///< of a call: enough to see an order, too few to be a load
    std::shared_ptr<Statistics> statistics = nullptr;  ///< to count PUBLISH into; may be null
    bool counts_received = false;  ///< the subscription and its messages as well
  };

  /// Connects nothing yet. The settings choose the protocol and the name of the connections. `stop`
  /// may be null and must outlive the canary.
  Canary(config::ConnectionSettings settings, Options options, const StopEvent* stop);

  /// Sends the messages at once and takes them back. Opens the connections when there are none;
  /// after a failure they are opened anew by the next call. Whatever happens is told in the report.
  CanaryReport sing();

  /// Drops both connections, and what earlier calls have measured.
  void reset();

  /// The server's id of the subscribed connection, by which CLIENT LIST shows it.
  [[nodiscard]] std::optional<std::int64_t> client_id() const;
  [[nodiscard]] const std::string& channel() const { return options_.channel; }

private:
  using Clock = Deadline::Clock;

  Result<void> connect(const Deadline& deadline);
  Result<void> publish(CanaryReport& report, const Deadline& deadline);
  Result<void> receive(CanaryReport& report, const Deadline& deadline);
  void take(const Message& message, CanaryReport& report);

  config::ConnectionSettings settings_;
  Options options_;
  const StopEvent* stop_;
  std::optional<Subscriber> subscriber_;
  std::optional<Connection> publisher_;
  std::map<std::uint64_t, Clock::time_point> flying_;  ///< when each number was published
  std::uint64_t next_number_ = 1;
  std::uint64_t latest_received_ = 0;
  LatencyWindow latency_;
};

}  // namespace fogis::redis
