// Documents from a file, a pipe or a terminal, one after the other and within bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/stop_event.hpp"

namespace fogis::message {

/// How a stream holds documents.
enum class Layout : std::uint8_t {
  whole,  ///< all of it is one
  lines,  ///< one a line (NDJSON); lines of blanks only are skipped
};

/// A document as it was read.
struct StreamedDocument {
  std::string_view text;   ///< without the line's end; empty when it was too large
  std::uint64_t size = 0;  ///< bytes, also when it was too large
  std::size_t line = 1;    ///< where in the stream it begins, from 1
  bool too_large = false;
};

/// Reads a descriptor that it does not own. Holds at most `max_size` bytes and what comes with them
/// in one read: of a larger document only the size is found out, and reading goes on behind it. Not
/// thread-safe.
class DocumentStream {
public:
  /// `stop` may be null and must outlive the stream.
  DocumentStream(int descriptor, Layout layout, std::size_t max_size, const StopEvent* stop)
      : descriptor_(descriptor), layout_(layout), max_size_(max_size), stop_(stop) {}

  /// The next document, or nothing at the end. Its text is valid until the next call. Waits for
  /// data as long as nobody requests a stop.
  /// Errors (phase usage): usage when reading fails, with errno; interrupted.
  Result<std::optional<StreamedDocument>> next();

private:
  Result<bool> fill();
  Result<StreamedDocument> collect();
  [[nodiscard]] std::size_t find_end() const;

  int descriptor_;
  Layout layout_;
  std::size_t max_size_;
  const StopEvent* stop_;
  std::string buffer_;
  std::size_t begin_ = 0;    ///< of what was not given out yet
  std::size_t scanned_ = 0;  ///< up to here there is no end of a line
  std::size_t line_ = 1;     ///< of what is at begin_
  bool ended_ = false;       ///< nothing more can be read
};

}  // namespace fogis::message
