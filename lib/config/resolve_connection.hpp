// Steps of resolve(): which server, which database, as whom.
#pragma once

#include "config/resolve_context.hpp"

namespace fogis::config {

/// Reads the URL in force into `context.url`, and from it and the options transport, host, port,
/// socket path and database.
void resolve_address(ResolveContext& context);

/// User name and password, from options, URL, password file or environment.
void resolve_credentials(const ResolveContext& context);

}  // namespace fogis::config
