// What a check works with: connections, names that nobody else uses, and the clean-up after it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "checks/check.hpp"
#include "config/connection_settings.hpp"
#include "redis/client.hpp"
#include "redis/connection.hpp"
#include "redis/info.hpp"
#include "redis/memory.hpp"
#include "redis/reply.hpp"
#include "redis/subscriber.hpp"

namespace fogis::checks {

/// Seconds that a test key lives when nobody removes it, as an argument of SET EX and EXPIRE.
/// Longer than any check needs between two writes.
inline constexpr std::string_view kKeyTtlSeconds = "120";

/// One attempt: a check must see each lost connection.
inline constexpr redis::RetryPolicy kNoRetry{0, std::chrono::nanoseconds::zero(),
                                             std::chrono::nanoseconds::zero()};

/// The channels that tests make up, as an ACL rule names them.
inline constexpr std::string_view kTestChannels = "fogis:test:*";

/// What is known of the memory that the server can spare.
struct SpareMemory {
  std::optional<redis::Memory> memory = std::nullopt;  ///< nothing where it is not told
  std::string cause = {};                              ///< why it is not
  std::string hint = {};

  bool accepted = false;  ///< evictions are (--allow-evictions)

  /// Whether the work evicts no key of anybody and costs nobody a refused write, or that is
  /// accepted. False where it cannot be known.
  [[nodiscard]] bool allows(const redis::MemoryNeed& need) const;
  /// Why work is left out because allows() says no, as what is forbidden.
  [[nodiscard]] Error shortage(const redis::MemoryNeed& need) const;
  /// The same as the result of a check.
  [[nodiscard]] CheckResult refusal(const redis::MemoryNeed& need) const;
};

/// Adds to a result that `keys` were evicted meanwhile, which makes it a warning at least.
void warn_of_evictions(CheckResult& result, std::int64_t keys, std::string_view policy);

/// One for each run; checks run one after the other. Not thread-safe but for key(), channel() and
/// what says so.
class Context {
public:
  /// Connects nothing yet. `stop` may be null and must outlive the context.
  Context(config::ConnectionSettings settings, redis::Timeouts timeouts, SuiteOptions options,
          const StopEvent* stop);

  [[nodiscard]] const config::ConnectionSettings& settings() const { return settings_; }
  [[nodiscard]] const SuiteOptions& options() const { return options_; }
  [[nodiscard]] const redis::Timeouts& timeouts() const { return timeouts_; }
  [[nodiscard]] const StopEvent* stop() const { return client_.stop(); }
  /// What all connections of this context count into.
  [[nodiscard]] const std::shared_ptr<redis::Statistics>& statistics() const {
    return client_.statistics();
  }
  /// The user that we are by our settings, for hints.
  [[nodiscard]] std::string_view user() const;

  /// Leases its connections from one pool that all checks share, without retries. Thread-safe.
  [[nodiscard]] redis::Client& client() { return client_; }
  /// A client with a pool of its own, whose connections carry label() as their name. Its figures
  /// count into the shared statistics.
  [[nodiscard]] redis::Client make_client(std::size_t pool_size, redis::RetryPolicy retry,
                                          std::string_view purpose) const;
  /// By default it does not try again, as the client. With a `purpose` label() is its name. For
  /// `keepalive` see redis::Subscriber::Options.
  [[nodiscard]] redis::Subscriber make_subscriber(
      redis::RetryPolicy retry = kNoRetry, std::string_view purpose = {},
      std::chrono::nanoseconds keepalive = std::chrono::nanoseconds(0)) const;
  /// A connection outside of every pool.
  [[nodiscard]] Result<redis::Connection> open_connection() const {
    return open_connection(settings_.protocol);
  }
  [[nodiscard]] Result<redis::Connection> open_connection(config::RespVersion protocol) const;
  [[nodiscard]] Deadline operation_deadline() const { return client_.operation_deadline(); }
  /// The client name of connections that are to be told apart: the service's name with the nonce
  /// and `purpose`.
  [[nodiscard]] std::string label(std::string_view purpose) const;

  /// The server's kind and version, once `connection` has learnt it; else empty.
  [[nodiscard]] const std::string& server() const { return server_; }
  void set_server(std::string server) { server_ = std::move(server); }

  /// Runs a command whose error reply is a failure here: forbidden (with the ACL rule that would
  /// allow it) also where the server has no such command; else as redis::to_error.
  /// Errors: those, and those of Client::command. Thread-safe.
  Result<redis::Reply> ask(std::initializer_list<std::string_view> arguments,
                           redis::Repeat repeat = redis::Repeat::never);
  /// The same on a connection.
  [[nodiscard]] Result<redis::Reply> ask(redis::Connection& connection,
                                         std::initializer_list<std::string_view> arguments) const;
  /// An error reply to `command` (its first words, for the hint) as the failure that ask() gives.
  [[nodiscard]] Error refusal(const redis::Reply& reply,
                              std::initializer_list<std::string_view> command) const;
  /// The same for a failure that lib/redis has made of an error reply; others stay as they are.
  /// `channel` is the one that the command was about, for the rule: a test's own by default.
  [[nodiscard]] Error explain(Error error, std::initializer_list<std::string_view> command,
                              std::string_view channel = kTestChannels) const;
  /// The fields of INFO, of one section.
  Result<redis::Info> info(std::string_view section);

  /// Asks for the server's memory. Whatever goes wrong makes it unknown.
  void look_at_memory();
  /// What the last look has shown.
  [[nodiscard]] const SpareMemory& spare_memory() const { return spare_memory_; }

  /// `fogis:test:<nonce>:<name>`: a key that clean_up() removes, whatever happens. Whoever writes
  /// it gives it a TTL all the same. Thread-safe.
  std::string key(std::string_view name);
  /// `fogis:test:<nonce>:<name>` for a channel, or a key that is only read; nothing to remove.
  /// Thread-safe.
  [[nodiscard]] std::string channel(std::string_view name) const;
  /// Notes the outcome of a command that would have made `key`: where the server refused it there
  /// is nothing to remove, unless an earlier one was not refused. ask() does this for SET by
  /// itself. Thread-safe.
  void wrote(std::string_view key, bool refused) const;
  /// Removes all keys made so far, also after an interruption, within two seconds. Returns those
  /// that could not be removed: the next call tries them again.
  std::vector<std::string> clean_up();

private:
  /// What is known of a key's existence. `unknown`: it may have been written.
  enum class Written : std::uint8_t { unknown, refused, confirmed };

  Result<std::vector<redis::Reply>> remove(const std::vector<std::string>& keys);

  const config::ConnectionSettings settings_;
  const redis::Timeouts timeouts_;
  const SuiteOptions options_;
  const std::string nonce_;
  redis::Client client_;
  std::string server_;
  SpareMemory spare_memory_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Written, std::less<>> keys_;
};

}  // namespace fogis::checks
