// Limits for tests of monitor, which run on machines of any speed.
#pragma once

#include <string>
#include <vector>

namespace fogis::testing {

/// Options that leave the speed of the server and of the machine out of the verdict; a server of a
/// test, to which nobody listens, is degraded instead of unhealthy.
inline std::vector<std::string> without_speed() {
  const std::string off = "ping_p50=off,canary_p50=off";
  return {"--warn", off, "--crit", off + ",fogis_subscribers=off"};
}

}  // namespace fogis::testing
