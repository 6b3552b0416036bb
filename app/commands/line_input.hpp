// Lines, or the whole, of a file or of stdin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/stop_event.hpp"
#include "base/unique_fd.hpp"

namespace fogis::commands {

/// The largest value that a server takes by default (proto-max-bulk-len).
inline constexpr std::size_t kLargestPayload = std::size_t{512} << 20U;

/// Reads a file, or stdin for `-`, as lines or as a whole. Memory is bounded by the longest line.
/// Every wait watches the stop event: a pipe's writer may take its time. Not thread-safe.
class LineInput {
public:
  /// `stop` must outlive the input. `largest`: bytes that a line, or what rest() returns, may have.
  /// Errors (usage): the file cannot be opened, or is a folder.
  static Result<LineInput> open(const std::string& path, const StopEvent& stop,
                                std::size_t largest = kLargestPayload);

  /// The next line without its line break, valid until the next call; nothing at the end. The last
  /// line needs no line break.
  /// Errors: usage when reading fails or a line is longer than `largest`; interrupted.
  Result<std::optional<std::string_view>> next();

  /// Everything that is left.
  /// Errors: as next().
  Result<std::string> rest();

  /// Whether next() can return without waiting for whoever writes.
  [[nodiscard]] bool ready() const;
  /// The number of the line that next() returned last, from 1.
  [[nodiscard]] std::uint64_t line_number() const { return line_number_; }
  /// Whether the line that next() returned last had a line break.
  [[nodiscard]] bool line_was_whole() const { return line_was_whole_; }
  /// Whether it is a file that can be read a second time.
  [[nodiscard]] bool is_regular() const;
  /// Begins anew; needs is_regular().
  void rewind();
  /// No stop ends the reading from now on: for counting what is left of a file.
  void ignore_stop() { stop_ = nullptr; }

private:
  LineInput(UniqueFd file, std::string name, const StopEvent& stop, std::size_t largest);

  Result<bool> read_more();

  UniqueFd file_;   ///< none for stdin
  int descriptor_;  ///< of file_, or stdin
  std::string name_;
  const StopEvent* stop_;
  std::size_t largest_;
  std::string buffer_;
  std::size_t begin_ = 0;    ///< of what was not returned yet
  std::size_t scanned_ = 0;  ///< no line break lies before this
  bool ended_ = false;
  bool line_was_whole_ = true;
  std::uint64_t line_number_ = 0;
};

}  // namespace fogis::commands
