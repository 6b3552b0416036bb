// From a started process to a server that answers. Internal to lib/process.
#pragma once

#include <string_view>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "process/watchdog.hpp"

namespace fogis::process {

/// Names of files in the watchdog's folder.
struct ServerFiles {
  std::string_view socket;
  std::string_view log;
};

/// Waits until the server under `watchdog` answers PING on its socket. Woken by what happens in the
/// folder: the server makes its socket, and logs when it listens.
/// Errors: see EphemeralServer::start.
Result<void> await_server(Watchdog& watchdog, const ServerFiles& files, const Deadline& deadline);

}  // namespace fogis::process
