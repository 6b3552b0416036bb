// A terminal taken over for a live view, and given back as it was.
#pragma once

#include <termios.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace fogis::output {

struct TerminalSize {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

/// Shows frames on the alternate screen, without cursor, and gives each key as it is pressed.
/// Ctrl-C stays a signal; Ctrl-Z, Ctrl-\ and Ctrl-S do nothing. One at a time; of the main thread.
/// The destructor puts everything back.
class LiveTerminal {
public:
  /// `input` and `output` must be a terminal; they are not owned.
  /// Errors: internal when its settings cannot be read or changed.
  static Result<LiveTerminal> open(int input, int output);
  LiveTerminal(LiveTerminal&& other) noexcept;
  LiveTerminal& operator=(LiveTerminal&&) = delete;
  LiveTerminal(const LiveTerminal&) = delete;
  LiveTerminal& operator=(const LiveTerminal&) = delete;
  ~LiveTerminal();

  [[nodiscard]] TerminalSize size() const;
  /// Readable after the size has changed, until size_seen().
  [[nodiscard]] int resize_descriptor() const { return resized_.get(); }
  void size_seen() const;
  /// A key that was pressed; nothing when there is none. '\x04' when the terminal is gone.
  [[nodiscard]] std::optional<char> key() const;

  /// Shows the lines, in one write: nothing is cleared that is drawn again, so nothing flickers.
  /// False when the terminal is gone.
  [[nodiscard]] bool draw(const std::vector<std::string>& lines) const;

  /// Puts back the terminal that is taken over, if one is. Async-signal-safe: for the end of the
  /// program that no destructor sees.
  static void restore_now();

private:
  LiveTerminal(int input, int output, UniqueFd resized);

  int input_;
  int output_;
  UniqueFd resized_;  ///< eventfd; empty: moved from
};

}  // namespace fogis::output
