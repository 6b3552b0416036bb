// The forms of strings that the contract prescribes. Written out by hand: std::regex, which the
// schema library would use, overflows the stack on strings of 100 kB.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fogis::message {

/// A UUID of version 4 (RFC 9562), in either case.
bool is_uuid4(std::string_view text);

/// `YYYY-MM-DDThh:mm:ss[.f…]Z`: only the form; a 13th month passes.
bool is_utc_timestamp(std::string_view text);

/// `/Date(<milliseconds>)/`, as .NET and thereby FOGIS write a moment.
bool is_dotnet_date(std::string_view text);

/// Whether such a moment lies in the years 1 to 9999, which Python's datetime can hold.
bool is_readable_dotnet_date(std::string_view text);

/// The test for a `pattern` of our schemas, or null when the pattern is none of theirs.
using StringTest = bool (*)(std::string_view);
StringTest find_string_test(std::string_view pattern);

/// How a timestamp says to which zone it belongs.
enum class Zone : std::uint8_t { none, utc, offset };

struct Timestamp {
  std::chrono::sys_time<std::chrono::milliseconds> moment;  ///< read as UTC when there is no zone
  Zone zone = Zone::none;                                   ///< `utc` is the letter Z alone
};

/// Reads the ISO 8601 form `YYYY-MM-DDThh:mm:ss[.f…]` with Z, `±hh:mm` or nothing behind it.
/// Nothing when the form or a number in it is wrong; a leap second is (the services cannot read
/// it).
std::optional<Timestamp> parse_timestamp(std::string_view text);

}  // namespace fogis::message
