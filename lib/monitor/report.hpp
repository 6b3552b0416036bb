// What one sample of a server has shown: all that is rendered.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "monitor/events.hpp"
#include "monitor/health.hpp"
#include "monitor/observation.hpp"
#include "monitor/sample.hpp"
#include "redis/statistics.hpp"

namespace fogis::monitor {

/// A value. Texts of the server are as they came.
struct Report {
  std::uint64_t number = 1;  ///< of this sample, from 1
  std::string endpoint;      ///< redacted
  std::chrono::system_clock::time_point taken;
  std::chrono::steady_clock::time_point finished;  ///< when the sample was over, by a steady clock
  /// The same of the newest sample that the server answered, which may be this one.
  std::optional<std::chrono::steady_clock::time_point> answered;
  std::chrono::nanoseconds took{};         ///< the whole sample
  std::optional<Observation> observation;  ///< absent when the sample failed
  std::optional<Error> error;              ///< why it failed
  Verdict verdict;
  std::vector<Event> events;   ///< since the last sample
  std::uint64_t failures = 0;  ///< samples without an answer, this one included
  std::uint64_t restarts = 0;  ///< of the server, since the first sample
  redis::StatisticsSnapshot statistics;
};

}  // namespace fogis::monitor
