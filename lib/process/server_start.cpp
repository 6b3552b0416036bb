#include "process/server_start.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "base/duration.hpp"
#include "base/unique_fd.hpp"
#include "process/server_log.hpp"

namespace fogis::process {
namespace {

/// A start takes some ten of these.
constexpr auto kPause = std::chrono::milliseconds(1);
constexpr std::string_view kPing = "PING\r\n";
constexpr std::string_view kPong = "+PONG\r\n";

std::string how_it_ended(int status) {
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                             : fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

/// One start, watched. Each step returns whether the server has answered, or the final error.
class Start {
public:
  Start(Watchdog& watchdog, const StartedServer& server) : watchdog_(watchdog), server_(server) {}

  Result<void> wait(const Deadline& deadline) {
    while (true) {
      const auto outcome = deadline.within(kPause).wait(watchdog_.descriptor(), POLLIN);
      if (outcome == WaitOutcome::stopped) {
        return failure(interrupted_error(Phase::start));
      }
      if (outcome == WaitOutcome::failed) {
        return failure(make_system_error(ErrorKind::internal, Phase::start,
                                         "cannot wait for the private server", errno));
      }
      TRY_ASSIGN(auto answered, look());
      if (answered) {
        return {};
      }
      if (deadline.expired()) {
        return failure(too_late());
      }
    }
  }

private:
  Result<bool> look() {
    while (true) {
      TRY_ASSIGN(auto report, watchdog_.next_report());
      if (!report) {
        break;
      }
      TRY(judge(*report));
    }
    if (!connection_ && !connect()) {
      return false;
    }
    return read_answer();
  }

  Result<void> judge(const GuardReport& report) {
    switch (report.kind) {
      case GuardReport::Kind::no_directory:
        return failure(
            make_system_error(ErrorKind::configuration, Phase::start,
                              "cannot create a temporary directory for the private server",
                              report.value, "set TMPDIR to a short writable path"));
      case GuardReport::Kind::not_executable:
        return failure(make_system_error(ErrorKind::configuration, Phase::start,
                                         "cannot run the private server's program", report.value,
                                         report.value == EMFILE || report.value == ENFILE
                                             ? "raise the limit of open files (ulimit -n)"
                                             : "check the redis-server that comes first in PATH"));
      case GuardReport::Kind::ended:
        return failure(early_end(report.value));
      case GuardReport::Kind::directory_made:
      case GuardReport::Kind::started:
      case GuardReport::Kind::removed:
        break;
    }
    return {};
  }

  /// Whether there is a connection now, with PING sent.
  bool connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = fmt::format("{}/{}", watchdog_.directory(), server_.socket);
    if (watchdog_.directory().empty() || path.size() >= sizeof(address.sun_path)) {
      return false;
    }
    path.copy(address.sun_path, path.size());
    UniqueFd connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
        0) {
      return false;  // Not there, or not listening yet.
    }
    if (::send(connection.get(), kPing.data(), kPing.size(), MSG_NOSIGNAL) < 0) {
      return false;
    }
    connection_ = std::move(connection);
    return true;
  }

  Result<bool> read_answer() {
    std::array<char, 64> chunk{};
    const auto size = ::recv(connection_.get(), chunk.data(), chunk.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
      return false;
    }
    if (size <= 0) {
      connection_.reset();  // Closed on us: the server is going down, and its end will be reported.
      return false;
    }
    answer_.append(chunk.data(), static_cast<std::size_t>(size));
    if (!kPong.starts_with(answer_)) {
      return failure(make_error(ErrorKind::protocol, Phase::start,
                                fmt::format("the private server answered PING with {}", answer_),
                                "check the redis-server that comes first in PATH"));
    }
    return answer_ == kPong;
  }

  [[nodiscard]] std::string with_last_words(std::string message) const {
    const auto words = last_words(fmt::format("{}/{}", watchdog_.directory(), server_.log));
    if (!words.empty()) {
      message += fmt::format("; its output: {}", words);
    }
    return message;
  }

  [[nodiscard]] Error early_end(int status) const {
    auto error = make_error(
        ErrorKind::unreachable, Phase::start,
        with_last_words(fmt::format("the private server {} while starting", how_it_ended(status))),
        "check that redis-server runs, or give a running server with --url");
    error.retryable = false;  // The same program with the same arguments.
    return error;
  }

  [[nodiscard]] Error too_late() const {
    const auto waited = Deadline::Clock::now() - server_.began;
    auto error = make_error(
        ErrorKind::timed_out, Phase::start,
        with_last_words(
            fmt::format("the private server did not answer within {}", format_duration(waited))),
        "this machine may be overloaded: try again, or give a running server with --url");
    error.elapsed = waited;
    return error;
  }

  Watchdog& watchdog_;
  const StartedServer& server_;
  UniqueFd connection_;
  std::string answer_;
};

}  // namespace

Result<void> await_server(Watchdog& watchdog, const StartedServer& server,
                          const Deadline& deadline) {
  return Start(watchdog, server).wait(deadline);
}

}  // namespace fogis::process
