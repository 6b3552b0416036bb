// What a figure is measured in: how it is read, shown and named.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fogis::monitor {

enum class Unit : std::uint8_t {
  count,             ///< clients, keys, messages
  bytes,             ///< memory
  milliseconds,      ///< round trips and ages
  percent,           ///< 0 to 100, and beyond
  per_second,        ///< a rate of things
  bytes_per_second,  ///< a rate of bytes
  ratio,             ///< a plain quotient
  flag,              ///< 1: yes, 0: no
  moment,            ///< Unix seconds
};

/// The end of a field's name in JSON: `_bytes`, `_ms`, `_percent`, `_per_second`, …; empty for
/// counts, ratios, flags and moments.
std::string_view suffix(Unit unit);

/// What a value of the unit is, for messages: "a size such as 200MB".
std::string_view description(Unit unit);

/// A value as it is written: `200MB`.
std::string_view example(Unit unit);

/// Three significant digits at most, with the unit: `212 MB`, `1.20 ms`, `78.1 %`, `1.3k/s`, `yes`.
/// Sizes count in steps of 1024, as Redis does.
std::string format_value(Unit unit, double value);

/// Reads a value: counts and ratios as numbers; sizes as bytes or with B, KB, MB, GB (steps of
/// 1024, as in redis.conf; KiB, MiB, GiB as well); spans as parse_duration (`10ms`, `1h`, a bare
/// number is seconds); percent and rates with or without `%` and `/s`; flags as yes, no, 1 or 0;
/// moments as Unix seconds. Errors (usage): anything else, with what would be right as the hint.
Result<double> parse_value(Unit unit, std::string_view text);

}  // namespace fogis::monitor
