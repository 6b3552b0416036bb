// What is wrong with a message, said so that an operator can act on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fogis::message {

/// Whether a finding makes a message invalid.
enum class Severity : std::uint8_t {
  warning,  ///< works, but not as its author may think
  error,    ///< a reader will refuse it, misread it or silently lose it
};

/// From whose point of view a message is judged.
enum class Reader : std::uint8_t {
  contract,  ///< what publisher and subscriber agreed on
  calendar,  ///< the above, and what the calendar service as deployed can really handle
};

/// Stable lower-case names, as in JSON and on the command line.
std::string_view name(Severity severity);
std::string_view name(Reader reader);

/// One fault of one message. The texts are UTF-8 of bounded length; `found` quotes at most some
/// dozen characters of the message, and its control characters are escaped, so it may be printed.
struct Finding {
  std::string_view rule;  ///< stable kebab-case name; points into a static table
  std::string_view ref;   ///< number of the known field failure ("D1"), or empty
  Severity severity = Severity::error;
  Reader reader = Reader::contract;  ///< the reader it concerns
  /// Where, as an RFC 6901 JSON pointer; for something missing, where it ought to be. Empty for the
  /// document as a whole. A pointer of more than 256 bytes is cut, which "…" at its end shows.
  std::string pointer;
  std::string found;             ///< what stands there
  std::string_view consequence;  ///< what the reader will do with it; static
  std::string_view hint;         ///< how to put it right; static
  /// The byte at which reading the document ended, for what keeps it from being read.
  std::optional<std::size_t> offset = std::nullopt;
};

}  // namespace fogis::message
