// Runs a program and tells what it cost, for scripts/compare.
//
// Usage: measured-run REPORT-FD PROGRAM [ARGUMENT...]
//
// First writes the program's process id to the descriptor REPORT-FD, and when the program has ended
// one line: wall time in ns, user time in us, system time in us, peak resident memory in KiB, exit
// code (128 + signal when one killed it). The program does not inherit the descriptor.
//
// It is a program of its own because the kernel counts the memory of whoever starts a program into
// that program's peak: the starter has to be smaller than what it measures.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace {

constexpr int kUsage = 2;
constexpr int kCannotRun = 127;
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kBillion = 1'000'000'000;

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kBillion + now.tv_nsec;
}

long long microseconds(const timeval& span) {
  return span.tv_sec * kMillion + span.tv_usec;
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int fail(const char* what, int fault) {
  std::fprintf(stderr, "measured-run: %s: %s\n", what, std::strerror(fault));
  return kCannotRun;
}

}  // namespace

int main(int argc, char** argv) {
  int report = -1;
  if (argc >= 3) {
    const char* const digits = argv[1];
    std::from_chars(digits, digits + std::strlen(digits), report);
  }
  if (report < 0 || ::fcntl(report, F_SETFD, FD_CLOEXEC) != 0) {
    std::fputs("usage: measured-run REPORT-FD PROGRAM [ARGUMENT...]\n", stderr);
    return kUsage;
  }
  pid_t child = -1;
  const auto started = now_ns();
  if (const int fault = ::posix_spawnp(&child, argv[2], nullptr, nullptr, argv + 2, environ);
      fault != 0) {
    return fail(argv[2], fault);
  }
  ::dprintf(report, "%d\n", static_cast<int>(child));
  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0) {
    if (errno != EINTR) {
      return fail("wait4", errno);
    }
  }
  const auto wall = now_ns() - started;
  ::dprintf(report, "%lld %lld %lld %ld %d\n", static_cast<long long>(wall),
            microseconds(used.ru_utime), microseconds(used.ru_stime), used.ru_maxrss,
            exit_code_of(status));
  return 0;
}
