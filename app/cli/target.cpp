#include "cli/target.hpp"

#include <chrono>

#include "base/deadline.hpp"

namespace fogis::cli {
namespace {

/// A redis-server is up within milliseconds; a machine under load may need longer.
constexpr auto kLongestStart = std::chrono::seconds(10);

}  // namespace

std::optional<Target> find_target(Session& session, int& exit_code) {
  const bool ephemeral = session.options.ephemeral;
  auto resolution = config::resolve(session.options.connection, session.environment, ephemeral);
  for (const auto& warning : resolution.warnings) {
    session.console.warning(warning);
  }
  if (!resolution.errors.empty()) {
    for (auto error = resolution.errors.begin() + 1; error != resolution.errors.end(); ++error) {
      session.console.error(*error);
    }
    exit_code = session.fail(resolution.errors.front());
    return std::nullopt;
  }
  Target target{.config = std::move(resolution.config), .server = std::nullopt};
  if (ephemeral) {
    const auto begin = std::chrono::steady_clock::now();
    auto server =
        process::EphemeralServer::start({}, Deadline::after(kLongestStart, &session.stop));
    if (!server) {
      exit_code = session.fail(server.error());
      return std::nullopt;
    }
    session.console.step("start", std::chrono::steady_clock::now() - begin);
    target.config.connection.transport = config::Transport::unix_socket;
    target.config.connection.socket_path = server->socket_path();
    target.server.emplace(std::move(*server));
  }
  return target;
}

redis::RetryPolicy asked_retries(const config::Config& config) {
  redis::RetryPolicy policy;
  policy.retries = config.retries_given ? config.retries : 0;
  policy.delay = config.retry_delay;
  return policy;
}

redis::Client::Options client_options(const config::Config& config,
                                      const redis::RetryPolicy& retry) {
  redis::Client::Options options;
  options.timeouts = {.connect = config.connect_timeout, .operation = config.timeout};
  options.retry = retry;
  return options;
}

}  // namespace fogis::cli
