#include "redis/server_error.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace fogis::redis {
namespace {

struct KnownCode {
  std::string_view code;
  ErrorKind kind;
  std::string_view hint;
};

constexpr std::string_view kCredentialsHint =
    "check user and password: a URL (redis://user:password@host), --user with --password-file, or "
    "REDIS_USERNAME with REDIS_PASSWORD";

constexpr std::array<KnownCode, 14> kKnownCodes{{
    {"NOAUTH", ErrorKind::unauthenticated,
     "the server wants a password: put it into the URL, REDIS_PASSWORD or --password-file"},
    {"WRONGPASS", ErrorKind::unauthenticated, kCredentialsHint},
    {"NOPERM", ErrorKind::forbidden,
     "the user lacks a right: an administrator can grant it with ACL SETUSER"},
    {"LOADING", ErrorKind::not_ready,
     "the server is reading its data from disk: wait, e.g. fogis-redis ping --wait 30s"},
    {"MASTERDOWN", ErrorKind::not_ready,
     "the replica has lost its master and may not serve stale data: look at INFO replication"},
    {"BUSY", ErrorKind::not_ready,
     "a script blocks the server: SCRIPT KILL ends it when it has not written yet"},
    {"OOM", ErrorKind::not_ready,
     "the server is at maxmemory and evicts nothing: free memory or raise maxmemory"},
    {"READONLY", ErrorKind::not_ready,
     "this is a replica: use its master's address (INFO replication names it)"},
    {"MISCONF", ErrorKind::not_ready,
     "the server refuses writes because it could not save to disk: look at its log and free space"},
    {"NOREPLICAS", ErrorKind::not_ready,
     "too few replicas are connected for writes: look at INFO replication"},
    {"CLUSTERDOWN", ErrorKind::not_ready, "the cluster is incomplete: look at CLUSTER INFO"},
    {"MOVED", ErrorKind::rejected, "this is a cluster node: ask the node that it names"},
    {"DENIED", ErrorKind::forbidden,
     "protected mode: the server lets strangers in only after bind and a password are configured"},
    {"NOPROTO", ErrorKind::rejected, "the server does not speak RESP3: leave protocol=3 out"},
}};

constexpr std::string_view kMaxClientsText = "ERR max number of clients reached";
constexpr std::string_view kNoPasswordSetText = "ERR AUTH";
constexpr std::string_view kInvalidPasswordText = "ERR invalid password";

const KnownCode* find_known(std::string_view code) {
  for (const auto& known : kKnownCodes) {
    if (known.code == code) {
      return &known;
    }
  }
  return nullptr;
}

/// Failures for which Redis has only the code ERR, told apart by their text.
std::pair<ErrorKind, std::string_view> classify_by_text(std::string_view text) {
  if (text.starts_with(kMaxClientsText)) {
    return {ErrorKind::not_ready,
            "all client slots are taken: look at CLIENT LIST for leaks, or raise maxclients"};
  }
  if (text.starts_with(kNoPasswordSetText)) {
    // Redis 6.2 and later, when its default user needs no password.
    return {ErrorKind::unauthenticated,
            "the server has no password: leave it out of the URL and the environment"};
  }
  if (text.starts_with(kInvalidPasswordText)) {
    return {ErrorKind::unauthenticated, kCredentialsHint};  // before Redis 6.0
  }
  return {ErrorKind::rejected, {}};
}

std::pair<ErrorKind, std::string_view> judge(const Reply& reply) {
  if (const auto* const known = find_known(reply.error_code())) {
    return {known->kind, known->hint};
  }
  return classify_by_text(reply.text);
}

}  // namespace

ErrorKind classify(const Reply& error_reply) {
  return judge(error_reply).first;
}

Error to_error(const Reply& error_reply, Phase phase, const std::string& endpoint,
               const Secret& secret) {
  const auto [kind, hint] = judge(error_reply);
  auto error = make_error(kind, phase, redact(error_reply.text, secret), std::string(hint));
  error.server_code = redact(error_reply.error_code(), secret);
  error.endpoint = endpoint;
  return error;
}

}  // namespace fogis::redis
