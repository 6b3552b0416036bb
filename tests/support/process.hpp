// A program that runs beside a test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "support/paths.hpp"

namespace fogis::testing {

using Environment = std::map<std::string, std::string>;

/// What a program needs to run, and nothing of the tester's own settings: PATH, HOME and a UTF-8
/// locale.
Environment clean_environment();

/// Which of a program's streams are a terminal. With `all` the terminal is also the controlling
/// one, so that a typed "\x03" is Ctrl-C, and stdout and stderr arrive as one text.
enum class Terminal : std::uint8_t { none, output, error, all };

struct ProgramOptions {
  std::string program = binary();  ///< a path, or a name that is looked up in PATH
  std::vector<std::string> arguments = {};
  Environment environment = clean_environment();
  std::string input = {};              ///< what stdin holds before its end
  bool keep_input_open = false;        ///< stdin does not end after `input`; see type()
  std::string working_directory = {};  ///< empty: the tester's
  Terminal terminal = Terminal::none;
  bool own_group = false;  ///< its own process group, for signals to a whole group
};

/// How a program ended. Exactly one of exit_code and signal tells.
struct Outcome {
  int exit_code = -1;  ///< -1 when a signal ended it
  int signal = 0;      ///< 0 when it exited
  std::string output;  ///< stdout
  std::string error;   ///< stderr
  std::chrono::nanoseconds elapsed{};
  /// ru_maxrss in KiB: an upper bound, because Linux carries the tester's own size over the exec.
  long peak_rss_kib = 0;
};

/// A running child with its streams on pipes (or a pseudo terminal). Its output is read while one
/// of the wait functions runs, so a child that writes much stands still in between. It starts with
/// an empty signal mask, default dispositions and no descriptor but its three streams. Killed and
/// reaped when destroyed; also killed when the thread that made it ends (PR_SET_PDEATHSIG), so that
/// a killed test leaves nothing. Not thread-safe.
class Process {
public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kPatience{20};

  /// Starts it; fails the test when the program cannot be executed.
  explicit Process(ProgramOptions options);
  Process(Process&&) noexcept = default;
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool has_ended() const;
  /// Sends a signal to it; to_group() to its whole group (own_group or Terminal::all).
  void signal(int number) const;
  void signal_group(int number) const;
  /// Adds to its stdin; close_input() ends stdin.
  void type(std::string_view text);
  void close_input() { input_.reset(); }
  /// Changes the size of its terminal, as a window manager does: it gets SIGWINCH.
  void resize(unsigned short rows, unsigned short columns) const;
  /// Stops reading its stdout for good: its next write meets a closed pipe.
  void close_output() { output_.reset(); }

  /// Waits until stdout (or stderr) holds `text`; returns all of that stream so far. Fails the test
  /// with both streams when the program ends or `patience` is over first.
  const std::string& wait_for_output(std::string_view text, Clock::duration patience = kPatience);
  const std::string& wait_for_error(std::string_view text, Clock::duration patience = kPatience);
  /// Waits for the end of the program. Fails the test (and kills it) when `patience` is over first.
  Outcome wait(Clock::duration patience = kPatience);

  [[nodiscard]] const std::string& output() const { return output_text_; }
  [[nodiscard]] const std::string& error() const { return error_text_; }
  /// The most memory it has held up to now, in KiB, without what its starter brought (VmHWM).
  /// 0 when it has ended.
  [[nodiscard]] long peak_rss_kib() const;

private:
  bool pump(Clock::time_point until);
  void write_input();
  void reap();
  const std::string& wait_for(const std::string& stream, const UniqueFd& descriptor,
                              std::string_view text, Clock::duration patience);
  [[nodiscard]] std::string transcript() const;

  ProgramOptions options_;
  Clock::time_point started_;
  pid_t pid_ = -1;
  UniqueFd ended_;  ///< pidfd: readable when the program has ended
  UniqueFd input_;
  UniqueFd output_;
  UniqueFd error_;
  UniqueFd terminal_;  ///< our side of the pseudo terminal
  std::string pending_input_;
  std::string output_text_;
  std::string error_text_;
  bool reaped_ = false;
  Outcome outcome_;
};

}  // namespace fogis::testing
