// The result of `ping`, as text and as JSON.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/histogram.hpp"
#include "output/style.hpp"
#include "redis/connection.hpp"
#include "redis/statistics.hpp"

namespace fogis::output {

/// A server that answered at least once.
struct PingResult {
  std::string endpoint;      ///< redacted
  redis::OpenReport opened;  ///< of the first connection that held
  std::chrono::system_clock::time_point started;
  unsigned attempts = 1;                   ///< until the first answer
  std::chrono::nanoseconds ready_after{};  ///< from the start to the first answer
  std::chrono::nanoseconds first{};        ///< round trip of the first answer
  std::size_t wanted = 1;
  std::size_t sent = 0;
  Histogram round_trips;       ///< of those that were answered
  std::optional<Error> error;  ///< the last failure after the first answer
  bool interrupted = false;
  redis::StatisticsSnapshot statistics;

  [[nodiscard]] std::size_t lost() const { return sent - round_trips.count(); }
  /// In percent.
  [[nodiscard]] double loss() const;
};

/// Who answered, and the time of each phase: several lines.
std::string ping_head(const PingResult& result, const Style& style);

/// One line about one of several PINGs: its number from 1 and its time or its failure.
std::string ping_line(std::size_t number, std::chrono::nanoseconds round_trip);
std::string ping_line(std::size_t number, const Error& error, const Style& style);

/// What several PINGs add up to: how many were lost, and how the times are distributed.
std::string ping_summary(const PingResult& result, const Style& style);

/// The only line of a quiet, single ping.
std::string ping_quiet_line(const PingResult& result);

/// The document `fogis-redis/ping`.
std::string ping_json(const PingResult& result);

}  // namespace fogis::output
