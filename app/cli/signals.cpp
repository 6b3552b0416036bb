#include "cli/signals.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>

namespace fogis::cli {
namespace {

constexpr std::array kWatched{SIGINT, SIGTERM};

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

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  // The two must not interrupt each other's handler.
  for (const int other : kWatched) {
    sigaddset(&action.sa_mask, other);
  }
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void before_sudden_end(void (*restore)()) {
  last_act.store(restore);
}

SignalWatch::SignalWatch(StopEvent& stop) {
  handle(SIGPIPE, SIG_IGN);
  watcher.store(&stop);
  for (const int signal : kWatched) {
    handle(signal, on_signal);
  }
}

SignalWatch::~SignalWatch() {
  for (const int signal : kWatched) {
    handle(signal, SIG_DFL);
  }
  watcher.store(nullptr);
}

}  // namespace fogis::cli
