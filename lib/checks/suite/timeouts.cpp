#include <fmt/format.h>

#include <string>

#include "base/duration.hpp"
#include "base/random.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/expected.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr auto kDeadline = 150ms;
constexpr auto kLateness = 350ms;            ///< what a busy machine may add
constexpr std::string_view kBlockFor = "2";  ///< how long the server would hold us

/// What a BLPOP beyond its deadline did.
struct Outcome {
  Result<redis::Reply> reply;
  nanoseconds elapsed;
  bool poisoned;
};

Outcome overrun(Context& context, redis::Connection& connection, std::string_view key) {
  const auto started = steady_clock::now();
  auto reply =
      connection.command({"BLPOP", key, kBlockFor}, context.operation_deadline().within(kDeadline));
  const nanoseconds elapsed = steady_clock::now() - started;
  return {std::move(reply), elapsed, connection.poisoned()};
}

/// Leases a connection, lets it run into its deadline and gives it back.
Result<Outcome> overrun_leased(Context& context) {
  const auto key = context.channel("timeouts:empty-list");
  TRY_ASSIGN(auto lease, context.client().lease());
  return overrun(context, *lease, key);
}

}  // namespace

Result<CheckResult> check_timeouts(Context& context) {
  // A single connection in the pool: the next command gets this one, or one in its place.
  context.client().pool().close_idle();
  TRY_ASSIGN(const auto outcome, overrun_leased(context));
  if (outcome.reply && outcome.reply->is_error()) {
    return failure(context.refusal(*outcome.reply, {"BLPOP"}));
  }
  if (outcome.reply) {
    return failed(
        "BLPOP did not block",
        fmt::format("BLPOP on an empty list must block for {} s, got {} after {}", kBlockFor,
                    redis::describe(*outcome.reply), format_duration(outcome.elapsed)),
        "a proxy may answer for the server");
  }
  if (outcome.reply.error().kind != ErrorKind::timed_out) {
    return failure(outcome.reply.error());
  }
  if (outcome.elapsed > kDeadline + kLateness || !outcome.poisoned) {
    return failed("the deadline was exceeded",
                  fmt::format("a deadline of {} ended after {}", format_duration(kDeadline),
                              format_duration(outcome.elapsed)),
                  "is this machine overloaded?");
  }
  const auto nonce = random_hex(16);
  TRY_ASSIGN(const auto echo, context.ask({"ECHO", nonce}));
  if (const auto wanted = string_reply(nonce); !same(echo, wanted)) {
    return failed("the next command got another's reply", mismatch("ECHO", wanted, echo),
                  "a proxy may mix up replies: connect without it");
  }
  auto result = passed(fmt::format("a deadline of {} ended after {}", format_duration(kDeadline),
                                   format_duration(outcome.elapsed)));
  result.detail("deadline", nanoseconds(kDeadline)).detail("elapsed", outcome.elapsed);
  return result;
}

}  // namespace fogis::checks
