#include "cli/pinger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/duration.hpp"
#include "cli/target.hpp"
#include "output/progress.hpp"
#include "redis/backoff.hpp"
#include "redis/server_error.hpp"

namespace fogis::cli {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

namespace {

/// Someone waits: try again soon, but do not knock a starting server down.
constexpr redis::RetryPolicy kUntilReady{.retries = std::numeric_limits<unsigned>::max(),
                                         .delay = std::chrono::milliseconds(100),
                                         .cap = std::chrono::seconds(1)};

}  // namespace

Pinger::Pinger(Session& session, const config::Config& config)
    : session_(&session), config_(&config) {}

Result<nanoseconds> Pinger::ping(const Deadline& deadline) {
  ++attempts_;
  const auto limits = timeouts(*config_);
  const auto attempt = deadline.within(std::max(limits.connect, limits.operation));
  if (connection_ && !connection_->is_clean()) {
    connection_.reset();
    lost_ = true;
  }
  return connection_ ? ping_again(attempt.within(limits.operation))
                     : open(attempt.within(limits.connect), attempt);
}

Result<nanoseconds> Pinger::open(const Deadline& deadline, const Deadline& pong) {
  TRY_ASSIGN(auto connection, redis::Connection::open(config_->connection, deadline,
                                                      {.statistics = statistics_, .ping = pong}));
  connection_ = std::move(connection);
  if (std::exchange(lost_, false)) {
    statistics_->reconnected();
  }
  return *connection_->report().ping;
}

Result<nanoseconds> Pinger::ping_again(const Deadline& deadline) {
  const auto sent = Clock::now();
  TRY_ASSIGN(const auto reply, connection_->command({"PING"}, deadline));
  const auto round_trip = Clock::now() - sent;
  if (!reply.is_status("PONG")) {
    auto error = redis::not_a_pong(reply, connection_->endpoint(),
                                   config_->connection.password.value_or(Secret()));
    error.elapsed = round_trip;
    return failure(std::move(error));
  }
  return round_trip;
}

Result<nanoseconds> Pinger::wait_until_ready() {
  const auto& wait = session_->options.wait;
  const auto started = Clock::now();
  const auto deadline = wait ? Deadline::after(*wait, &session_->stop)  //
                             : Deadline::never(&session_->stop);
  const auto endpoint = config_->connection.endpoint();
  output::Progress progress(session_->console);
  progress.doing(fmt::format("waiting for {}", endpoint));
  const auto tell = [&](const redis::RetryNotice& notice) {
    progress.hide();
    session_->console.detail(fmt::format("attempt {} failed: {}; retrying in {}", attempts_,
                                         output::describe(notice.error),
                                         format_duration(notice.delay)));
    progress.doing(fmt::format("waiting for {}: {}", endpoint, notice.error.message));
  };
  std::optional<Error> last;
  redis::Backoff backoff(wait ? kUntilReady : asked_retries(*config_));
  while (true) {
    auto answer = ping(deadline);
    if (answer) {
      return answer;
    }
    // The attempt that the end of the wait cut short says less than the one before.
    const bool cut_short = answer.error().kind == ErrorKind::timed_out && deadline.expired();
    if (!cut_short || !last) {
      last = std::move(answer.error());
    }
    if (!backoff.wait(*last, deadline, tell)) {
      break;
    }
  }
  if (deadline.stopped()) {
    return failure(interrupted_error(last->phase));
  }
  if (attempts_ > 1) {
    last->message = fmt::format("not ready after {} attempts in {}; last: {}", attempts_,
                                format_duration(Clock::now() - started), last->message);
  }
  return failure(std::move(*last));
}

}  // namespace fogis::cli
