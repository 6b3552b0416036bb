// Channels, subscribers and events of a sample of a server: a row each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "monitor/events.hpp"
#include "monitor/observation.hpp"
#include "output/style.hpp"

namespace fogis::output {

/// The FOGIS channels with their subscribers and who should talk there; not one subscriber where
/// there should be one is coloured. Rows fit `style.width`.
std::vector<std::string> channel_rows(const monitor::Observation& seen, const Style& style);

/// The subscribers that have something unread, the slowest first, at most five.
std::vector<std::string> subscriber_rows(const monitor::Observation& seen, const Style& style);

/// Events with their times.
std::vector<std::string> event_rows(const std::vector<monitor::Event>& events, const Style& style);

}  // namespace fogis::output
