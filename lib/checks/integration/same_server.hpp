// Whether two addresses lead to one Redis server.
#pragma once

#include <string>

#include "checks/context.hpp"
#include "checks/integration/evidence.hpp"
#include "config/connection_settings.hpp"

namespace fogis::checks::integration {

/// What was found out, and how.
struct Comparison {
  Sameness sameness = Sameness::unknown;
  std::string proof;       ///< a clause for people
  bool is_silent = false;  ///< nothing listens at the other address
};

/// Whether the addresses are the same as written: transport, host (localhost, 127.0.0.1 and ::1 are
/// one) and port, or the socket's path. The database does not matter to pub/sub. Pure.
bool is_same_address(const config::ConnectionSettings& left,
                     const config::ConnectionSettings& right);

/// Whether the address means another place to another machine: loopback, or a socket's path. Pure.
bool is_local(const config::ConnectionSettings& settings);

/// Compares the addresses, and where they differ the servers' run ids: connects to `theirs` for
/// that, without credentials, for a second at most, and asks INFO server. Where that is not
/// possible, names say something only when neither is an address of this machine: a name inside of
/// compose and localhost outside may well be one server.
Comparison compare_servers(Context& context, const config::ConnectionSettings& theirs);

}  // namespace fogis::checks::integration
