#include "commands/monitor_watch.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "cli/signals.hpp"
#include "monitor/sampler.hpp"
#include "output/live_terminal.hpp"
#include "output/live_view.hpp"

namespace fogis::commands {
namespace {

using output::LiveTerminal;

/// So often the clock and the age of the last sample are drawn anew, whatever happens.
constexpr int kRefreshMilliseconds = 1000;

/// Draws what a sampler finds until it is told to end.
class Watcher {
public:
  Watcher(const cli::Session& session, monitor::Sampler& sampler, const LiveTerminal& terminal,
          output::LiveView view)
      : session_(&session), sampler_(&sampler), terminal_(&terminal), view_(std::move(view)) {}

  /// Until q, a signal, the end of the terminal or a first sample that failed for good.
  Result<void> run() {
    bool alive = true;
    while (alive && !session_->stop.requested()) {
      TRY(refresh());
      alive = draw() && wait();
    }
    return {};
  }

private:
  /// Takes over what is new, unless the view is paused.
  Result<void> refresh() {
    sampler_->acknowledge();
    auto report = sampler_->latest();
    if (report && report->error && !report->error->retryable &&
        report->statistics.connections_made == 0) {
      return failure(*report->error);  // it was never seen, and looking again would not help
    }
    view_.now = std::chrono::system_clock::now();
    if (!view_.paused) {
      view_.report = std::move(report);
      view_.history = sampler_->history();
    }
    return {};
  }

  bool draw() const {
    const auto size = terminal_->size();
    // The last column stays empty: clearing to the end of a full line would take its last letter.
    return terminal_->draw(output::live_frame(view_, size.rows, size.columns - 1, session_->style));
  }

  /// Until there is something to draw. False at the end.
  bool wait() {
    std::array<pollfd, 4> watched{
        pollfd{.fd = session_->stop.descriptor(), .events = POLLIN, .revents = 0},
        pollfd{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
        pollfd{.fd = sampler_->descriptor(), .events = POLLIN, .revents = 0},
        pollfd{.fd = terminal_->resize_descriptor(), .events = POLLIN, .revents = 0}};
    if (::poll(watched.data(), watched.size(), kRefreshMilliseconds) < 0) {
      return errno == EINTR;
    }
    terminal_->size_seen();
    return (watched[1].revents & (POLLHUP | POLLERR)) == 0 && take_keys();
  }

  bool take_keys() {
    while (const auto key = terminal_->key()) {
      if (*key == 'q' || *key == 'Q' || *key == '\x04') {
        return false;
      }
      if (*key == 'p' || *key == 'P') {
        view_.paused = !view_.paused;
      }
    }
    return true;
  }

  const cli::Session* session_;
  monitor::Sampler* sampler_;
  const LiveTerminal* terminal_;
  output::LiveView view_;
};

}  // namespace

bool can_watch(const cli::Session& session) {
  return session.style.terminal && ::isatty(STDIN_FILENO) == 1;
}

Result<std::shared_ptr<const monitor::Report>> watch(cli::Session& session,
                                                     const config::Config& config,
                                                     monitor::Collector::Options options,
                                                     std::chrono::nanoseconds interval) {
  TRY_ASSIGN(const auto sampler,
             monitor::Sampler::start(config.connection, std::move(options), interval));
  TRY_ASSIGN(const auto terminal, LiveTerminal::open(STDIN_FILENO, STDOUT_FILENO));
  cli::before_sudden_end(LiveTerminal::restore_now);
  output::LiveView view;
  view.endpoint = config.connection.endpoint();
  view.interval = interval;
  auto done = Watcher(session, *sampler, terminal, std::move(view)).run();
  cli::before_sudden_end(nullptr);
  if (!done) {
    return failure(std::move(done.error()));
  }
  return sampler->latest();
}

}  // namespace fogis::commands
