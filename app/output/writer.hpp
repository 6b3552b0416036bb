// Writing to stdout and stderr so that nothing is lost silently and nothing hangs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/stop_event.hpp"

namespace fogis::output {

/// Writes text to a descriptor that it does not own: write() waits for the reader, append() and
/// flush() never do. A reader that went away (`| head`) ends the writing quietly; any other failure
/// is kept until finish(). A reader that has stopped reading is waited for, but not beyond a second
/// after a stop was requested; one that reads slowly gets everything. Not thread-safe.
class Writer {
public:
  static constexpr std::size_t kDefaultBound = std::size_t{8} << 20U;

  /// `stop` may be null and must outlive the writer. `bound`: bytes that append() holds back.
  Writer(int descriptor, const StopEvent* stop, std::size_t bound = kDefaultBound);

  /// Writes now; nothing is held back.
  void write(std::string_view text);

  /// Takes a piece that is written whole or not at all, and counts it where it finds no room.
  /// Returns whether there was room for it; there always is for one that is alone.
  bool append(std::string_view piece);
  /// Writes what can be written now, and looks whether the reader is still there.
  void flush();
  /// Writes the rest. Errors: output, for the first write that failed for another reason than a
  /// closed pipe.
  [[nodiscard]] Result<void> finish();

  /// `deadline`, but over as soon as flush() has something to do: there is room for what waits, or
  /// the reader is gone.
  [[nodiscard]] Deadline watched(const Deadline& deadline) const;

  /// Whether nobody reads any more, or writing failed: work that only produces output may end.
  [[nodiscard]] bool closed() const { return closed_ || failure_ != 0; }
  [[nodiscard]] bool failed() const { return failure_ != 0; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  [[nodiscard]] std::uint64_t dropped_bytes() const { return dropped_bytes_; }

private:
  [[nodiscard]] std::size_t waiting() const { return pending_.size() - written_; }
  void drain();
  bool write_some();
  void forget_written();

  int descriptor_;
  const StopEvent* stop_;
  std::size_t bound_;
  bool blocks_;  ///< a pipe, a socket or a terminal: a write may wait for the reader
  bool closed_ = false;
  int failure_ = 0;  ///< errno of the first failed write
  std::string pending_;
  std::size_t written_ = 0;  ///< of pending_
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_bytes_ = 0;
};

}  // namespace fogis::output
