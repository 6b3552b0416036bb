// The lines of the live view: what is shown where, without a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "monitor/history.hpp"
#include "monitor/report.hpp"
#include "output/style.hpp"

namespace fogis::output {

/// Everything that one frame shows.
struct LiveView {
  std::shared_ptr<const monitor::Report> report;  ///< null before the first sample is over
  monitor::History history;
  std::string endpoint;  ///< redacted
  std::chrono::nanoseconds interval{};
  std::chrono::system_clock::time_point now;
  bool paused = false;
};

/// Exactly `rows` lines of at most `columns` columns, colours not counted. When there is not room
/// for all, events go first, then the channels, then the reasons of the verdict. `style.width` does
/// not count.
std::vector<std::string> live_frame(const LiveView& view, std::size_t rows, std::size_t columns,
                                    const Style& style);

}  // namespace fogis::output
