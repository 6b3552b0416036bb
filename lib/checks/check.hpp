// A check: a row of a table, run against a context.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "checks/report.hpp"
#include "config/connection_settings.hpp"
#include "redis/client.hpp"
#include "redis/subscriber.hpp"

namespace fogis::checks {

/// What the user may set for a run; the defaults are the documented ones.
struct SuiteOptions {
  std::vector<std::string> only;            ///< ids to run; empty: all
  std::vector<std::string> skip;            ///< ids not to run
  std::size_t operations = 1000;            ///< of each kind in `performance`; 50 to 1,000,000
  std::size_t payload_size = 256U * 1024U;  ///< largest value and message of `binary-safety`, bytes
  std::optional<std::chrono::nanoseconds> max_p99;  ///< slowest acceptable p99 in `performance`
  std::optional<double> min_ops;                    ///< fewest acceptable operations per second
  bool fail_fast = false;
  unsigned repeat = 1;
};

/// What a check works with. One for each run; checks run one after the other. Not thread-safe but
/// for the client and key().
class Context {
public:
  /// `stop` may be null and must outlive the context.
  Context(config::ConnectionSettings settings, redis::Timeouts timeouts,
          const SuiteOptions& options, const StopEvent* stop);

  [[nodiscard]] const config::ConnectionSettings& settings() const { return settings_; }
  [[nodiscard]] const SuiteOptions& options() const { return options_; }
  [[nodiscard]] const redis::Timeouts& timeouts() const { return timeouts_; }
  [[nodiscard]] const StopEvent* stop() const { return stop_; }
  /// Leases its connections from one pool that all checks share. Retries with short delays of its
  /// own, not with the user's settings.
  [[nodiscard]] redis::Client& client() { return *client_; }
  [[nodiscard]] redis::Subscriber make_subscriber() const;
  [[nodiscard]] Deadline operation_deadline() const { return client_->operation_deadline(); }

  /// `fogis:test:<nonce>:<name>`: a key that is removed at the end of the run, whatever happens.
  /// Thread-safe.
  std::string key(std::string_view name);
  /// `fogis:test:<nonce>:<name>` for a channel; nothing to remove.
  [[nodiscard]] std::string channel(std::string_view name) const;
  /// Removes all keys made so far, also after an interruption.
  /// Returns the keys that could not be removed.
  std::vector<std::string> clean_up();

private:
  config::ConnectionSettings settings_;
  SuiteOptions options_;
  redis::Timeouts timeouts_;
  const StopEvent* stop_;
  std::string prefix_;
  std::unique_ptr<redis::Client> client_;
  std::mutex mutex_;
  std::vector<std::string> keys_;
};

/// One check. The table that holds it owns the texts.
struct Check {
  std::string_view id;       ///< stable kebab-case
  std::string_view title;    ///< at most 40 characters
  std::string_view purpose;  ///< one sentence for --list: what it proves
  CheckResult (*run)(Context& context);
};

}  // namespace fogis::checks
