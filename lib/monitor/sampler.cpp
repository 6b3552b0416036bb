#include "monitor/sampler.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/deadline.hpp"

namespace fogis::monitor {

Result<std::unique_ptr<Sampler>> Sampler::start(config::ConnectionSettings settings,
                                                Collector::Options options,
                                                std::chrono::nanoseconds interval) {
  TRY_ASSIGN(auto stop, StopEvent::create());
  UniqueFd news(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!news) {
    return failure(make_system_error(ErrorKind::internal, Phase::command,
                                     "cannot create an event descriptor", errno));
  }
  return std::unique_ptr<Sampler>(new Sampler(std::move(settings), std::move(options), interval,
                                              std::move(stop), std::move(news)));
}

Sampler::Sampler(config::ConnectionSettings settings, Collector::Options options,
                 std::chrono::nanoseconds interval, StopEvent stop, UniqueFd news)
    : stop_(std::move(stop)),
      news_(std::move(news)),
      interval_(interval),
      collector_(std::move(settings), std::move(options), &stop_),
      thread_([this] { run(); }) {}

Sampler::~Sampler() {
  stop_.request(SIGTERM);
  thread_.join();
}

void Sampler::run() {
  const auto unlimited = Deadline::never(&stop_);
  auto next = Deadline::Clock::now();
  while (!stop_.requested()) {
    auto report = collector_.take_sample();
    if (stop_.requested()) {
      return;
    }
    publish(std::move(report));
    const auto now = Deadline::Clock::now();
    next = std::max(next + interval_, now);
    if (unlimited.pause(next - now) == WaitOutcome::stopped) {
      return;
    }
  }
}

void Sampler::publish(Report report) {
  {
    const std::lock_guard lock(mutex_);
    history_.add(report);
    unread_ += report.events.size();
    latest_ = std::make_shared<const Report>(std::move(report));
  }
  const std::uint64_t one = 1;
  // Full only after 2^64 reports that nobody has acknowledged.
  [[maybe_unused]] const auto written = ::write(news_.get(), &one, sizeof(one));
}

std::shared_ptr<const Report> Sampler::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

History Sampler::history() const {
  const std::lock_guard lock(mutex_);
  return history_;
}

std::vector<Event> Sampler::acknowledge() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(news_.get(), &count, sizeof(count));
  const std::lock_guard lock(mutex_);
  const auto& events = history_.events();
  const auto kept = std::min<std::uint64_t>(std::exchange(unread_, 0), events.size());
  return {events.end() - static_cast<std::ptrdiff_t>(kept), events.end()};
}

}  // namespace fogis::monitor
