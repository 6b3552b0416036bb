// ping: is a server there, and how fast does it answer?
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/duration.hpp"
#include "cli/exit_code.hpp"
#include "cli/pinger.hpp"
#include "cli/target.hpp"
#include "commands/commands.hpp"
#include "output/ping.hpp"
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
void ping_on(cli::Session& session, cli::Pinger& pinger, const PingOptions& options,
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
      result.round_trips.record(*answer);
      result.error.reset();
    } else {
      result.error = answer.error();
    }
    if (show) {
      session.out.write(answer ? output::ping_line(result.sent, *answer)
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

int run_ping(cli::Session& session, const config::Config& config, const PingOptions& options) {
  output::PingResult result;
  result.started = std::chrono::system_clock::now();
  const auto begin = Clock::now();
  cli::Pinger pinger(session, config);
  const auto answer = pinger.wait_until_ready();
  if (!answer) {
    session.console.statistics(pinger.statistics());
    return session.fail(answer.error());
  }
  result.ready_after = Clock::now() - begin;
  result.endpoint = config.connection.endpoint();
  result.opened = pinger.report();
  result.attempts = pinger.attempts();
  result.first = *answer;
  result.wanted = options.count;
  result.sent = 1;
  result.round_trips.record(*answer);
  tell_steps(session.console, result);
  if (session.format == output::Format::text && !session.console.quiet()) {
    session.out.write(output::ping_head(result, session.style));
  }
  ping_on(session, pinger, options, result);
  result.statistics = pinger.statistics();
  show_end(session, result);
  return verdict(session, result);
}

cli::Run declare_ping(cli::OptionSet options) {
  const auto values = std::make_shared<PingOptions>();
  options
      .count("--count", "N", values->count, {1, kMostPings},
             "number of PINGs, up to 1000000 [default 1]")
      .duration("--interval", values->interval, ZeroDuration::allowed,
                "interval between PINGs [default 1s]");
  return [values](cli::Session& session) {
    return cli::with_target(
        session, [&](const config::Config& config) { return run_ping(session, config, *values); },
        cli::Readiness::left_to_work);
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
