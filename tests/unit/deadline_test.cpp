#include "base/deadline.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "base/unique_fd.hpp"
#include "support/results.hpp"

using namespace std::chrono_literals;
using fogis::Deadline;
using fogis::StopEvent;
using fogis::UniqueFd;
using fogis::WaitOutcome;
using Clock = Deadline::Clock;

namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reading.reset(ends[0]);
    writing.reset(ends[1]);
  }
  UniqueFd reading;
  UniqueFd writing;
};

StopEvent make_stop() {
  auto stop = StopEvent::create();
  REQUIRE(stop);
  return std::move(*stop);
}

std::atomic<int> signals_seen{0};

void count_signal(int /*signal*/) {
  signals_seen.fetch_add(1);
}

}  // namespace

TEST_CASE("a deadline in the past has no time left") {
  const auto deadline = Deadline::after(-1s, nullptr);
  CHECK(deadline.remaining() == 0s);
  CHECK(deadline.expired());
  CHECK(Deadline::after(0s, nullptr).expired());
}

TEST_CASE("a deadline in the future has at most the time it was given") {
  const auto deadline = Deadline::after(1h, nullptr);
  CHECK_FALSE(deadline.expired());
  CHECK(deadline.remaining() <= 1h);
  CHECK(deadline.remaining() > 59min);
  CHECK_FALSE(deadline.stopped());
}

TEST_CASE("a span too long for the clock means never") {
  CHECK(Deadline::after(Clock::duration::max(), nullptr).remaining() == Clock::duration::max());
  CHECK(Deadline::never(nullptr).remaining() == Clock::duration::max());
  CHECK_FALSE(Deadline::never(nullptr).expired());
}

TEST_CASE("within is the sooner of both, and keeps the stop event") {
  const auto stop = make_stop();
  const auto moment = Clock::now() + 1h;
  const auto deadline = Deadline::at(moment, &stop);
  CHECK(deadline.moment() == moment);
  CHECK(deadline.within(2h).moment() == moment);
  CHECK(deadline.within(1s).moment() < moment);
  CHECK(deadline.within(1s).stop() == &stop);
  CHECK(Deadline::never(&stop).within(1s).remaining() <= 1s);
}

TEST_CASE("unstoppable keeps the moment and forgets the stop event") {
  auto stop = make_stop();
  const auto deadline = Deadline::after(10ms, &stop);
  stop.request(SIGINT);
  CHECK(deadline.stopped());
  CHECK_FALSE(deadline.unstoppable().stopped());
  CHECK(deadline.unstoppable().moment() == deadline.moment());
  CHECK(deadline.unstoppable().pause(1h) == WaitOutcome::expired);
}

TEST_CASE("a readable descriptor is ready, even after the deadline") {
  const Pipe pipe;
  REQUIRE(::write(pipe.writing.get(), "x", 1) == 1);
  CHECK(Deadline::never(nullptr).wait(pipe.reading.get(), POLLIN) == WaitOutcome::ready);
  CHECK(Deadline::after(-1s, nullptr).wait(pipe.reading.get(), POLLIN) == WaitOutcome::ready);
  CHECK(Deadline::never(nullptr).wait(pipe.writing.get(), POLLOUT) == WaitOutcome::ready);
}

TEST_CASE("a closed peer makes a descriptor ready") {
  Pipe pipe;
  pipe.writing.reset();
  CHECK(Deadline::never(nullptr).wait(pipe.reading.get(), POLLIN) == WaitOutcome::ready);
}

TEST_CASE("a silent descriptor outlasts the deadline and not a moment less") {
  const Pipe pipe;
  const auto deadline = Deadline::after(20ms, nullptr);
  CHECK(deadline.wait(pipe.reading.get(), POLLIN) == WaitOutcome::expired);
  CHECK(Clock::now() >= deadline.moment());
}

TEST_CASE("a stop ends a wait, and wins over a ready descriptor") {
  auto stop = make_stop();
  const Pipe pipe;
  std::thread stopper([&] { stop.request(SIGTERM); });
  CHECK(Deadline::never(&stop).wait(pipe.reading.get(), POLLIN) == WaitOutcome::stopped);
  stopper.join();
  REQUIRE(::write(pipe.writing.get(), "x", 1) == 1);
  CHECK(Deadline::never(&stop).wait(pipe.reading.get(), POLLIN) == WaitOutcome::stopped);
}

TEST_CASE("signals do not end a wait, nor make it longer") {
  struct sigaction counting {};
  counting.sa_handler = count_signal;  // without SA_RESTART
  struct sigaction before {};
  REQUIRE(::sigaction(SIGUSR1, &counting, &before) == 0);
  signals_seen = 0;
  const Pipe pipe;
  std::atomic<bool> done{false};
  const auto waiter = ::pthread_self();
  std::thread sender([&] {
    while (!done) {
      ::pthread_kill(waiter, SIGUSR1);
      std::this_thread::yield();
    }
  });
  const auto deadline = Deadline::after(50ms, nullptr);
  const auto outcome = deadline.wait(pipe.reading.get(), POLLIN);
  const auto ended = Clock::now();
  done = true;
  sender.join();
  REQUIRE(::sigaction(SIGUSR1, &before, nullptr) == 0);
  CHECK(outcome == WaitOutcome::expired);
  CHECK(ended >= deadline.moment());
  // A restarted timer would never end under this many signals; the limit is for slow machines.
  CHECK(ended < deadline.moment() + 30s);
  CHECK(signals_seen > 1);
}

TEST_CASE("a failing poll is told") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  // ppoll refuses more descriptors than may be open (poll(2), EINVAL).
  rlimit none = before;
  none.rlim_cur = 1;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto outcome = Deadline::after(1s, nullptr).wait(-1, 0);
  const int reason = errno;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(outcome == WaitOutcome::failed);
  CHECK(reason == EINVAL);
}

TEST_CASE("a pause ends after its span, at the deadline or with a stop") {
  auto stop = make_stop();
  const auto begun = Clock::now();
  CHECK(Deadline::never(&stop).pause(10ms) == WaitOutcome::ready);
  CHECK(Clock::now() >= begun + 10ms);
  CHECK(Deadline::after(1h, &stop).pause(0s) == WaitOutcome::ready);
  CHECK(Deadline::after(5ms, &stop).pause(1h) == WaitOutcome::expired);
  stop.request(SIGINT);
  CHECK(Deadline::never(&stop).pause(1h) == WaitOutcome::stopped);
}

TEST_CASE("a deadline that watches another descriptor is over when that is ready") {
  auto stop = fogis::testing::require_ok(fogis::StopEvent::create());
  auto other = fogis::testing::require_ok(fogis::StopEvent::create());
  auto wanted = fogis::testing::require_ok(fogis::StopEvent::create());
  const auto deadline =
      fogis::Deadline::after(std::chrono::seconds(10), &stop).or_when(other.descriptor(), POLLIN);
  other.request(1);
  CHECK(deadline.wait(wanted.descriptor(), POLLIN) == fogis::WaitOutcome::expired);
  CHECK(deadline.pause(std::chrono::seconds(5)) == fogis::WaitOutcome::expired);
  CHECK_FALSE(deadline.expired());
  wanted.request(1);
  CHECK(deadline.wait(wanted.descriptor(), POLLIN) == fogis::WaitOutcome::ready);
  stop.request(1);
  CHECK(deadline.wait(wanted.descriptor(), POLLIN) == fogis::WaitOutcome::stopped);
}
