#include "cli/target.hpp"

#include <chrono>

#include "base/deadline.hpp"
#include "cli/pinger.hpp"
#include "process/ephemeral_server.hpp"

namespace fogis::cli {
namespace {

/// A redis-server is up within milliseconds; a machine under load may need longer.
constexpr auto kLongestStart = std::chrono::seconds(10);

int run_when_ready(Session& session, const config::Config& config,
                   const std::function<int(const config::Config& config)>& work,
                   Readiness readiness) {
  if (session.options.wait && readiness == Readiness::awaited) {
    if (const auto answer = Pinger(session, config).wait_until_ready(); !answer) {
      return session.fail(answer.error());
    }
  }
  return work(config);
}

}  // namespace

int with_target(Session& session, const std::function<int(const config::Config& config)>& work,
                Readiness readiness) {
  const bool ephemeral = session.options.ephemeral;
  auto resolution = config::resolve(session.options.connection, session.environment, ephemeral);
  for (const auto& warning : resolution.warnings) {
    session.console.warning(warning);
  }
  if (!resolution.errors.empty()) {
    for (auto error = resolution.errors.begin() + 1; error != resolution.errors.end(); ++error) {
      session.console.error(*error);
    }
    return session.fail(resolution.errors.front());
  }
  if (!ephemeral) {
    return run_when_ready(session, resolution.config, work, readiness);
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto server =
      process::EphemeralServer::start({}, Deadline::after(kLongestStart, &session.stop));
  if (!server) {
    return session.fail(server.error());
  }
  session.console.step("start", std::chrono::steady_clock::now() - begin);
  resolution.config.connection.transport = config::Transport::unix_socket;
  resolution.config.connection.socket_path = server->socket_path();
  return run_when_ready(session, resolution.config, work, readiness);
}

redis::RetryPolicy configured_retries(const config::Config& config) {
  redis::RetryPolicy policy;
  policy.retries = config.retries;
  policy.delay = config.retry_delay;
  return policy;
}

redis::RetryPolicy asked_retries(const config::Config& config) {
  auto policy = configured_retries(config);
  policy.retries = config.retries_given ? config.retries : 0;
  return policy;
}

}  // namespace fogis::cli
