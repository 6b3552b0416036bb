// What the watchdog's process does. Internal to lib/process: see watchdog.hpp for the whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace fogis::process {

/// What the guard tells the process that made it, one packet each, in this order.
struct GuardReport {
  enum class Kind : std::int32_t {
    directory_made,  ///< value: its index in GuardTask::directories
    no_directory,    ///< value: errno of the last attempt; the guard has ended
    started,         ///< value: pid of the program
    not_executable,  ///< value: errno of exec (or of what led to it); `ended` follows
    ended,           ///< value: the program's wait status
    removed,         ///< value: 0, or errno of what kept the directory; the guard has ended
  };
  Kind kind = Kind::ended;
  std::int32_t value = 0;
};
static_assert(std::is_trivially_copyable_v<GuardReport>);

/// Everything the guard needs, made before the fork. Borrowed: it lives on in the child's copy of
/// the memory.
struct GuardTask {
  const char* const* directories = nullptr;  ///< absolute paths; the first that can be made is used
  std::size_t directory_count = 0;
  const char* program = nullptr;  ///< absolute path
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* output_name = nullptr;  ///< file in the directory that takes stdout and stderr
  int channel = -1;                   ///< SOCK_SEQPACKET; its end means "clean up and go"
  int descriptor_limit = 0;           ///< above every open descriptor
};

/// Runs in the child of a fork, with every signal blocked: makes the directory, starts the program
/// in it, waits for the end of the channel, kills the program and all of its process group, reaps
/// them, removes the directory, and ends. Async-signal-safe throughout: no allocation, no locks.
[[noreturn]] void guard(const GuardTask& task);

}  // namespace fogis::process
