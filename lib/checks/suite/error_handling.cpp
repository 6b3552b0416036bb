#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/text.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/expected.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

/// A command that must fail, and how.
struct Provocation {
  std::string_view what;
  std::vector<std::string_view> command;
  std::string_view code;
  std::string_view text;  ///< must be in the message; empty: the code says it all
};

constexpr std::string_view kNoScript = "ffffffffffffffffffffffffffffffffffffffff";

std::vector<Provocation> provocations(std::string_view text_key) {
  return {
      {"an unknown command", {"FOGIS.NO.SUCH.COMMAND"}, "ERR", "unknown command"},
      {"a list command on a string", {"LPUSH", text_key, "x"}, "WRONGTYPE", ""},
      {"a missing script", {"EVALSHA", kNoScript, "0"}, "NOSCRIPT", ""},
      {"a missing argument", {"GET"}, "ERR", "wrong number of arguments"},
  };
}

bool is_right(const Provocation& provocation, const redis::Reply& reply) {
  return reply.is_error() && reply.error_code() == provocation.code &&
         reply.text.find(provocation.text) != std::string::npos;
}

/// A forbidden command cannot be provoked, but forbidding it is no fault either.
bool is_forbidden(const Context& context, const Provocation& provocation,
                  const redis::Reply& reply) {
  return reply.is_error() && provocation.text != "unknown command" &&
         context.refusal(reply, {provocation.command.front()}).kind == ErrorKind::forbidden;
}

/// After an error the connection must give the next command its own reply. Empty when it does.
Result<std::string> fault_afterwards(Context& context, redis::Connection& connection) {
  const auto nonce = random_hex(16);
  TRY_ASSIGN(const auto echo, context.ask(connection, {"ECHO", nonce}));
  const auto wanted = string_reply(nonce);
  return same(echo, wanted) ? std::string() : mismatch("the ECHO after it", wanted, echo);
}

/// Provokes one error; nothing when all is as it must be.
Result<std::optional<CheckResult>> provoke(Context& context, redis::Connection& connection,
                                           const Provocation& provocation, Findings& findings) {
  const auto reply = connection.command(provocation.command, context.operation_deadline());
  if (!reply) {
    auto error = reply.error();
    error.message = fmt::format("{} closed the connection: {}", provocation.what, error.message);
    return failure(std::move(error));
  }
  if (is_forbidden(context, provocation, *reply)) {
    const auto error = context.refusal(*reply, {provocation.command.front()});
    findings.skip(fmt::format("{}: {}", provocation.what, error.message), error.hint);
  } else if (!is_right(provocation, *reply)) {
    return failed("a wrong error was returned",
                  fmt::format("{} must return an error {} {}, got {}", provocation.what,
                              provocation.code, provocation.text, redis::describe(*reply)),
                  "clients act on these errors: check for a proxy");
  }
  TRY_ASSIGN(const auto fault, fault_afterwards(context, connection));
  if (!fault.empty()) {
    return failed("an error breaks the connection", fmt::format("{}: {}", provocation.what, fault),
                  "replies are out of sync: check for a proxy");
  }
  return std::nullopt;
}

}  // namespace

Result<CheckResult> check_error_handling(Context& context) {
  const auto key = context.key("errors:text");
  TRY_ASSIGN(auto lease, context.client().lease());
  TRY(context.ask(*lease, {"SET", key, "a string", "EX", kKeyTtlSeconds}));
  Findings findings;
  const auto all = provocations(key);
  for (const auto& provocation : all) {
    TRY_ASSIGN(auto wrong, provoke(context, *lease, provocation, findings));
    if (wrong) {
      return std::move(*wrong);
    }
  }
  return findings.result(findings.empty()
                             ? fmt::format("{}, each as documented", count_of(all.size(), "error"))
                             : "not all errors could be triggered");
}

}  // namespace fogis::checks
