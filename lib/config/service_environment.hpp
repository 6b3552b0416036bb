// The variables of the FOGIS services that do not say how this tool connects: shown, and warned of
// where a service will not do what their writer expects.
#pragma once

#include "config/config.hpp"

namespace fogis::config {

/// Appends an entry for each of the variables to `resolution.entries`, in a fixed order, and a
/// warning for each trap. What the services do was read from their sources: match-list-processor
/// (the publisher) and fogis-calendar-phonebook-sync (the calendar, the subscriber).
void describe_service_environment(const Environment& environment, Resolution& resolution);

}  // namespace fogis::config
