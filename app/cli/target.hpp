// The server that a command talks to.
#pragma once

#include <functional>

#include "cli/command.hpp"
#include "config/config.hpp"
#include "redis/backoff.hpp"
#include "redis/client.hpp"

namespace fogis::cli {

/// Who sees to --wait.
enum class Readiness : bool { awaited, left_to_work };

/// Resolves the configuration, starts the private server under --ephemeral, waits for the server
/// under --wait, and runs `work`, at whose return the private server ends. Warnings are told when
/// verbose. Returns the exit code: that of `work`, or of what kept it from being run, every fault
/// of which is told.
int with_target(Session& session, const std::function<int(const config::Config& config)>& work,
                Readiness readiness = Readiness::awaited);

/// The configured retries.
redis::RetryPolicy configured_retries(const config::Config& config);
/// The retries that were asked for by an option: commands that ask one question make one attempt
/// otherwise.
redis::RetryPolicy asked_retries(const config::Config& config);

/// The configured time limits.
inline redis::Timeouts timeouts(const config::Config& config) {
  return {.connect = config.connect_timeout, .operation = config.timeout};
}

/// The options of anything that connects (redis::Client, redis::Subscriber and the like) with the
/// configured time limits.
template <typename Options>
Options connect_with(const config::Config& config, const redis::RetryPolicy& retry) {
  Options options;
  options.timeouts = timeouts(config);
  options.retry = retry;
  return options;
}

}  // namespace fogis::cli
