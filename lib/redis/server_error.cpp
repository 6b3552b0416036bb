#include "redis/server_error.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "config/unreplaced.hpp"

namespace fogis::redis {
namespace {

struct KnownCode {
  std::string_view code;  ///< the reply's first word, or its beginning
  ErrorKind kind;
  std::string_view hint;
};

constexpr std::string_view kCredentialsHint =
    "check user and password: a URL (redis://user:password@host), --user with --password-file, or "
    "REDIS_USERNAME with REDIS_PASSWORD; or the user is disabled (ACL GETUSER)";

constexpr std::string_view kDeniedHint =
    "the server, or a proxy in front of it, refuses this client: look at its log for the reason";

constexpr std::array<KnownCode, 14> kKnownCodes{{
    {"NOAUTH", ErrorKind::unauthenticated,
     "the server requires a password: set it in the URL, REDIS_PASSWORD or --password-file"},
    {"WRONGPASS", ErrorKind::unauthenticated, kCredentialsHint},
    {"NOPERM", ErrorKind::forbidden,
     "the user lacks a permission: an administrator can grant it with ACL SETUSER"},
    {"LOADING", ErrorKind::not_ready,
     "the server is reading its data from disk: wait, e.g. fogis-redis ping --wait 30s"},
    {"MASTERDOWN", ErrorKind::not_ready,
     "the replica has lost its master and may not serve stale data: look at INFO replication"},
    {"BUSY", ErrorKind::not_ready,
     "a script, function or module blocks the server: SCRIPT KILL or FUNCTION KILL ends it if it "
     "has not written yet"},
    {"OOM", ErrorKind::not_ready,
     "the server is at maxmemory and finds nothing to evict (maxmemory-policy): free memory or "
     "raise "
     "maxmemory"},
    {"READONLY", ErrorKind::not_ready,
     "this is a replica: use its master's address (INFO replication names it)"},
    {"MISCONF", ErrorKind::not_ready,
     "the server refuses writes because it could not save to disk: look at its log and free space"},
    {"NOREPLICAS", ErrorKind::not_ready,
     "too few replicas are connected for writes: look at INFO replication"},
    {"CLUSTERDOWN", ErrorKind::not_ready, "the cluster is incomplete: look at CLUSTER INFO"},
    {"MOVED", ErrorKind::rejected, "this is a cluster node: connect to the node that it names"},
    {"DENIED", ErrorKind::forbidden,
     "protected mode: the server accepts remote clients only after bind and a password are "
     "configured"},
    {"NOPROTO", ErrorKind::rejected, "the server does not speak RESP3: leave out protocol=3"},
}};

constexpr std::string_view kVariableHint =
    "the password looks like a variable that was not replaced: give its value; the shell, "
    "compose or the pipeline did not replace it";
constexpr std::string_view kMaxClientsHint =
    "all client slots are taken: look at CLIENT LIST for leaks, or raise maxclients";
constexpr std::string_view kNoPasswordHint =
    "the server has no password: leave it out of the URL and the environment";

/// Failures for which Redis has only the code ERR, told apart by how their text begins. From the
/// sources of Redis 5.0 to 8.0 and Valkey 8.0 (networking.c, acl.c, server.c).
constexpr std::array<KnownCode, 8> kKnownTexts{{
    {"ERR max number of clients reached", ErrorKind::not_ready, kMaxClientsHint},
    // With cluster support on; the bus takes descriptors too.
    {"ERR max number of clients + cluster connections reached", ErrorKind::not_ready,
     kMaxClientsHint},
    {"ERR AUTH <password> called without any password", ErrorKind::unauthenticated,
     kNoPasswordHint},
    {"ERR Client sent AUTH, but no password is set", ErrorKind::unauthenticated,
     kNoPasswordHint},                                                              // before 6.0
    {"ERR invalid password", ErrorKind::unauthenticated, kCredentialsHint},         // before 6.0
    {"ERR operation not permitted", ErrorKind::unauthenticated, kCredentialsHint},  // before 2.8
    {"ERR wrong number of arguments for 'auth' command", ErrorKind::unauthenticated,
     "this server is older than Redis 6 and has no users: leave out the user name "
     "(redis://:password@host)"},
    {"ERR unknown command", ErrorKind::rejected,
     "the command is missing or renamed: the server is older than the command, its configuration "
     "has rename-command, or a proxy does not forward it"},
}};

std::pair<ErrorKind, std::string_view> judge(const Reply& reply) {
  const auto code = reply.error_code();
  for (const auto& known : kKnownCodes) {
    if (known.code == code) {
      const bool is_protected_mode = reply.text.find("protected mode") != std::string::npos;
      return {known.kind, code == "DENIED" && !is_protected_mode ? kDeniedHint : known.hint};
    }
  }
  for (const auto& known : kKnownTexts) {
    if (reply.text.starts_with(known.code)) {
      return {known.kind, known.hint};
    }
  }
  return {ErrorKind::rejected, {}};
}

}  // namespace

ErrorKind classify(const Reply& error_reply) {
  return judge(error_reply).first;
}

Error to_error(const Reply& error_reply, Phase phase, const std::string& endpoint,
               const Secret& secret) {
  const auto [kind, hint] = judge(error_reply);
  const bool is_variable =
      kind == ErrorKind::unauthenticated && config::has_unreplaced_variable(secret.reveal());
  auto error = make_error(kind, phase, redact(error_reply.text, secret),
                          std::string(is_variable ? kVariableHint : hint));
  error.server_code = redact(error_reply.error_code(), secret);
  error.endpoint = endpoint;
  return error;
}

Error not_a_pong(const Reply& reply, const std::string& endpoint, const Secret& secret) {
  if (reply.is_error()) {
    return to_error(reply, Phase::command, endpoint, secret);
  }
  auto error = make_error(ErrorKind::protocol, Phase::command,
                          fmt::format("answered PING with {}", describe(reply)),
                          "check that the address is that of a Redis server");
  error.endpoint = endpoint;
  return error;
}

}  // namespace fogis::redis
