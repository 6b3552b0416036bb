// The lines of a record file: received messages, kept so that they can be published again.
// docs/record-format.md describes them for users.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace fogis::message {

/// The first line of a recording; a file that was added to has several.
struct RecordHeader {
  std::chrono::system_clock::time_point started;
  std::string endpoint;  ///< redacted address of the server
  std::vector<std::string> channels;
  std::vector<std::string> patterns;
};

/// A message, to the byte.
struct RecordedMessage {
  std::chrono::system_clock::time_point received;  ///< to the microsecond
  std::string channel;
  std::string pattern;  ///< the pattern that matched; empty for a plain subscription
  std::string payload;
};

/// A time in which the connection was lost, so that messages may be missing.
struct RecordedGap {
  std::chrono::system_clock::time_point from;
  std::chrono::system_clock::time_point to;
};

using RecordLine = std::variant<RecordHeader, RecordedMessage, RecordedGap>;

/// How every record file begins.
inline constexpr std::string_view kRecordMark = R"({"kind":"fogis-redis/record")";

/// The line for a header, with its line break. Names that are not UTF-8 are shown with U+FFFD.
std::string format_record_header(const RecordHeader& header);

/// Appends the line for a message, with its line break. `received` is the moment as
/// format_timestamp_us() writes it.
void append_recorded_message(std::string& target, std::string_view received,
                             std::string_view channel, std::string_view pattern,
                             std::string_view payload);

/// The line for a gap, with its line break.
std::string format_recorded_gap(const RecordedGap& gap);

/// Reads one line, without its line break.
/// Errors (kind invalid, phase schema): it is not JSON, is cut off, is none of the lines above, or
/// is of a later version than this program knows.
Result<RecordLine> parse_record_line(std::string_view line);

/// Whether a line that parse_record_line() refuses is the beginning of one: what a recording leaves
/// that was killed. Any other is damaged.
bool is_cut_off(std::string_view line);

}  // namespace fogis::message
