#include "base/stop_event.hpp"

#include <poll.h>
#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>
#include <vector>

using fogis::ErrorKind;
using fogis::Phase;
using fogis::StopEvent;

namespace {

bool is_readable(const StopEvent& stop) {
  pollfd watched{.fd = stop.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) == 1;
}

}  // namespace

TEST_CASE("a request is remembered and can be waited for") {
  auto stop = StopEvent::create();
  REQUIRE(stop);
  CHECK_FALSE(stop->requested());
  CHECK(stop->signal() == 0);
  CHECK_FALSE(is_readable(*stop));
  stop->request(SIGTERM);
  CHECK(stop->requested());
  CHECK(stop->signal() == SIGTERM);
  CHECK(is_readable(*stop));
  CHECK(is_readable(*stop));
}

TEST_CASE("the first of several signals is kept") {
  auto stop = StopEvent::create();
  REQUIRE(stop);
  stop->request(SIGINT);
  stop->request(SIGTERM);
  CHECK(stop->signal() == SIGINT);
}

TEST_CASE("requests from many threads leave one signal and errno as it was") {
  auto stop = StopEvent::create();
  REQUIRE(stop);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      errno = EXDEV;
      stop->request(SIGINT);
      CHECK(errno == EXDEV);
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(stop->signal() == SIGINT);
}

TEST_CASE("a moved stop event keeps signal and descriptor") {
  auto stop = StopEvent::create();
  REQUIRE(stop);
  stop->request(SIGINT);
  const int descriptor = stop->descriptor();
  const StopEvent moved = std::move(*stop);
  CHECK(moved.signal() == SIGINT);
  CHECK(moved.descriptor() == descriptor);
}

TEST_CASE("without a free descriptor no stop event can be made") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto stop = StopEvent::create();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE_FALSE(stop);
  CHECK(stop.error().kind == ErrorKind::internal);
  CHECK(stop.error().system_errno == EMFILE);
}

TEST_CASE("an interruption is an error of its phase") {
  const auto error = fogis::interrupted_error(Phase::connect);
  CHECK(error.kind == ErrorKind::interrupted);
  CHECK(error.phase == Phase::connect);
  CHECK_FALSE(error.retryable);
}
