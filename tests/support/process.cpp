#include "support/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include "base/error.hpp"
#include "base/number.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing {
namespace {

struct Ends {
  UniqueFd ours;
  UniqueFd childs;
};

std::string variable(const char* name, const char* fallback) {
  const char* const value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

Ends make_pipe(bool child_reads) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  Ends made{UniqueFd(ends[child_reads ? 1 : 0]), UniqueFd(ends[child_reads ? 0 : 1])};
  ::fcntl(made.ours.get(), F_SETFL, O_NONBLOCK);
  return made;
}

Ends make_terminal() {
  Ends made;
  made.ours.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(made.ours);
  REQUIRE(::grantpt(made.ours.get()) == 0);
  REQUIRE(::unlockpt(made.ours.get()) == 0);
  std::array<char, 64> name{};
  REQUIRE(::ptsname_r(made.ours.get(), name.data(), name.size()) == 0);
  made.childs.reset(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(made.childs);
  // Without "\n" turned into "\r\n" and without echo, the text is what the program wrote.
  termios settings{};
  ::tcgetattr(made.childs.get(), &settings);
  settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(made.childs.get(), TCSANOW, &settings);
  const winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  ::ioctl(made.ours.get(), TIOCSWINSZ, &size);
  ::fcntl(made.ours.get(), F_SETFL, O_NONBLOCK);
  return made;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return name;
  }
  std::istringstream directories(variable("PATH", "/usr/bin:/bin"));
  for (std::string directory; std::getline(directories, directory, ':');) {
    auto path = fmt::format("{}/{}", directory, name);
    if (::access(path.c_str(), X_OK) == 0) {
      return path;
    }
  }
  FAIL("there is no program " << name << " in PATH; install it to run this test");
  return {};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

/// Everything that the child needs, made before the fork: after it nothing may allocate.
struct Launch {
  std::string program;
  std::string directory;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::array<int, 3> streams{};
  int fault_pipe = -1;
  pid_t parent = -1;
  bool own_group = false;
  bool own_terminal = false;
};

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    ::signal(number, SIG_DFL);  // Refused for SIGKILL, SIGSTOP and the C library's own.
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const Launch& launch) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool orphan = ::getppid() != launch.parent;
  bool ready = !orphan;
  if (launch.own_terminal) {
    ready = ready && ::setsid() >= 0 && ::ioctl(launch.streams[0], TIOCSCTTY, 0) == 0;
  } else if (launch.own_group) {
    ready = ready && ::setpgid(0, 0) == 0;
  }
  for (int stream = 0; ready && stream < 3; ++stream) {
    ready = ::dup2(launch.streams[static_cast<std::size_t>(stream)], stream) == stream;
  }
  if (ready && (launch.directory.empty() || ::chdir(launch.directory.c_str()) == 0)) {
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    reset_signals();
    ::execve(launch.program.c_str(), launch.arguments.data(), launch.environment.data());
  }
  const int fault = errno;
  [[maybe_unused]] const auto written = ::write(launch.fault_pipe, &fault, sizeof(fault));
  ::_exit(127);
}

/// Reads what is there; closes the descriptor at its end.
void drain(UniqueFd& descriptor, std::string& text) {
  std::array<char, 65536> chunk{};
  while (descriptor) {
    const auto count = ::read(descriptor.get(), chunk.data(), chunk.size());
    if (count > 0) {
      text.append(chunk.data(), static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EAGAIN) {
      return;
    } else if (count == 0 || errno != EINTR) {
      descriptor.reset();  // A terminal without another side reports its end as EIO.
    }
  }
}

}  // namespace

Environment clean_environment() {
  Environment clean{{"PATH", variable("PATH", "/usr/bin:/bin")},
                    {"HOME", variable("HOME", "/")},
                    {"LANG", "C.UTF-8"}};
  // So that a sanitizer in the program reports where scripts/check looks.
  for (const auto* const name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (auto options = variable(name, ""); !options.empty()) {
      clean.emplace(name, std::move(options));
    }
  }
  return clean;
}

Process::Process(ProgramOptions options)
    : options_(std::move(options)), started_(Clock::now()), pending_input_(options_.input) {
  Launch launch;
  launch.program = find_program(options_.program);
  launch.directory = options_.working_directory;
  launch.parent = ::getpid();
  launch.own_group = options_.own_group;
  launch.own_terminal = options_.terminal == Terminal::all;
  std::vector<std::string> arguments{options_.program};
  arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
  launch.arguments = pointers(arguments);
  std::vector<std::string> environment;
  for (const auto& [name, value] : options_.environment) {
    environment.push_back(fmt::format("{}={}", name, value));
  }
  launch.environment = pointers(environment);

  Ends input;
  Ends output;
  Ends error;
  if (launch.own_terminal) {
    output = make_terminal();
    launch.streams = {output.childs.get(), output.childs.get(), output.childs.get()};
  } else {
    input = make_pipe(true);
    output = options_.terminal == Terminal::output ? make_terminal() : make_pipe(false);
    error = options_.terminal == Terminal::error ? make_terminal() : make_pipe(false);
    launch.streams = {input.childs.get(), output.childs.get(), error.childs.get()};
  }
  auto fault = make_pipe(false);
  launch.fault_pipe = fault.childs.get();

  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    become(launch);
  }
  fault.childs.reset();
  ::fcntl(fault.ours.get(), F_SETFL, 0);
  int fault_number = 0;
  if (::read(fault.ours.get(), &fault_number, sizeof(fault_number)) != 0) {
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    FAIL("cannot run " << launch.program << ": " << describe_errno(fault_number));
  }
  // Not pidfd_open(): glibc 2.36 declares it without C linkage.
  ended_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  REQUIRE(ended_);
  input_ = std::move(input.ours);
  output_ = std::move(output.ours);
  error_ = std::move(error.ours);
  if (launch.own_terminal) {
    terminal_.reset(::fcntl(output_.get(), F_DUPFD_CLOEXEC, 0));
  }
  write_input();
}

Process::~Process() {
  if (pid_ > 0 && !reaped_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

bool Process::has_ended() const {
  pollfd watched{.fd = ended_.get(), .events = POLLIN, .revents = 0};
  return reaped_ || ::poll(&watched, 1, 0) > 0;
}

void Process::signal(int number) const {
  if (!reaped_) {
    ::kill(pid_, number);
  }
}

void Process::signal_group(int number) const {
  ::kill(-pid_, number);
}

void Process::resize(unsigned short rows, unsigned short columns) const {
  const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  REQUIRE(::ioctl(terminal_.get(), TIOCSWINSZ, &size) == 0);
}

void Process::type(std::string_view text) {
  pending_input_ += text;
  write_input();
}

void Process::write_input() {
  const auto& target = terminal_ ? terminal_ : input_;
  while (target && !pending_input_.empty()) {
    // A child that has closed its stdin must not kill the tester: SIGPIPE is held back.
    sigset_t pipe_signal;
    sigset_t before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    const auto count = ::write(target.get(), pending_input_.data(), pending_input_.size());
    const int fault = errno;
    const timespec at_once{};
    if (count < 0 && fault == EPIPE) {
      ::sigtimedwait(&pipe_signal, nullptr, &at_once);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (count < 0 && fault == EAGAIN) {
      return;
    }
    if (count < 0) {
      pending_input_.clear();
      break;
    }
    pending_input_.erase(0, static_cast<std::size_t>(count));
  }
  if (!options_.keep_input_open) {
    input_.reset();
  }
}

/// Moves bytes between us and the child until something happened; false when the time is over.
bool Process::pump(Clock::time_point until) {
  const bool writes = !pending_input_.empty() && input_;
  std::array<pollfd, 4> watched{{
      {.fd = output_.get(), .events = POLLIN, .revents = 0},
      {.fd = error_.get(), .events = POLLIN, .revents = 0},
      {.fd = writes ? input_.get() : -1, .events = POLLOUT, .revents = 0},
      {.fd = reaped_ ? -1 : ended_.get(), .events = POLLIN, .revents = 0},
  }};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  const int ready =
      ::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
  if (ready == 0) {
    return false;
  }
  drain(output_, output_text_);
  drain(error_, error_text_);
  if (watched[2].revents != 0) {
    write_input();
  }
  if (watched[3].revents != 0) {
    reap();
  }
  return true;
}

void Process::reap() {
  int status = 0;
  rusage usage{};
  ::wait4(pid_, &status, 0, &usage);
  outcome_.elapsed = Clock::now() - started_;
  outcome_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  outcome_.peak_rss_kib = usage.ru_maxrss;
  reaped_ = true;
}

const std::string& Process::wait_for_output(std::string_view text, Clock::duration patience) {
  return wait_for(output_text_, output_, text, patience);
}

const std::string& Process::wait_for_error(std::string_view text, Clock::duration patience) {
  return wait_for(error_text_, error_, text, patience);
}

const std::string& Process::wait_for(const std::string& stream, const UniqueFd& descriptor,
                                     std::string_view text, Clock::duration patience) {
  const auto until = Clock::now() + patience;
  while (stream.find(text) == std::string::npos) {
    const bool over = !descriptor;
    if (over || !pump(until)) {
      FAIL("waited for \"" << text << "\" until " << (over ? "the stream ended" : "time was over")
                           << transcript());
    }
  }
  return stream;
}

Outcome Process::wait(Clock::duration patience) {
  const auto until = Clock::now() + patience;
  while (!reaped_ || output_ || error_) {
    if (!pump(until)) {
      const bool was_running = !reaped_;
      signal(SIGKILL);
      FAIL((was_running ? "the program did not end in time"
                        : "the program ended, but something it started holds its streams open")
           << transcript());
    }
  }
  outcome_.output = output_text_;
  outcome_.error = error_text_;
  return outcome_;
}

std::string Process::transcript() const {
  auto text = fmt::format("\nprogram: {}", options_.program);
  for (const auto& argument : options_.arguments) {
    text += " " + argument;
  }
  if (reaped_) {
    text += fmt::format("\nexit code {}, signal {}", outcome_.exit_code, outcome_.signal);
  }
  return text + "\n--- stdout\n" + output_text_ + "\n--- stderr\n" + error_text_;
}

long Process::peak_rss_kib() const {
  std::istringstream status(read_file(fmt::format("/proc/{}/status", pid_)));
  for (std::string line; std::getline(status, line);) {
    constexpr std::string_view kLabel = "VmHWM:";
    if (line.starts_with(kLabel)) {
      return std::strtol(line.c_str() + kLabel.size(), nullptr, 10);
    }
  }
  return 0;
}

}  // namespace fogis::testing
