// Step of resolve(): whether and how TLS is used.
#pragma once

#include "config/resolve_context.hpp"

namespace fogis::config {

/// Needs the address to be resolved. Files are opened once, so that a wrong name is told here and
/// not as a failed handshake.
void resolve_tls(const ResolveContext& context);

}  // namespace fogis::config
