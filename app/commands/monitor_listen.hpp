// `monitor --listen`: the report for everybody who can reach a port.
#pragma once

#include <chrono>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/connection_settings.hpp"
#include "http/server_socket.hpp"
#include "monitor/collector.hpp"
#include "monitor/report.hpp"

namespace fogis::commands {

struct ListenPlan {
  http::ListenAddress address;
  config::ConnectionSettings connection;
  monitor::Collector::Options collector;
  std::chrono::nanoseconds interval{};  ///< between two samples of the server
};

/// Samples the server once an interval and serves /metrics, /health, /api/v1/report and the page,
/// through losses of the server, until a signal. Returns the report that is true at the end.
/// Errors: those of Sampler::start, http::Server::listen and http::Server::serve.
Result<monitor::Report> listen(cli::Session& session, const ListenPlan& plan);

}  // namespace fogis::commands
