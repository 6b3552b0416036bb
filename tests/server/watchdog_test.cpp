#include "process/watchdog.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>

#include "base/unique_fd.hpp"
#include "process/ephemeral_server.hpp"
#include "support/environment_variable.hpp"
#include "support/process.hpp"
#include "support/raw_client.hpp"
#include "support/results.hpp"
#include "support/temp_dir.hpp"

namespace fogis::process {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using testing::EnvironmentVariable;
using testing::Process;
using testing::ProgramOptions;
using testing::RawClient;
using testing::read_file;
using testing::require_error;
using testing::require_ok;
using testing::TempDir;

constexpr auto kPatience = std::chrono::seconds(20);

Deadline soon() {
  return Deadline::after(kPatience, nullptr);
}

bool is_alive(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

/// A shell script under a watchdog, in a directory that the test sees.
struct Stage {
  TempDir outer;
  std::string directory = outer / "directory";

  [[nodiscard]] Watchdog::Task task(const std::string& script) const {
    return {.directories = {"/nonexistent/directory", directory},
            .program = "/bin/sh",
            .arguments = {"-c", script},
            .output_name = "output"};
  }
};

GuardReport await_report(Watchdog& watchdog, GuardReport::Kind kind) {
  const auto deadline = soon();
  while (true) {
    REQUIRE(deadline.wait(watchdog.descriptor(), POLLIN) == WaitOutcome::ready);
    const auto report = require_ok(watchdog.next_report());
    if (report && report->kind == kind) {
      return *report;
    }
  }
}

TEST_CASE("a program runs in its directory, heard by nobody but a file there") {
  const Stage stage;
  auto watchdog = require_ok(Watchdog::start(stage.task("pwd; echo problem >&2; cat; exit 4")));
  const auto status = await_report(watchdog, GuardReport::Kind::ended).value;
  CHECK(WEXITSTATUS(status) == 4);
  CHECK(watchdog.directory() == stage.directory);
  CHECK(watchdog.program_pid() > 0);
  CHECK(read_file(stage.directory + "/output") == stage.directory + "\nproblem\n");
  CHECK_FALSE(require_ok(watchdog.next_report()).has_value());
  require_ok(watchdog.stop());
  CHECK_FALSE(fs::exists(stage.directory));
}

TEST_CASE("neither the program nor the watchdog holds anything of ours open") {
  const Stage stage;
  const TempDir other;
  // Without O_CLOEXEC, as a careless library would leave it.
  const UniqueFd leaked(::open(other.write("leaked", "").c_str(), O_RDONLY));
  auto watchdog =
      require_ok(Watchdog::start(stage.task("for f in /proc/$$/fd/*; do readlink $f; done")));
  await_report(watchdog, GuardReport::Kind::ended);
  const auto output = stage.directory + "/output";
  CHECK(read_file(output) == "/dev/null\n" + output + "\n" + output + "\n");
  const auto guarded = "/proc/" + std::to_string(watchdog.pid()) + "/fd";
  for (const auto* stream : {"/0", "/1", "/2"}) {
    CHECK(fs::read_symlink(guarded + stream) == "/dev/null");
  }
  for (const auto& entry : fs::directory_iterator(guarded)) {
    CHECK(fs::read_symlink(entry.path()) != other / "leaked");
  }
}

/// A named pipe: reading it ends when the program has written and closed it.
struct Bell {
  TempDir directory;
  std::string path = directory / "bell";

  Bell() { REQUIRE(::mkfifo(path.c_str(), S_IRUSR | S_IWUSR) == 0); }
  [[nodiscard]] std::string await() const { return read_file(path); }
};

TEST_CASE("whatever the program does, it and what it started end") {
  const Stage stage;
  const Bell bell;
  std::string script;
  bool ends_early = false;
  SECTION("it ignores signals") {
    script = "trap '' TERM INT HUP; sleep 1000 & echo $! > BELL; while :; do sleep 1000; done";
  }
  SECTION("it stands still") {
    script = "sleep 1000 & echo $! > BELL; kill -STOP $$";
  }
  SECTION("it ends before what it started") {
    script = "(sleep 1000 & echo $! > BELL); exit 0";
    ends_early = true;
  }
  for (auto at = script.find("BELL"); at != std::string::npos; at = script.find("BELL")) {
    script.replace(at, 4, bell.path);
  }
  auto watchdog = require_ok(Watchdog::start(stage.task(script)));
  await_report(watchdog, GuardReport::Kind::started);
  const auto child = std::strtol(bell.await().c_str(), nullptr, 10);
  CHECK(child > 0);
  if (ends_early) {
    await_report(watchdog, GuardReport::Kind::ended);
  }
  const auto program = watchdog.program_pid();
  require_ok(watchdog.stop());
  CHECK_FALSE(is_alive(program));
  CHECK_FALSE(is_alive(static_cast<pid_t>(child)));
  CHECK_FALSE(fs::exists(stage.directory));
}

TEST_CASE("a killed watchdog takes the program along, and the directory goes at the end") {
  const Stage stage;
  const Bell bell;
  auto watchdog =
      require_ok(Watchdog::start(stage.task("echo > " + bell.path + "; exec sleep 1000")));
  await_report(watchdog, GuardReport::Kind::started);
  CHECK(bell.await() == "\n");  // Before its exec it would notice the death by itself.
  const UniqueFd program(static_cast<int>(::syscall(SYS_pidfd_open, watchdog.program_pid(), 0)));
  REQUIRE(::kill(watchdog.pid(), SIGKILL) == 0);
  CHECK(soon().wait(program.get(), POLLIN) == WaitOutcome::ready);
  CHECK(soon().wait(watchdog.descriptor(), POLLIN) == WaitOutcome::ready);
  require_error(watchdog.next_report(), ErrorKind::internal);
  require_ok(watchdog.stop());
  CHECK_FALSE(fs::exists(stage.directory));
}

TEST_CASE("the directory of a killed watchdog goes also when nobody was told of it") {
  const Stage stage;
  auto watchdog = require_ok(Watchdog::start(stage.task("exec sleep 1000")));
  REQUIRE(soon().wait(watchdog.descriptor(), POLLIN) == WaitOutcome::ready);
  CHECK(fs::exists(stage.directory));
  REQUIRE(::kill(watchdog.pid(), SIGKILL) == 0);
  require_ok(watchdog.stop());
  CHECK_FALSE(fs::exists(stage.directory));
}

TEST_CASE("a watchdog that stands still is not waited for long") {
  const Stage stage;
  auto task = stage.task("exec sleep 1000");
  task.stop_patience = std::chrono::milliseconds(50);
  auto watchdog = require_ok(Watchdog::start(task));
  await_report(watchdog, GuardReport::Kind::started);
  const auto pid = watchdog.pid();
  REQUIRE(::kill(pid, SIGSTOP) == 0);
  require_ok(watchdog.stop());
  CHECK_FALSE(is_alive(pid));
  CHECK_FALSE(fs::exists(stage.directory));
}

TEST_CASE("no directory, no program") {
  const Stage stage;
  auto task = stage.task("exit 0");
  task.directories = {"/nonexistent/a", stage.outer.path() / "none" / "b"};
  auto watchdog = require_ok(Watchdog::start(task));
  CHECK(await_report(watchdog, GuardReport::Kind::no_directory).value == ENOENT);
  CHECK(watchdog.program_pid() == -1);
  require_ok(watchdog.stop());
}

TEST_CASE("a directory that cannot be removed is reported with its path") {
  const Stage stage;
  auto watchdog = require_ok(Watchdog::start(
      stage.task("d=d; for i in 1 2 3 4 5; do d=$d/$d; done; mkdir -p $d; exit 0")));
  await_report(watchdog, GuardReport::Kind::ended);
  const auto error = require_error(watchdog.stop(), ErrorKind::internal);
  CHECK(error.message.find(stage.directory) != std::string::npos);
  CHECK(error.system_errno == ELOOP);
}

TEST_CASE("an ignored SIGCHLD changes nothing") {
  const Stage stage;
  auto* const before = std::signal(SIGCHLD, SIG_IGN);
  auto watchdog = require_ok(Watchdog::start(stage.task("exit 5")));
  CHECK(WEXITSTATUS(await_report(watchdog, GuardReport::Kind::ended).value) == 5);
  require_ok(watchdog.stop());
  std::signal(SIGCHLD, before);
  CHECK_FALSE(fs::exists(stage.directory));
}

// UBSan makes a pipe whenever it checks a virtual call's object, and takes its failure for a
// finding.
#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a process without a descriptor left is told how to get some") {
  const Stage stage;
  const auto task = stage.task("exit 0");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  const auto refused = Watchdog::start(task);
  const auto no_server = EphemeralServer::start(soon());
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(require_error(refused, ErrorKind::internal).system_errno == EMFILE);
  CHECK(require_error(no_server, ErrorKind::internal).hint.find("ulimit") != std::string::npos);
}
#endif

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("the watchdog takes less than 512 KiB of its own") {
  const Stage stage;
  auto watchdog = require_ok(Watchdog::start(stage.task("exec sleep 1000")));
  await_report(watchdog, GuardReport::Kind::started);
  std::istringstream sizes(read_file("/proc/" + std::to_string(watchdog.pid()) + "/smaps_rollup"));
  long kib = -1;
  for (std::string line; std::getline(sizes, line);) {
    if (line.starts_with("Private_Dirty:")) {
      kib = std::strtol(line.c_str() + 14, nullptr, 10);
    }
  }
  CHECK(kib >= 0);
  CHECK(kib < 512);
}
#endif

// From here on the tests look at what is left of a process that was killed. They make themselves
// the parent of all orphans, so that "no process is left" is an event: there is no child to wait
// for.

/// Ends with every descendant of ours reaped; false when one is still there after a while.
bool reap_all() {
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child_ended, nullptr);
  while (true) {
    const pid_t reaped = ::waitpid(-1, nullptr, WNOHANG);
    if (reaped < 0) {
      return errno == ECHILD;
    }
    const timespec patience{.tv_sec = 20, .tv_nsec = 0};
    if (reaped == 0 && ::sigtimedwait(&child_ended, nullptr, &patience) < 0 && errno == EAGAIN) {
      return false;
    }
  }
}

struct Orphanage {
  TempDir temporary;
  EnvironmentVariable variable{"TMPDIR", temporary.path().string()};

  Orphanage() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~Orphanage() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
  Orphanage(const Orphanage&) = delete;
  Orphanage& operator=(const Orphanage&) = delete;

  [[nodiscard]] bool is_clean() const { return fs::is_empty(temporary.path()); }
};

/// A child that runs `body` and then sleeps, in a process group of its own.
pid_t spawn(const std::function<void()>& body) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ::setpgid(0, 0);
    body();
    while (true) {
      ::pause();
    }
  }
  ::setpgid(pid, pid);
  return pid;
}

void start_and_stay() {
  static auto server = EphemeralServer::start(soon());
}

TEST_CASE("killing us at any moment of the start leaves no process and no directory") {
  const Orphanage orphanage;
  // A start takes some 20 ms; the steps are finest where most happens.
  for (auto delay = microseconds(0); delay < microseconds(60000);
       delay += microseconds(100) + delay / 8) {
    for (const bool whole_group : {false, true}) {
      const pid_t pid = spawn(start_and_stay);
      static_cast<void>(Deadline::never(nullptr).pause(delay));
      REQUIRE(::kill(whole_group ? -pid : pid, SIGKILL) == 0);
      INFO("killed " << (whole_group ? "with its group " : "") << "after " << delay.count()
                     << " us");
      REQUIRE(reap_all());
      REQUIRE(orphanage.is_clean());
    }
  }
}

TEST_CASE("killing us while we stop leaves no process and no directory") {
  const Orphanage orphanage;
  for (auto delay = microseconds(0); delay < microseconds(5000); delay += microseconds(250)) {
    std::array<int, 2> ready{};
    REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
    const UniqueFd reader(ready[0]);
    UniqueFd writer(ready[1]);
    const pid_t pid = spawn([&] {
      auto server = EphemeralServer::start(soon());
      writer.reset();
      if (server) {
        static_cast<void>(server->stop());
      }
    });
    writer.reset();
    char none = 0;
    REQUIRE(::read(reader.get(), &none, 1) == 0);
    static_cast<void>(Deadline::never(nullptr).pause(delay));
    REQUIRE(::kill(pid, SIGKILL) == 0);
    REQUIRE(reap_all());
    REQUIRE(orphanage.is_clean());
  }
}

TEST_CASE("a process that has closed its streams gets its server all the same") {
  const Orphanage orphanage;
  const pid_t pid = ::fork();
  if (pid == 0) {
    for (int stream = 0; stream < 3; ++stream) {
      ::close(stream);
    }
    auto server = EphemeralServer::start(soon());
    ::_exit(server && server->stop() ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  CHECK(status == 0);
  CHECK(reap_all());
  CHECK(orphanage.is_clean());
}

/// Makes close_range unknown, as it is to Linux before 5.9.
void forget_close_range() {
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

TEST_CASE("descriptors are let go of on old systems too") {
  const Orphanage orphanage;
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), 0) == 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t pid = spawn([&] {
    forget_close_range();
    static auto server = EphemeralServer::start(soon());
    writer.reset();
  });
  writer.reset();
  char none = 0;
  CHECK(::read(reader.get(), &none, 1) == 0);  // Else it would last as long as the server.
  ::kill(pid, SIGKILL);
  CHECK(reap_all());
  CHECK(orphanage.is_clean());
}

// The following need a program of its own, with streams and a terminal: this one, run again.

TEST_CASE("helper: a server until SIGINT", "[.helper]") {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  ::sigprocmask(SIG_BLOCK, &interrupt, nullptr);
  auto server = require_ok(EphemeralServer::start(soon()));
  std::printf("server %d in %s\n", server.pid(), server.directory().c_str());
  std::fflush(stdout);
  int number = 0;
  ::sigwait(&interrupt, &number);
  const auto answer = RawClient::to_unix_socket(server.socket_path()).command({"PING"});
  std::printf("after Ctrl-C: %s\n", answer.c_str());
  std::fflush(stdout);
  require_ok(server.stop());
}

ProgramOptions helper() {
  ProgramOptions options;
  options.program = fs::read_symlink("/proc/self/exe");
  options.arguments = {"helper: a server until SIGINT"};
  return options;
}

std::string directory_in(const std::string& output) {
  const auto from = output.find(" in ") + 4;
  return output.substr(from, output.find('\n', from) - from);
}

TEST_CASE("Ctrl-C in the terminal does not reach the server before us") {
  auto options = helper();
  options.terminal = testing::Terminal::all;
  Process process(options);
  const auto directory = directory_in(process.wait_for_output(" in /"));
  process.type("\x03");
  process.wait_for_output("after Ctrl-C: PONG");
  CHECK(process.wait().exit_code == 0);
  CHECK_FALSE(fs::exists(directory));
}

TEST_CASE("whoever reads our output sees its end when we are killed") {
  const Orphanage orphanage;
  auto options = helper();
  options.environment["TMPDIR"] = orphanage.temporary.path();
  {
    Process process(options);
    process.wait_for_output(" in /");
    process.signal(SIGKILL);
    CHECK(process.wait().signal == SIGKILL);  // wait() fails while somebody holds the streams.
  }
  CHECK(reap_all());
  CHECK(orphanage.is_clean());
}

}  // namespace
}  // namespace fogis::process
