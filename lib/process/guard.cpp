#include "process/guard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "process/remove_tree.hpp"

#ifdef FOGIS_COVERAGE
extern "C" void __gcov_dump(void);
#endif

namespace fogis::process {
namespace {

constexpr int kChannel = 3;  ///< where the guard keeps its only inherited descriptor

void report(GuardReport::Kind kind, int value) {
  const GuardReport message{.kind = kind, .value = value};
  // Nobody may be there to hear it any more, which the end of the channel will tell.
  [[maybe_unused]] const auto sent = ::send(kChannel, &message, sizeof(message), MSG_NOSIGNAL);
}

[[noreturn]] void leave() {
#ifdef FOGIS_COVERAGE
  __gcov_dump();  // _exit would lose the counters.
#endif
  ::_exit(0);
}

/// Lets go of all that is our maker's: its terminal and process group (so that neither Ctrl-C nor a
/// kill of the group reaches us), its directory and its descriptors (so that a reader of its output
/// sees the end).
void detach(const GuardTask& task) {
  ::setsid();
  ::prctl(PR_SET_NAME, "fogis-watchdog");
  // Orphans of the program become our children, so that they can be reaped too.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // An ignored SIGCHLD would be inherited and reap the program behind our back.
  ::signal(SIGCHLD, SIG_DFL);
  ::umask(077);
  [[maybe_unused]] const int moved = ::chdir("/");

  // What we inherited is closed before anything is opened: the limit of open files may be near.
  if (task.channel != kChannel) {
    ::dup3(task.channel, kChannel, O_CLOEXEC);
  }
  if (::close_range(kChannel + 1, ~0U, 0) != 0) {  // Linux 5.9
    for (int descriptor = kChannel + 1; descriptor < task.descriptor_limit; ++descriptor) {
      ::close(descriptor);
    }
  }
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream = 0; stream < kChannel; ++stream) {
    if (null < 0 || ::dup2(null, stream) < 0) {
      ::close(stream);
    }
  }
  ::close(null);
}

/// Makes the first directory that can be made; returns its path, or null after a report.
const char* make_directory(const GuardTask& task) {
  int fault = ENOENT;
  for (std::size_t i = 0; i < task.directory_count; ++i) {
    if (::mkdir(task.directories[i], S_IRWXU) == 0) {
      report(GuardReport::Kind::directory_made, static_cast<int>(i));
      return task.directories[i];
    }
    fault = errno;
  }
  report(GuardReport::Kind::no_directory, fault);
  return nullptr;
}

/// In the program's process, up to its exec. It starts as from a shell: own process group, default
/// dispositions, empty mask (Redis would ignore SIGTERM otherwise), nothing open but its streams.
[[noreturn]] void become_program(const GuardTask& task, int directory, pid_t guard_pid) {
  ::setpgid(0, 0);
  // Should the guard be killed, the program goes with it; its maker then removes the directory.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != guard_pid) {
    leave();  // Killed before that. Its end is what has to be told, and is seen by itself.
  }
  const int output = ::openat(directory, task.output_name,
                              O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (output >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(output, STDERR_FILENO) >= 0 &&
      ::fchdir(directory) == 0) {
    for (int number = 1; number < NSIG; ++number) {
      ::signal(number, SIG_DFL);  // Refused for SIGKILL, SIGSTOP and the C library's own.
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve(task.program, task.arguments, task.environment);
  }
  report(GuardReport::Kind::not_executable, errno);
  leave();
}

/// Returns the program's pid, or -1 after a report.
pid_t start_program(const GuardTask& task, int directory) {
  const pid_t self = ::getpid();
  const pid_t pid = ::_Fork();  // fork() runs handlers that need not be async-signal-safe.
  if (pid == 0) {
    become_program(task, directory, self);
  }
  if (pid < 0) {
    report(GuardReport::Kind::not_executable, errno);
    return -1;
  }
  ::setpgid(pid, pid);  // Whoever comes first: the group has to exist before we kill it.
  report(GuardReport::Kind::started, pid);
  return pid;
}

/// Kills the program with all that it started and reaps them. While its leader is not reaped the
/// group's number cannot be anybody else's. Returns the program's wait status.
///
/// SIGKILL, because there is nothing to save, and because Redis looks at SIGTERM only ten times a
/// second.
int end_group(pid_t program) {
  ::kill(-program, SIGKILL);
  int status = 0;
  while (::waitpid(program, &status, 0) < 0 && errno == EINTR) {}
  // Each orphan of the group is our child by the time its parent can be reaped.
  while (::waitpid(-program, nullptr, 0) > 0 || errno == EINTR) {}
  return status;
}

bool has_ended(pid_t program) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(program), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == program;
}

void drain(int children) {
  std::array<signalfd_siginfo, 4> infos{};
  while (::read(children, infos.data(), sizeof(infos)) > 0) {}
}

/// Waits until our maker lets go of the channel, dead or alive. Reports the program's end.
void watch(pid_t program, int children) {
  std::array<pollfd, 2> watched{{
      {.fd = kChannel, .events = POLLIN, .revents = 0},
      {.fd = children, .events = POLLIN, .revents = 0},
  }};
  while (true) {
    if (program > 0 && has_ended(program)) {
      report(GuardReport::Kind::ended, end_group(program));
      program = -1;
    }
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      continue;
    }
    if (watched[0].revents != 0) {
      break;
    }
    drain(children);
  }
  if (program > 0) {
    end_group(program);
  }
}

}  // namespace

void guard(const GuardTask& task) {
  detach(task);
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  const int children = ::signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK);
  const char* const path = make_directory(task);
  if (path == nullptr) {
    leave();
  }
  const int directory = ::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) {
    report(GuardReport::Kind::not_executable, errno);
    report(GuardReport::Kind::removed, ::rmdir(path) == 0 ? 0 : errno);
    leave();
  }
  watch(start_program(task, directory), children);
  report(GuardReport::Kind::removed, remove_tree(directory, path));
  leave();
}

}  // namespace fogis::process
