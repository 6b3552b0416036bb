// Step of resolve(): how long to wait and how often to try.
#pragma once

#include "config/resolve_context.hpp"

namespace fogis::config {

/// Timeouts, retries and the delay between them. Variables are bare numbers of seconds, as the
/// services read them; options and the URL may use units.
void resolve_timing(const ResolveContext& context);

}  // namespace fogis::config
