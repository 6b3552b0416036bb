// The server that a command talks to.
#pragma once

#include <optional>

#include "cli/command.hpp"
#include "config/config.hpp"
#include "process/ephemeral_server.hpp"
#include "redis/client.hpp"

namespace fogis::cli {

/// The effective configuration, and the private server it may name. Destroying it ends that server.
struct Target {
  config::Config config;
  std::optional<process::EphemeralServer> server;
};

/// Resolves the configuration and, under --ephemeral, starts the private server. Warnings are told
/// when verbose. When it cannot be done, every fault is told and `exit_code` is set to the
/// program's end.
std::optional<Target> find_target(Session& session, int& exit_code);

/// The retries that were asked for by an option: commands that ask one question make one attempt
/// otherwise.
redis::RetryPolicy asked_retries(const config::Config& config);

/// A client with the configured time limits and one connection.
redis::Client::Options client_options(const config::Config& config,
                                      const redis::RetryPolicy& retry);

}  // namespace fogis::cli
