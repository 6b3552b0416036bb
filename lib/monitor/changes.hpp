// What happened between two samples of a server.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/sample.hpp"

namespace fogis::monitor {

/// What became of the server between two samples.
enum class Run : std::uint8_t {
  same,
  restarted,     ///< it began to run after `before`
  other_server,  ///< it ran already at `before`: one address leads to several servers
};

/// Compares run ids, and where they differ the uptime with the time between the samples. Without
/// run ids an uptime that has become shorter is a restart.
Run compare_runs(const Sample& before, const Sample& after);

/// Rates and increases. Our own commands are taken off total_commands_processed, so that an idle
/// server is seen as idle. A counter that went back (CONFIG RESETSTAT) or that one sample lacks
/// gives none.
class Changes {
public:
  /// `after` must be the later one of the same run. Keeps copies of what it needs.
  Changes(const Sample& before, const Sample& after);

  /// Between both samples, by a clock that does not jump; never negative.
  [[nodiscard]] std::chrono::nanoseconds span() const { return span_; }
  /// How much a counter of INFO has grown.
  [[nodiscard]] std::optional<double> increase(std::string_view field) const;
  /// The same for each second; nothing when no time has passed.
  [[nodiscard]] std::optional<double> rate(std::string_view field) const;
  /// Error replies that came in between, by code; only those that did.
  [[nodiscard]] const std::map<std::string, std::int64_t>& errors() const { return errors_; }

private:
  std::chrono::nanoseconds span_{};
  std::map<std::string, double, std::less<>> increases_;
  std::map<std::string, std::int64_t> errors_;
};

}  // namespace fogis::monitor
