// The live view of `monitor --watch`.
#pragma once

#include <chrono>
#include <memory>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/config.hpp"
#include "monitor/collector.hpp"
#include "monitor/report.hpp"

namespace fogis::commands {

/// Whether stdin and stdout are a terminal that can show a live view.
bool can_watch(const cli::Session& session);

/// Shows the server until q is pressed or a signal arrives. Returns the last report; null when
/// there was none.
/// Errors: what keeps the server from ever being sampled (credentials, rights, TLS, a bad
/// address); internal when the terminal cannot be set up.
Result<std::shared_ptr<const monitor::Report>> watch(cli::Session& session,
                                                     const config::Config& config,
                                                     monitor::Collector::Options options,
                                                     std::chrono::nanoseconds interval);

}  // namespace fogis::commands
