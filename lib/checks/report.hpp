// What checks found. Data only: renderers read it, nothing here prints.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace fogis::checks {

enum class Status : std::uint8_t {
  pass,
  warn,   ///< works, but someone should look
  fail,   ///< does not do what it must
  skip,   ///< could not be judged here; the cause says why
  error,  ///< the check itself could not be carried out; counts as fail
};

/// Stable lower-case name, as in JSON.
std::string_view name(Status status);

/// A measured or observed value. Durations are rendered in milliseconds with the suffix `_ms`.
using DetailValue = std::variant<std::string, std::int64_t, double, bool, std::chrono::nanoseconds>;

struct Detail {
  std::string name;  ///< snake_case, with `_bytes` for sizes and no suffix for durations
  DetailValue value;
};

/// A fault that was traced to its cause. All texts are whole sentences without a full stop.
struct Issue {
  std::string id;                ///< number of the known field failure ("D9"), else kebab-case
  Status status = Status::fail;  ///< fail, or warn where nothing is lost yet
  std::string problem;           ///< what is wrong
  std::string evidence;          ///< what was seen that says so
  std::string consequence;       ///< what is being lost
  std::string hint;              ///< how to put it right
};

/// What was seen of one channel.
struct ChannelVerdict {
  std::string channel;
  std::string role;                       ///< its part in the wiring: `live`, `unheard`, …
  std::optional<std::int64_t> listeners;  ///< without our own; nothing when it may not be asked
  /// Seen while observing, without our own; nothing when it may not be watched.
  std::optional<std::uint64_t> messages;
  Status status = Status::pass;
  std::string verdict;  ///< in a few words
};

/// The outcome of one check.
struct CheckResult {
  Status status = Status::pass;
  std::string summary;  ///< one line for the table: what was seen, also when it passed
  std::string cause;    ///< why it is not pass; empty when it is
  std::string hint;     ///< what to do next; empty when nothing useful can be said
  std::vector<Detail> details;
  std::optional<Error> error;            ///< the failure behind the status, where there is one
  std::vector<Issue> findings;           ///< the faults behind the status; `cause` sums them up
  std::vector<ChannelVerdict> channels;  ///< of a check that looks at channels

  CheckResult& detail(std::string detail_name, DetailValue value) {
    details.push_back({std::move(detail_name), std::move(value)});
    return *this;
  }
};

struct CheckReport {
  std::string id;     ///< stable kebab-case
  std::string title;  ///< what it checks, for people
  CheckResult result;
  std::chrono::nanoseconds duration{};
  unsigned run = 1;  ///< which repetition, from 1
};

struct Counts {
  std::size_t pass = 0;
  std::size_t warn = 0;
  std::size_t fail = 0;
  std::size_t skip = 0;
  std::size_t error = 0;
  [[nodiscard]] std::size_t total() const { return pass + warn + fail + skip + error; }
};

/// A run of checks against one server.
struct Report {
  std::string kind;      ///< `test-suite`, `integration`, …
  std::string endpoint;  ///< redacted
  std::string server;    ///< kind and version, e.g. `redis 7.0.15`; empty when unknown
  std::chrono::system_clock::time_point started;
  std::chrono::nanoseconds duration{};
  std::vector<CheckReport> checks;
  std::optional<Error> error;  ///< set when the server could not be reached or refused us
  bool interrupted = false;
  std::vector<std::string> leftovers;  ///< keys that could not be removed; they expire by their TTL
  std::string essential;               ///< id of the check that the others are nothing without
  bool traces_causes = false;          ///< its checks look for findings, also when they have none
  std::vector<std::string> unseen;     ///< what this run could not look at, and why

  [[nodiscard]] Counts counts() const;
  /// (pass + warn) / all that were not skipped, in percent; nothing when all were skipped.
  [[nodiscard]] std::optional<double> success_rate() const;
};

/// When a report is good enough.
struct Policy {
  double min_success_rate = 100;  ///< percent
  bool strict = false;            ///< warn and skip fail too
};

/// Whether the report passes: something ran, the rate is reached, `essential` was judged in every
/// run that has it, and under `strict` all passed.
bool passes(const Report& report, const Policy& policy);

}  // namespace fogis::checks
