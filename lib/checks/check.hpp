// A check: a row of a table, run against a context.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "checks/report.hpp"
#include "redis/memory.hpp"
#include "redis/reply.hpp"

namespace fogis::checks {

class Context;

/// What the user may set for a run; the defaults are the documented ones.
struct SuiteOptions {
  std::vector<std::string> only;  ///< ids to run; empty: all
  std::vector<std::string> skip;  ///< ids not to run
  std::size_t operations = 1000;  ///< of each kind in `performance`; 50 to 1,000,000
  std::size_t payload_size = std::size_t{256}
                             << 10U;  ///< largest value and message of `binary-safety`, bytes
  std::optional<std::chrono::nanoseconds> max_p99;  ///< slowest acceptable p99 in `performance`
  std::optional<double> min_ops;                    ///< fewest acceptable operations per second
  bool fail_fast = false;
  unsigned repeat = 1;
  /// Of what subscribers take; nothing: enough for `payload_size`.
  std::optional<redis::ReplyLimits> message_limits;
  bool allow_evictions = false;  ///< run also what a full server cannot spare the memory for
};

/// One check. The table that holds it owns the texts.
struct Check {
  std::string_view id;       ///< stable kebab-case
  std::string_view title;    ///< at most 40 characters
  std::string_view purpose;  ///< one sentence for --list: what it proves
  /// Of the server's memory: where that cannot be spared the check is skipped. Nothing for one that
  /// looks itself at what can be spared.
  redis::MemoryNeed need;
  /// Judges. A failure means that it could not be carried out to its end; verdict_of() makes that
  /// a result: skip for what the server forbids, error for a lost connection, …
  Result<CheckResult> (*run)(Context& context);
};

}  // namespace fogis::checks
