#include <fmt/format.h>

#include "base/duration.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/expected.hpp"
#include "checks/verdict.hpp"
#include "redis/server_identity.hpp"

namespace fogis::checks {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

void add_phases(CheckResult& result, const redis::OpenReport& report) {
  result.detail("address", report.address);
  if (report.resolve) {
    result.detail("resolve", *report.resolve);
  }
  result.detail("connect", report.connect);
  if (report.tls) {
    result.detail("tls", *report.tls);
    result.detail("tls_version", report.tls_version);
    result.detail("tls_cipher", report.tls_cipher);
  }
  if (report.auth) {
    result.detail("auth", *report.auth);
  }
  if (!report.name_refusal.empty()) {
    result.detail("client_name_refused", report.name_refusal);
  }
}

/// What answers is worth knowing, but a server need not tell it.
Result<void> add_server(CheckResult& result, Context& context, redis::Connection& connection) {
  if (connection.report().likely_proxy) {
    // A proxy that hangs up on HELLO does so on ROLE and INFO.
    result.status = Status::fail;
    result.summary = "a proxy answers";
    result.cause = redis::kProxyNote;
    result.hint = "connect to the Redis server itself: such a proxy has no pub/sub";
    return {};
  }
  TRY_ASSIGN(const auto identity, redis::identify(connection, context.operation_deadline()));
  context.set_server(identity.text());
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) {
      result.detail(std::string(name), text);
    }
  };
  add("server", context.server());
  add("mode", identity.mode);
  add("role", identity.role);
  add("master", identity.master);
  add("run_id", identity.run_id);
  return {};
}

}  // namespace

Result<CheckResult> check_connection(Context& context) {
  const auto started = steady_clock::now();
  // The connection that the next checks go on with: another one takes memory of a full server.
  context.client().pool().close_idle();
  TRY_ASSIGN(auto lease, context.client().lease());
  auto& connection = *lease;
  const nanoseconds opened = steady_clock::now() - started;
  const auto ping_started = steady_clock::now();
  const auto pong = context.ask(connection, {"PING"});
  const nanoseconds round_trip = steady_clock::now() - ping_started;
  // A user without the right to PING has been let in: the other checks can go on, but whether the
  // server answers was not seen.
  const bool forbidden = !pong && pong.error().kind == ErrorKind::forbidden;
  if (!pong && !forbidden) {
    return failure(pong.error());
  }
  if (pong && !same(*pong, status_reply("PONG"))) {
    auto error = make_error(ErrorKind::protocol, Phase::command,
                            mismatch("PING", status_reply("PONG"), *pong),
                            "something that is not Redis may answer there");
    error.endpoint = connection.endpoint();
    return failure(std::move(error));
  }
  auto result =
      forbidden
          ? skipped(fmt::format("connected in {}, PING not permitted", format_duration(opened)),
                    pong.error().message, pong.error().hint)
          : passed(fmt::format("connected in {}, PING {}", format_duration(opened),
                               format_duration(round_trip)));
  add_phases(result, connection.report());
  result.detail("ping", round_trip);
  TRY(add_server(result, context, connection));
  return result;
}

}  // namespace fogis::checks
