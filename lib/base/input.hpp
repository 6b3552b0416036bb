// Lines, or the whole, of a file, a pipe or stdin.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/stop_event.hpp"
#include "base/unique_fd.hpp"

namespace fogis {

/// The error of an input that cannot be opened or read. `name` is a path, or "-" for stdin.
Error input_error(const std::string& name, int errno_value);

/// Reads with bounded memory: at most the largest part and what comes with it in one read. Every
/// wait watches the stop event: a pipe's writer may take its time. Not thread-safe.
class Input {
public:
  enum class Layout : std::uint8_t {
    whole,  ///< all of it is one part, also when it is empty
    lines,  ///< a part a line; the last one needs no line break
  };

  struct Options {
    /// The largest value that a server takes by default (proto-max-bulk-len).
    static constexpr std::size_t kLargestPayload = std::size_t{512} << 20U;

    Layout layout = Layout::lines;
    std::size_t largest = kLargestPayload;  ///< bytes of a part
    /// Of a part that is larger only the size is found out, and reading goes on behind it; else it
    /// is an error.
    bool pass_larger = false;
    /// How long a pipe that is named by its path may stay without a first byte; zero: for ever.
    std::chrono::nanoseconds patience{};
    bool skip_blank = false;  ///< lines of blanks only are counted, but not returned
    Error (*explain)(const std::string& name, int errno_value) = input_error;
  };

  struct Part {
    std::string_view text;     ///< without the line break; empty when it was too large
    std::uint64_t size = 0;    ///< bytes, also when it was too large
    std::uint64_t number = 1;  ///< of the line, from 1
    bool too_large = false;
  };

  /// Opens a path, or takes stdin for "-". A FIFO is opened without waiting for its writer.
  /// Errors (usage): it cannot be opened, or is a directory. `stop` must outlive the input.
  static Result<Input> open(const std::string& path, const StopEvent& stop, const Options& options);
  static Result<Input> open(const std::string& path, const StopEvent& stop) {
    return open(path, stop, {});
  }
  /// All of a path, or of stdin for "-", whatever layout the options have. Errors: those of open()
  /// and next().
  static Result<std::string> read_whole(const std::string& path, const StopEvent& stop,
                                        Options options);

  /// An input that is open: `file`, or stdin when that is empty. `stop` may be null.
  Input(UniqueFd file, std::string name, const StopEvent* stop, const Options& options);

  /// The next part, or nothing at the end. Its text is valid until the next call.
  /// Errors: usage when reading fails, nobody writes in time, or a part is too large; interrupted.
  Result<std::optional<Part>> next();

  /// What it begins with, up to `size` bytes of what next() has not returned; fewer at the end.
  /// Valid until the next call. Errors: as next().
  Result<std::string_view> peek(std::size_t size);
  /// From now on a part is a line of at most `largest` bytes.
  void read_lines(std::size_t largest);

  /// Whether next() can return without waiting for whoever writes.
  [[nodiscard]] bool ready() const;
  /// Whether it is a file that can be read a second time.
  [[nodiscard]] bool is_regular() const;
  /// Begins anew; needs is_regular().
  void rewind();
  /// No stop ends the reading from now on: for counting what is left of a file.
  void ignore_stop() { stop_ = nullptr; }

private:
  Result<Part> collect();
  Result<void> read_more();
  [[nodiscard]] std::size_t find_end() const;

  UniqueFd file_;   ///< none for stdin
  int descriptor_;  ///< of file_, or stdin
  std::string name_;
  const StopEvent* stop_;
  Options options_;
  std::string buffer_;
  std::size_t begin_ = 0;     ///< of what was not returned yet
  std::size_t scanned_ = 0;   ///< no line break lies before this
  std::uint64_t number_ = 0;  ///< of parts that were begun
  bool begun_ = false;        ///< something was read
  bool ended_ = false;        ///< nothing more can be read
};

}  // namespace fogis
