#include "cli/signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>

namespace fogis::cli {
namespace {

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

SignalWatch::SignalWatch(StopEvent& stop) : stop_(&stop) {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
  const auto signals = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this] { run(); });
}

SignalWatch::~SignalWatch() {
  ended_.store(true);
  ::pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void SignalWatch::run() {
  const auto signals = watched_signals();
  while (true) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0 || ended_.load()) {
      return;
    }
    if (stop_->requested()) {
      ::_exit(128 + signal);
    }
    stop_->request(signal);
  }
}

}  // namespace fogis::cli
