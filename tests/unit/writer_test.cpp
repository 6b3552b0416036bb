#include "output/writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <string>
#include <thread>

#include "base/unique_fd.hpp"
#include "support/results.hpp"
#include "support/temp_dir.hpp"

using namespace fogis;
using namespace fogis::testing;
using fogis::output::Writer;
using namespace std::chrono_literals;

namespace {

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;

  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }

  /// All that is in the pipe now.
  [[nodiscard]] std::string drain() const {
    std::string text(1U << 20U, '\0');
    const auto got = ::read(reader.get(), text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
};

}  // namespace

TEST_CASE("a reader that does not read never blocks, and what it misses is counted") {
  const Pipe pipe;
  Writer out(pipe.writer.get(), nullptr, 100'000);
  const std::string piece(1000, 'x');
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    taken += out.append(piece) ? 1 : 0;
    out.flush();
  }
  CHECK(taken >= 100);
  CHECK(out.dropped() == static_cast<std::uint64_t>(1000 - taken));
  CHECK(out.dropped_bytes() == out.dropped() * piece.size());
  CHECK(out.dropped() > 0);
  // What was taken arrives whole once the reader reads.
  std::size_t received = 0;
  while (received < static_cast<std::size_t>(taken) * piece.size()) {
    received += pipe.drain().size();
    out.flush();
  }
  CHECK(received == static_cast<std::size_t>(taken) * piece.size());
  require_ok(out.finish());
}

TEST_CASE("a piece that is larger than the limit is taken when nothing else waits") {
  const TempDir directory;
  const UniqueFd file(::open((directory / "f").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  Writer out(file.get(), nullptr, 10);
  CHECK(out.append(std::string(1000, 'a')));
  CHECK(out.append(std::string(1000, 'b')));
  require_ok(out.finish());
  CHECK(read_file(directory / "f") == std::string(1000, 'a') + std::string(1000, 'b'));
  CHECK(out.dropped() == 0);
}

TEST_CASE("a reader that is gone is noticed without writing, and is no failure") {
  Pipe pipe;
  Writer out(pipe.writer.get(), nullptr);
  const auto deadline = Deadline::after(10s, nullptr);
  pipe.reader.reset();
  CHECK(out.watched(deadline).wait(-1, 0) == WaitOutcome::expired);
  CHECK_FALSE(deadline.expired());
  out.flush();
  CHECK(out.closed());
  CHECK_FALSE(out.failed());
  CHECK(out.append("nobody misses this"));
  require_ok(out.finish());
}

TEST_CASE("a full device is a failure") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  Writer out(full.get(), nullptr);
  out.append("x");
  out.flush();
  CHECK(out.failed());
  CHECK(require_error(out.finish(), ErrorKind::output).system_errno == ENOSPC);
}

TEST_CASE("a stop bounds the wait for a reader that does not read") {
  const Pipe pipe;
  auto stop = require_ok(StopEvent::create());
  Writer out(pipe.writer.get(), &stop);
  out.append(std::string(1'000'000, 'x'));
  stop.request(2);
  const auto begin = Deadline::Clock::now();
  require_ok(out.finish());
  CHECK(Deadline::Clock::now() - begin >= 1s);
}

TEST_CASE("writing waits for a slow reader, also after a stop") {
  const Pipe pipe;
  auto stop = require_ok(StopEvent::create());
  stop.request(2);
  std::size_t received = 0;
  std::jthread reader([&] {
    while (received < 1'000'000) {
      std::this_thread::sleep_for(150ms);  // together longer than a stop's second
      received += pipe.drain().size();
    }
  });
  Writer out(pipe.writer.get(), &stop);
  out.write(std::string(1'000'000, 'x'));
  CHECK_FALSE(out.closed());
  require_ok(out.finish());
  reader.join();
  CHECK(received == 1'000'000);
}

TEST_CASE("writing gives up a reader that does not read a second after a stop") {
  const Pipe pipe;
  auto stop = require_ok(StopEvent::create());
  stop.request(2);
  Writer out(pipe.writer.get(), &stop);
  const auto begin = Deadline::Clock::now();
  out.write(std::string(1'000'000, 'x'));
  CHECK(out.closed());
  CHECK(Deadline::Clock::now() - begin >= 1s);
  out.write("and does not wait again");
  require_ok(out.finish());
  CHECK(Deadline::Clock::now() - begin < 2s);
}

TEST_CASE("writing to a full device fails, to a closed pipe it ends quietly") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  Writer out(full.get(), nullptr);
  out.write("x");
  CHECK(require_error(out.finish(), ErrorKind::output).system_errno == ENOSPC);

  ::signal(SIGPIPE, SIG_IGN);  // as the program does
  Pipe pipe;
  pipe.reader.reset();
  Writer unread(pipe.writer.get(), nullptr);
  unread.write("x");
  CHECK(unread.closed());
  require_ok(unread.finish());
}
