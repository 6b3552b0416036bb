// From a started process to a server that answers. Internal to lib/process.
#pragma once

#include <string_view>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "process/watchdog.hpp"

namespace fogis::process {

/// What is known of a server that was started.
struct StartedServer {
  std::string_view socket;  ///< names of files in the watchdog's directory
  std::string_view log;
  Deadline::Clock::time_point began;  ///< since when the user waits
};

/// Waits until the server under `watchdog` answers PING on its socket; asks every millisecond.
/// Errors: see EphemeralServer::start.
Result<void> await_server(Watchdog& watchdog, const StartedServer& server,
                          const Deadline& deadline);

}  // namespace fogis::process
