#include "process/watchdog.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "process/remove_tree.hpp"

namespace fogis::process {
namespace {

/// Some containers allow a billion, and closing that many one by one would take minutes.
constexpr long kMostDescriptors = 65536;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

/// Forks with every signal blocked, so that no handler of ours runs in the child.
pid_t fork_guard(const GuardTask& task) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) {
    guard(task);
  }
  const int fault = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = fault;
  return pid;
}

Error no_process(std::string_view what) {
  return make_system_error(ErrorKind::internal, Phase::start, what, errno,
                           "raise the limits of processes and open files (ulimit -u, ulimit -n)");
}

}  // namespace

Result<Watchdog> Watchdog::start(const Task& task) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return failure(no_process("cannot create a socket"));
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);

  std::vector<std::string> arguments{task.program};
  arguments.insert(arguments.end(), task.arguments.begin(), task.arguments.end());
  const auto argument_pointers = pointers(arguments);
  auto directories = task.directories;
  const auto directory_pointers = pointers(directories);
  const GuardTask guard_task{
      .directories = directory_pointers.data(),
      .directory_count = directories.size(),
      .program = task.program.c_str(),
      .arguments = argument_pointers.data(),
      .environment = environ,
      .output_name = task.output_name.c_str(),
      .channel = theirs.get(),
      .descriptor_limit = static_cast<int>(std::min(::sysconf(_SC_OPEN_MAX), kMostDescriptors)),
  };
  const pid_t pid = fork_guard(guard_task);
  if (pid < 0) {
    return failure(no_process("cannot start a process"));
  }
  return Watchdog(task, std::move(ours), pid);
}

Watchdog::Watchdog(const Task& task, UniqueFd channel, pid_t pid)
    : directories_(task.directories),
      stop_patience_(task.stop_patience),
      channel_(std::move(channel)),
      pid_(pid) {}

Watchdog::Watchdog(Watchdog&& other) noexcept
    : directories_(std::move(other.directories_)),
      stop_patience_(other.stop_patience_),
      channel_(std::move(other.channel_)),
      pid_(std::exchange(other.pid_, -1)),
      program_pid_(std::exchange(other.program_pid_, -1)),
      directory_(std::move(other.directory_)) {}

Watchdog& Watchdog::operator=(Watchdog&& other) noexcept {
  if (this != &other) {
    static_cast<void>(stop());
    directories_ = std::move(other.directories_);
    stop_patience_ = other.stop_patience_;
    channel_ = std::move(other.channel_);
    pid_ = std::exchange(other.pid_, -1);
    program_pid_ = std::exchange(other.program_pid_, -1);
    directory_ = std::move(other.directory_);
  }
  return *this;
}

Watchdog::~Watchdog() {
  static_cast<void>(stop());
}

Result<std::optional<GuardReport>> Watchdog::next_report() {
  GuardReport report;
  ssize_t size = 0;
  do {
    size = ::recv(channel_.get(), &report, sizeof(report), MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) {
    return std::nullopt;
  }
  if (size != static_cast<ssize_t>(sizeof(report))) {
    return failure(make_error(ErrorKind::internal, Phase::start,
                              "the process that guards the private server has died"));
  }
  note(report);
  return report;
}

void Watchdog::note(const GuardReport& report) {
  if (report.kind == GuardReport::Kind::directory_made) {
    directory_ = directories_[static_cast<std::size_t>(report.value)];
  } else if (report.kind == GuardReport::Kind::started) {
    program_pid_ = report.value;
  }
}

/// What the watchdog says of the directory: 0 or errno; nothing when it died or takes too long.
std::optional<int> Watchdog::await_removal() {
  const auto deadline = Deadline::after(stop_patience_, nullptr);
  while (deadline.wait(channel_.get(), POLLIN) == WaitOutcome::ready) {
    const auto report = next_report();
    if (!report) {
      break;
    }
    if (*report && ((*report)->kind == GuardReport::Kind::removed ||
                    (*report)->kind == GuardReport::Kind::no_directory)) {
      return (*report)->kind == GuardReport::Kind::removed ? (*report)->value : 0;
    }
  }
  return std::nullopt;
}

Result<void> Watchdog::stop() {
  if (pid_ < 0) {
    return {};
  }
  ::shutdown(channel_.get(), SHUT_WR);
  const auto removal = await_removal();
  int fault = removal.value_or(0);
  if (!removal) {
    ::kill(pid_, SIGKILL);  // Not reaped yet, so the number is still its own.
  }
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
  if (!removal) {
    fault = remove_directory();
  }
  pid_ = -1;
  program_pid_ = -1;
  channel_.reset();
  if (fault != 0) {
    return failure(make_system_error(ErrorKind::internal, Phase::start,
                                     fmt::format("cannot remove the directory {}", directory_),
                                     fault, "remove it manually"));
  }
  return {};
}

/// For a watchdog that could not. It may have made a directory without being able to say which.
int Watchdog::remove_directory() const {
  if (!directory_.empty()) {
    return remove_tree(-1, directory_.c_str());
  }
  for (const auto& directory : directories_) {
    remove_tree(-1, directory.c_str());
  }
  return 0;
}

}  // namespace fogis::process
