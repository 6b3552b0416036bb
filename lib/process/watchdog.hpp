// Runs a program in a private directory such that neither outlives us, not even when we are killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "process/guard.hpp"

namespace fogis::process {

/// A process between us and a program: us -> watchdog -> program.
///
/// The watchdog itself makes the directory and starts the program, after it has left our session.
/// So whatever exists has a living guardian, and there is no moment at which killing us, or our
/// whole process group, leaves something behind: the kernel then closes our end of the channel, and
/// the watchdog kills the program with all its process group, reaps them and removes the directory.
/// It is the program's parent, so the pid it kills cannot be a stranger's. Ctrl-C in our terminal
/// does not reach either of them. Killing the watchdog kills the program too (PR_SET_PDEATHSIG),
/// and the directory is then removed by stop().
///
/// Neither inherits a descriptor of ours or holds our stdout open. May be started from any thread,
/// with any signal mask. The watchdog shares our memory copy-on-write; of its own it has some tens
/// of KiB.
///
/// Move-only. Not thread-safe. The destructor does what stop() does.
class Watchdog {
public:
  struct Task {
    /// Absolute paths that do not exist; the first that can be made (mode 0700) is the directory.
    std::vector<std::string> directories;
    std::string program;                 ///< absolute path
    std::vector<std::string> arguments;  ///< without the program's name
    std::string output_name;  ///< file in the directory that gets the program's stdout and stderr
    std::chrono::milliseconds stop_patience{5000};  ///< how long stop() waits for the watchdog
  };

  /// Starts the watchdog, which starts the program with the directory as its current one, our
  /// environment, an empty signal mask, default dispositions and /dev/null as stdin. Returns at
  /// once: how it goes is told by reports.
  /// Errors: internal when the system gives no process or socket.
  static Result<Watchdog> start(const Task& task);

  Watchdog(Watchdog&& other) noexcept;
  Watchdog& operator=(Watchdog&& other) noexcept;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();

  /// Readable when a report waits, or the watchdog has died. Owned by this object.
  [[nodiscard]] int descriptor() const { return channel_.get(); }
  /// The next report; nothing when none waits. Does not block.
  /// Errors: internal when the watchdog has died.
  Result<std::optional<GuardReport>> next_report();

  /// The directory; empty until the report `directory_made` was read.
  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// The program; -1 until the report `started` was read.
  [[nodiscard]] pid_t program_pid() const { return program_pid_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Ends the program, removes the directory and waits for the watchdog's end, but no longer than
  /// Task::stop_patience: then the watchdog is killed and the directory removed from here. Does
  /// nothing the second time.
  /// Errors: internal when the directory could not be removed; the message has its path.
  Result<void> stop();

private:
  Watchdog(const Task& task, UniqueFd channel, pid_t pid);
  void note(const GuardReport& report);
  [[nodiscard]] std::optional<int> await_removal();
  [[nodiscard]] int remove_directory() const;

  std::vector<std::string> directories_;
  std::chrono::milliseconds stop_patience_;
  UniqueFd channel_;
  pid_t pid_ = -1;
  pid_t program_pid_ = -1;
  std::string directory_;
};

}  // namespace fogis::process
