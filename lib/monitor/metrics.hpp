// The named figures, as data: what each is, where it comes from, how it is exported.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/observation.hpp"
#include "monitor/unit.hpp"

namespace fogis::monitor {

/// The part of a report that a metric is shown in.
enum class Section : std::uint8_t {
  server,
  performance,
  memory,
  clients,
  pubsub,
  keys,
  persistence,
  replication,
  trouble,
};

/// `server`, `performance`, …
std::string_view name(Section section);

/// Which way a value gets worse. Limits are compared accordingly.
enum class Worse : std::uint8_t { higher, lower };

/// What Prometheus calls the type of a series.
enum class Series : std::uint8_t { gauge, counter };

/// Where the value of a metric comes from.
enum class Source : std::uint8_t {
  info,      ///< the number in a field of INFO
  seconds,   ///< the same where INFO counts seconds and the metric milliseconds
  status,    ///< a flag: whether a text field of INFO is `ok`
  rate,      ///< growth of a field of INFO for each second
  increase,  ///< growth of a field of INFO since the last sample
  computed,  ///< by a function
};

/// A row of the table. The texts are static.
struct Metric {
  std::string_view name;  ///< snake_case; what --warn and --crit take
  Unit unit = Unit::count;
  Section section = Section::server;
  std::string_view help;        ///< one sentence without a full stop or the unit
  std::string_view prometheus;  ///< name there, redis_exporter's where it has one; empty: none
  Series series = Series::gauge;
  Worse worse = Worse::higher;
  Source source = Source::info;
  std::string_view field = {};  ///< of INFO
  std::optional<double> (*compute)(const Observation&) = nullptr;
};

/// All metrics, by section.
std::span<const Metric> metrics();

/// The row of that name, or null.
const Metric* find_metric(std::string_view name);

/// Whether one look at a server is not enough to have its value.
bool needs_two_looks(const Metric& metric);

/// The value in the metric's unit; nothing where the server does not offer it, and for rates at the
/// first sample.
std::optional<double> value_of(const Metric& metric, const Observation& observation);
/// The same by name, which must be one of the table.
std::optional<double> value_of(std::string_view metric, const Observation& observation);

/// The name of its field in JSON: `memory_used_bytes`, `ping_p50_ms`, `ops_per_second`.
std::string json_key(const Metric& metric);

/// Slow commands and latency events count for so long.
inline constexpr std::int64_t kRecentSeconds = 300;

/// Whether something logged at `at_seconds` by the server's clock is recent at `observation`. A
/// clock that was set back leaves entries of the future, which are recent for as long.
bool is_recent(std::int64_t at_seconds, const Sample& sample);

}  // namespace fogis::monitor
