// ping: is a server there, and how fast does it answer?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/duration.hpp"
#include "cli/exit_code.hpp"
#include "cli/target.hpp"
#include "commands/commands.hpp"
#include "output/ping.hpp"
#include "output/progress.hpp"
#include "redis/backoff.hpp"
#include "redis/client.hpp"
#include "redis/server_error.hpp"

namespace fogis::commands {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint64_t kMostPings = 1'000'000;

struct PingOptions {
  std::uint64_t count = 1;
  nanoseconds interval = seconds(1);
  std::optional<nanoseconds> wait;
};

/// An answered PING and the connection it came on.
struct Answer {
  nanoseconds round_trip{};
  redis::Lease lease;
};

/// PINGs over connections that are opened when they are needed.
class Pinger {
public:
  Pinger(cli::Session& session, const config::Config& config, const PingOptions& options)
      : session_(&session),
        options_(options),
        endpoint_(config.connection.endpoint()),
        secret_(config.connection.password.value_or(Secret())),
        policy_(retry_policy(config, options)),
        client_(config.connection, cli::connect_with<redis::Client::Options>(config, policy_),
                &session.stop) {}

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] redis::Client& client() { return client_; }
  [[nodiscard]] unsigned attempts() const { return attempts_; }

  /// The first answer, after as many attempts as --wait or --retries allow.
  Result<Answer> wait_until_ready() {
    const auto started = Clock::now();
    const auto deadline = options_.wait ? Deadline::after(*options_.wait, &session_->stop)
                                        : Deadline::never(&session_->stop);
    output::Progress progress(session_->console);
    progress.doing(fmt::format("waiting for {}", endpoint_));
    std::optional<Error> last;
    redis::Backoff backoff(policy_);
    while (true) {
      auto answer = ping(deadline);
      if (answer) {
        return answer;
      }
      // The attempt that the end of the wait cut short says less than the one before.
      const bool cut_short = answer.error().kind == ErrorKind::timed_out && deadline.expired();
      if (!cut_short || !last) {
        last = answer.error();
      }
      const auto tell = [&](const redis::RetryNotice& notice) { tell_retry(notice, progress); };
      if (!backoff.wait(*last, deadline, tell)) {
        return failure(gave_up(*last, deadline, Clock::now() - started));
      }
    }
  }

  /// One PING, set-up included, within its own time limits and `deadline`.
  Result<Answer> ping(const Deadline& deadline) {
    ++attempts_;
    const auto& timeouts = client_.options().timeouts;
    const auto attempt = deadline.within(std::max(timeouts.connect, timeouts.operation));
    TRY_ASSIGN(auto lease, client_.pool().lease(attempt.within(timeouts.connect)));
    const auto sent = Clock::now();
    const auto reply = lease->command({"PING"}, attempt.within(timeouts.operation));
    const auto round_trip = Clock::now() - sent;
    if (!reply) {
      return failure(reply.error());
    }
    if (!reply->is_status("PONG")) {
      return failure(not_a_pong(*reply, round_trip));
    }
    return Answer{round_trip, std::move(lease)};
  }

private:
  static redis::RetryPolicy retry_policy(const config::Config& config, const PingOptions& options) {
    if (options.wait) {
      // Someone waits for this: look again soon, but do not knock a starting server down.
      return {.retries = std::numeric_limits<unsigned>::max(),
              .delay = std::chrono::milliseconds(100),
              .cap = seconds(1)};
    }
    return cli::asked_retries(config);
  }

  void tell_retry(const redis::RetryNotice& notice, output::Progress& progress) {
    progress.hide();
    session_->console.detail(fmt::format("attempt {} failed: {}; retrying in {}", attempts_,
                                         output::describe(notice.error),
                                         format_duration(notice.delay)));
    progress.doing(fmt::format("waiting for {}: {}", endpoint_, notice.error.message));
  }

  [[nodiscard]] Error gave_up(Error error, const Deadline& deadline, nanoseconds elapsed) const {
    if (deadline.stopped()) {
      return interrupted_error(error.phase);
    }
    if (attempts_ > 1) {
      error.message = fmt::format("not ready after {} attempts in {}; last: {}", attempts_,
                                  format_duration(elapsed), error.message);
    }
    return error;
  }

  [[nodiscard]] Error not_a_pong(const redis::Reply& reply, nanoseconds round_trip) const {
    auto error = reply.is_error()
                     ? redis::to_error(reply, Phase::command, endpoint_, secret_)
                     : make_error(ErrorKind::protocol, Phase::command,
                                  fmt::format("answered PING with {}", redis::describe(reply)),
                                  "check that the address is that of a Redis server");
    error.endpoint = endpoint_;
    error.elapsed = round_trip;
    return error;
  }

  cli::Session* session_;
  PingOptions options_;
  std::string endpoint_;
  Secret secret_;
  redis::RetryPolicy policy_;
  redis::Client client_;
  unsigned attempts_ = 0;
};

void tell_steps(output::Console& console, const output::PingResult& result) {
  const auto& opened = result.opened;
  if (opened.resolve) {
    console.step("resolve", *opened.resolve);
  }
  console.step("connect", opened.connect);
  if (opened.tls) {
    console.step("tls", *opened.tls);
    console.detail(fmt::format("{}, {}", opened.tls_version, opened.tls_cipher));
  }
  if (opened.auth) {
    console.step("auth", *opened.auth);
  }
  if (opened.likely_proxy) {
    console.note(redis::kProxyNote);
  }
  if (!opened.name_refusal.empty()) {
    console.detail(fmt::format("the server rejected the client name: {}", opened.name_refusal));
  }
  console.step("ping", result.first);
}

/// The PINGs after the first one. Ends early when it makes no sense to go on.
void ping_on(cli::Session& session, Pinger& pinger, const PingOptions& options,
             output::PingResult& result) {
  const bool show = session.format == output::Format::text && !session.console.quiet();
  const auto stoppable = Deadline::never(&session.stop);
  while (result.sent < options.count && !session.out.closed() &&
         stoppable.pause(options.interval) == WaitOutcome::ready) {
    const auto answer = pinger.ping(stoppable);
    if (!answer && answer.error().kind == ErrorKind::interrupted) {
      break;
    }
    ++result.sent;
    if (answer) {
      result.round_trips.record(answer->round_trip);
      result.error.reset();
    } else {
      result.error = answer.error();
    }
    if (show) {
      session.out.write(answer ? output::ping_line(result.sent, answer->round_trip)
                               : output::ping_line(result.sent, answer.error(), session.style));
    }
    if (result.error && !result.error->retryable) {
      return;
    }
  }
  // A stop also closes an output that nobody reads, so the loop's end does not tell.
  result.interrupted = result.sent < options.count && session.stop.requested();
}

int verdict(cli::Session& session, const output::PingResult& result) {
  if (result.interrupted) {
    return cli::exit_code_of(session.stop);
  }
  if (result.error) {
    return cli::exit_code_of(*result.error, session.stop);
  }
  return result.lost() == 0 ? cli::exit_code::kSuccess : cli::exit_code::kNegative;
}

void show_end(cli::Session& session, const output::PingResult& result) {
  if (session.format == output::Format::json) {
    session.out.write(output::ping_json(result));
  } else if (result.wanted > 1) {
    session.out.write(output::ping_summary(result, session.style));
  } else if (session.console.quiet()) {
    session.out.write(output::ping_quiet_line(result));
  }
  session.console.statistics(result.statistics);
  if (result.error) {
    session.console.error(*result.error);
  }
}

output::PingResult first_result(Pinger& pinger, Answer& answer, const PingOptions& options) {
  output::PingResult result;
  result.endpoint = pinger.endpoint();
  result.opened = answer.lease->report();
  result.attempts = pinger.attempts();
  result.first = answer.round_trip;
  result.wanted = options.count;
  result.sent = 1;
  result.round_trips.record(answer.round_trip);
  return result;
}

int run_ping(cli::Session& session, const config::Config& config, const PingOptions& options) {
  const auto started = std::chrono::system_clock::now();
  const auto begin = Clock::now();
  Pinger pinger(session, config, options);
  output::PingResult result;
  {
    auto answer = pinger.wait_until_ready();
    if (!answer) {
      session.console.statistics(pinger.client().statistics()->snapshot());
      return session.fail(answer.error());
    }
    const auto ready_after = Clock::now() - begin;
    result = first_result(pinger, *answer, options);
    result.started = started;
    result.ready_after = ready_after;
  }
  tell_steps(session.console, result);
  if (session.format == output::Format::text && !session.console.quiet()) {
    session.out.write(output::ping_head(result, session.style));
  }
  ping_on(session, pinger, options, result);
  result.statistics = pinger.client().statistics()->snapshot();
  show_end(session, result);
  return verdict(session, result);
}

cli::Run declare_ping(cli::OptionSet options) {
  const auto values = std::make_shared<PingOptions>();
  options
      .count("--count", "N", values->count, {1, kMostPings},
             "number of PINGs, up to 1000000 [default 1]")
      .duration("--interval", values->interval, ZeroDuration::allowed,
                "interval between PINGs [default 1s]")
      .duration("--wait", values->wait, ZeroDuration::refused,
                "retry until the server is ready, for at most DUR");
  return [values](cli::Session& session) {
    return cli::with_target(
        session, [&](const config::Config& config) { return run_ping(session, config, *values); });
  };
}

constexpr cli::Example kPingExamples[] = {
    {"ping", "does the server of REDIS_URL answer?"},
    {"ping --wait 30s", "wait until it is ready, in a start script"},
    {"ping --count 100 --interval 50ms --json", "measure round-trip times"},
    {"ping -u rediss://redis.example.org:6380 --cacert ca.pem -v", "watch a TLS connection"},
};

}  // namespace

constinit const cli::Command kPing{
    .name = "ping",
    .summary = "connect, send PING, and show the time of each phase",
    .description =
        "Resolves the name, connects, negotiates TLS, logs in and sends PING, as configured. "
        "Shows the time of each phase; an error names the phase, the cause and what to do. Makes "
        "one attempt unless you give --wait or --retries. Exit code 1: some PINGs were "
        "lost, or the server is not ready (LOADING and the like).",
    .examples = kPingExamples,
    .formats = output::kPlainFormats,
    .declare = declare_ping,
};

}  // namespace fogis::commands
