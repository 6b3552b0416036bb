#include "cli/signals.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace fogis::cli {
namespace {

constexpr std::array kWatched{SIGINT, SIGTERM, SIGHUP};

/// Whom a signal tells. A handler can reach nothing but globals.
std::atomic<StopEvent*> watcher = nullptr;
static_assert(std::atomic<StopEvent*>::is_always_lock_free);

std::atomic<void (*)()> last_act = nullptr;
static_assert(std::atomic<void (*)()>::is_always_lock_free);

void on_signal(int signal) {
  auto* const stop = watcher.load();
  if (stop == nullptr || stop->requested()) {
    if (auto* const restore = last_act.load()) {
      restore();
    }
    ::_exit(128 + signal);
  }
  stop->request(signal);
}

/// The timer of the LookTimer, and its interval in nanoseconds.
std::atomic<int> look_timer = -1;
std::atomic<long> look_interval = 0;
static_assert(std::atomic<long>::is_always_lock_free);

/// Starts the timer so that it is over after `delay` nanoseconds. A system call and nothing else.
void start_look_timer(long delay) {
  constexpr long kSecond = 1'000'000'000;
  const long interval = look_interval.load();
  const itimerspec times{
      .it_interval = {.tv_sec = interval / kSecond, .tv_nsec = interval % kSecond},
      .it_value = {.tv_sec = delay / kSecond, .tv_nsec = delay % kSecond}};
  ::timerfd_settime(look_timer.load(), 0, &times, nullptr);
}

void on_look_signal(int /*signal*/) {
  const int fault = errno;
  start_look_timer(1);
  errno = fault;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  // They must not interrupt each other's handler.
  for (const int other : kWatched) {
    sigaddset(&action.sa_mask, other);
  }
  ::sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void before_sudden_end(void (*restore)()) {
  last_act.store(restore);
}

SignalWatch::SignalWatch(StopEvent& stop) {
  handle(SIGPIPE, SIG_IGN);
  // As SIGPIPE: a file that may not grow (ulimit -f) is an error of write().
  handle(SIGXFSZ, SIG_IGN);
  watcher.store(&stop);
  for (const int signal : kWatched) {
    if (signal != SIGHUP || !is_ignored(signal)) {
      handle(signal, on_signal);
    }
  }
}

SignalWatch::~SignalWatch() {
  for (const int signal : kWatched) {
    if (!is_ignored(signal)) {
      handle(signal, SIG_DFL);
    }
  }
  watcher.store(nullptr);
}

LookTimer::LookTimer(std::chrono::nanoseconds interval)
    : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  look_timer.store(timer_.get());
  look_interval.store(static_cast<long>(interval.count()));
  start_look_timer(look_interval.load());
  handle(SIGUSR1, on_look_signal);
}

LookTimer::~LookTimer() {
  handle(SIGUSR1, SIG_DFL);
  look_timer.store(-1);
}

bool LookTimer::take() {
  std::uint64_t times = 0;
  return ::read(timer_.get(), &times, sizeof(times)) > 0;
}

}  // namespace fogis::cli
