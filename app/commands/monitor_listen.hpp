// `monitor --listen`: the report for everybody who can reach a port.
#pragma once

#include <chrono>

#include "cli/command.hpp"
#include "config/connection_settings.hpp"
#include "http/server_socket.hpp"
#include "monitor/collector.hpp"

namespace fogis::commands {

struct ListenPlan {
  http::ListenAddress address;
  config::ConnectionSettings connection;
  monitor::Collector::Options collector;
  std::chrono::nanoseconds interval{};  ///< between two samples of the server
  bool strict = false;                  ///< whether a degraded server is a no
};

/// Samples the server once an interval and serves /metrics, /health, /api/v1/report and the page,
/// through losses of the server, until a signal. Returns the exit code: 0, or 1 when the last
/// verdict is a no; where listening fails, that of the failure.
int run_listen(cli::Session& session, const ListenPlan& plan);

}  // namespace fogis::commands
