// What the statistics of a stream need of a message, found without reading it as a document.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fogis::message {

struct Peeked {
  /// The number of the message in a series: the member `sequence` or `seq` (a whole number of 0 or
  /// more) at the top of a JSON object, or the decimal number with which a text begins that is no
  /// JSON object, when nothing or a blank, tab, colon, comma or semicolon follows it.
  std::optional<std::uint64_t> sequence;
  /// The member `source` at the top of a JSON object, as it is written: who numbered the message.
  /// Part of the payload; empty where there is none.
  std::string_view source;
  /// The member `timestamp` at the top of a JSON object, where it names its zone.
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> timestamp;
};

/// Looks at the first MiB of `payload`, which may be any bytes. Costs next to nothing where none of
/// the names occurs. Of a broken document it finds what stands before the fault. Thread-safe.
Peeked peek(std::string_view payload);

}  // namespace fogis::message
