#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/number.hpp"
#include "base/text.hpp"
#include "checks/suite/checks.hpp"
#include "checks/verdict.hpp"
#include "redis/output_buffer_limit.hpp"

namespace fogis::checks {
namespace {

constexpr std::array<std::string_view, 10> kParameters{"maxmemory",
                                                       "maxmemory-policy",
                                                       "client-output-buffer-limit",
                                                       "tcp-keepalive",
                                                       "appendonly",
                                                       "save",
                                                       "protected-mode",
                                                       "bind",
                                                       "port",
                                                       "tls-port"};

/// Values by name; a parameter that the server does not know is missing.
using Parameters = std::map<std::string, std::string, std::less<>>;

/// One CONFIG GET each, since servers before 7.0 take one name at a time.
Result<Parameters> read_parameters(Context& context) {
  redis::Pipeline pipeline;
  for (const auto name : kParameters) {
    pipeline.add({"CONFIG", "GET", name});
  }
  TRY_ASSIGN(auto lease, context.client().lease());
  TRY_ASSIGN(const auto replies, lease->run(pipeline, context.operation_deadline()));
  Parameters parameters;
  for (const auto& reply : replies) {
    if (reply.is_error()) {
      return failure(context.refusal(reply, {"CONFIG", "GET"}));
    }
    if (reply.elements.size() == 2) {
      parameters.emplace(reply.elements[0].text, reply.elements[1].text);
    }
  }
  return parameters;
}

std::optional<std::string_view> find(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

bool has(const Parameters& parameters, std::string_view name, std::string_view value) {
  return find(parameters, name) == value;
}

/// Whether anybody can reach the server over a network; a unix socket is guarded by the file
/// system.
bool offers_tcp(const Parameters& parameters, const config::ConnectionSettings& settings) {
  const auto port = find(parameters, "port");
  if (!port) {
    return settings.transport != config::Transport::unix_socket;
  }
  return *port != "0" || find(parameters, "tls-port").value_or("0") != "0";
}

void judge_memory(const Parameters& parameters, const redis::Info& stats, Findings& findings) {
  const auto limit = find(parameters, "maxmemory");
  const auto policy = find(parameters, "maxmemory-policy").value_or("");
  if (limit == "0") {
    findings.warn("maxmemory is 0: nothing prevents Redis from using all of its host's memory",
                  "CONFIG SET maxmemory 256mb (as FOGIS deploys)");
  }
  // Pub/sub works under every policy. What a policy may take away is keys, and that shows.
  const auto evicted = stats.integer("evicted_keys").value_or(0);
  if (evicted > 0 && policy != "noeviction") {
    findings.warn(fmt::format("{} has evicted {} since the start", policy,
                              count_of(static_cast<std::size_t>(evicted), "key")),
                  "raise maxmemory, or CONFIG SET maxmemory-policy noeviction: then writers see "
                  "an error instead, and PUBLISH still works");
  }
}

void judge_output_buffer(const Parameters& parameters, Findings& findings) {
  constexpr std::int64_t kOrdinaryMessage = std::int64_t{96} << 10U;  // 15 raw matches
  constexpr std::int64_t kLargestMessage = std::int64_t{6} << 20U;    // 1000 raw matches
  constexpr std::string_view kHint = "CONFIG SET client-output-buffer-limit \"pubsub 32mb 8mb 60\"";
  const auto text = find(parameters, "client-output-buffer-limit");
  const auto limit = text ? redis::parse_output_buffer_limit(*text, "pubsub") : std::nullopt;
  if (!limit) {
    return;
  }
  if (limit->hard == 0 && limit->soft == 0) {
    findings.warn(
        "no output buffer limit for pubsub: a subscriber that stops reading fills the "
        "memory",
        std::string(kHint));
  } else if (limit->hard != 0 && limit->hard < kOrdinaryMessage) {
    findings.fail(fmt::format("output buffer limit for pubsub is {} bytes: an ordinary FOGIS "
                              "message (90 KB) disconnects its subscribers",
                              limit->hard),
                  std::string(kHint));
  } else if (limit->hard != 0 && limit->hard < kLargestMessage) {
    findings.warn(fmt::format("output buffer limit for pubsub is {} bytes: the largest FOGIS "
                              "messages (6 MB) disconnect their subscribers",
                              limit->hard),
                  std::string(kHint));
  }
}

void judge_keepalive(const Parameters& parameters, bool tcp, Findings& findings) {
  if (tcp && has(parameters, "tcp-keepalive", "0")) {
    findings.warn("tcp-keepalive is 0: dead subscribers are kept and counted as receivers",
                  "CONFIG SET tcp-keepalive 300");
  }
}

void judge_persistence(const Parameters& parameters, Findings& findings) {
  if (!has(parameters, "appendonly", "no")) {
    return;
  }
  const auto loss = has(parameters, "save", "") ? "keys are lost on a restart"
                                                : "a crash loses keys since the last snapshot";
  findings.warn(fmt::format("appendonly is off: {}", loss),
                "CONFIG SET appendonly yes (as FOGIS deploys); pub/sub itself needs none");
}

/// Whether anybody may be the default user; nothing when that cannot be told.
Result<std::optional<bool>> default_user_is_open(Context& context) {
  const auto user = context.ask({"ACL", "GETUSER", "default"}, redis::Repeat::if_unsure);
  if (!user && user.error().kind != ErrorKind::forbidden) {
    return failure(user.error());
  }
  if (!user) {
    // We know all the same when we came in without credentials.
    const auto& settings = context.settings();
    return settings.username.empty() && !settings.password ? std::optional(true) : std::nullopt;
  }
  bool on = false;
  bool without_password = false;
  for (std::size_t i = 0; i + 1 < user->elements.size(); i += 2) {
    if (user->elements[i].text == "flags") {
      for (const auto& flag : user->elements[i + 1].elements) {
        on = on || flag.text == "on";
        without_password = without_password || flag.text == "nopass";
      }
    }
  }
  return on && without_password;
}

void judge_access(const Parameters& parameters, bool open, bool tcp, Findings& findings) {
  constexpr std::string_view kHint =
      "keep the port inside the services' network, or CONFIG SET requirepass together with the "
      "services' REDIS_URL";
  if (!open || !tcp) {
    return;
  }
  findings.warn(has(parameters, "protected-mode", "no")
                    ? "protected mode is off and the default user has no password: anyone who "
                      "reaches the port has full access"
                    : "the default user has no password",
                std::string(kHint));
}

void add_details(CheckResult& result, const Parameters& parameters) {
  for (const auto& [name, value] : parameters) {
    auto detail = name;
    for (auto& character : detail) {
      character = character == '-' ? '_' : character;
    }
    result.detail(std::move(detail), value);
  }
}

}  // namespace

Result<CheckResult> check_server_configuration(Context& context) {
  Findings findings;
  auto parameters = read_parameters(context);
  if (!parameters) {
    const auto& error = parameters.error();
    if (error.kind != ErrorKind::forbidden) {
      return failure(error);
    }
    findings.skip("CONFIG GET: " + error.message, error.hint);
    parameters = Parameters();
  }
  const auto stats = context.info("stats");
  if (!stats && stats.error().kind != ErrorKind::forbidden) {
    return failure(stats.error());
  }
  TRY_ASSIGN(const auto open, default_user_is_open(context));
  const bool tcp = offers_tcp(*parameters, context.settings());
  judge_memory(*parameters, stats.value_or(redis::Info()), findings);
  judge_output_buffer(*parameters, findings);
  judge_keepalive(*parameters, tcp, findings);
  judge_persistence(*parameters, findings);
  judge_access(*parameters, open.value_or(false), tcp, findings);
  auto result =
      findings.result(findings.empty() ? "settings suit FOGIS"
                                       : count_of(findings.size(), "thing") + " to look at");
  add_details(result, *parameters);
  if (open) {
    result.detail("default_user_without_password", *open);
  }
  return result;
}

}  // namespace fogis::checks
