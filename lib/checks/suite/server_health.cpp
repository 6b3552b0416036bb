#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "checks/suite/checks.hpp"
#include "checks/verdict.hpp"
#include "redis/memory.hpp"
#include "redis/server_identity.hpp"

namespace fogis::checks {
namespace {

using std::chrono::microseconds;

constexpr std::int64_t kMicrosecondsInSecond = 1'000'000;
constexpr std::size_t kArguments = 3;  ///< where an entry of the slow log has its command

void judge_readiness(const redis::Info& info, Findings& findings) {
  if (info.integer("loading").value_or(0) != 0 || info.integer("async_loading").value_or(0) != 0) {
    findings.fail("the server is still loading its data",
                  "wait for it: fogis-redis ping --wait 30s");
  }
  const auto identity = redis::identify_by_info(info);
  if (!identity.is_replica()) {
    return;
  }
  const auto master =
      identity.master.empty() ? std::string("INFO replication names it") : identity.master;
  if (info.text("master_link_status") != "up") {
    findings.fail("this is a replica that has lost its master",
                  fmt::format("is the master ({}) up, and reachable from there?", master));
  } else if (!identity.is_cluster()) {
    findings.warn(redis::replica_note_for_publisher(identity),
                  fmt::format("use the master: {}", master));
  }
}

void judge_clients(const redis::Info& info, Findings& findings) {
  constexpr double kCrowded = 0.8;
  const auto rejected = info.integer("rejected_connections").value_or(0);
  if (rejected > 0) {
    findings.warn(fmt::format("{} refused for maxclients since the start",
                              count_of(static_cast<std::size_t>(rejected), "connection")),
                  "CLIENT LIST shows who holds them; raise maxclients if all are needed");
  }
  const auto connected = info.integer("connected_clients").value_or(0);
  const auto limit = info.integer("maxclients").value_or(0);
  if (limit > 0 && static_cast<double>(connected) > kCrowded * static_cast<double>(limit)) {
    findings.warn(fmt::format("{} of {} client slots are taken", connected, limit),
                  "CLIENT LIST shows who holds them; raise maxclients if all are needed");
  }
  const auto cut = info.integer("client_output_buffer_limit_disconnections").value_or(0);
  if (cut > 0) {  // told since Redis 7.4
    findings.warn(fmt::format("{} disconnected for reading too slowly since the start",
                              count_of(static_cast<std::size_t>(cut), "client")),
                  "a subscriber lost messages: CLIENT LIST TYPE pubsub shows omem of each");
  }
}

/// The shares that FOGIS operators use: 200 and 240 of 256 MB.
void judge_memory(const redis::Info& info, Findings& findings) {
  constexpr double kWarn = 0.78;
  constexpr double kFail = 0.94;
  constexpr double kPercent = 100;
  const auto memory = redis::read_memory(info);
  const auto used = memory ? memory->used_share() : std::nullopt;
  if (!used || *used < kWarn) {
    return;
  }
  auto cause = fmt::format("{:.0f} % of maxmemory is in use", *used * kPercent);
  const std::string hint = "MEMORY STATS shows what uses it; free some or raise maxmemory";
  if (*used < kFail) {
    findings.warn(std::move(cause), hint);
  } else {
    findings.fail(std::move(cause), hint);
  }
}

void judge_saving(const redis::Info& info, Findings& findings) {
  if (info.text("rdb_last_bgsave_status").value_or("ok") != "ok") {
    findings.fail("the last snapshot could not be saved: the server may refuse writes",
                  "check the server's log, its disk space and INFO persistence");
  }
  if (info.text("aof_last_write_status").value_or("ok") != "ok") {
    findings.fail("the append-only file could not be written: the server may refuse writes",
                  "check the server's log, its disk space and INFO persistence");
  }
}

/// What this tool does is no news: its keys, and since Redis 4.0 the client's name as well.
bool is_ours(const redis::Reply& entry, std::string_view client_name) {
  constexpr std::size_t kClientName = 5;
  const auto& arguments = entry.elements[kArguments].elements;
  const bool by_key = std::any_of(arguments.begin(), arguments.end(), [](const auto& word) {
    return word.text.find("fogis:test:") != std::string::npos;
  });
  const bool by_name = !client_name.empty() && entry.elements.size() > kClientName &&
                       entry.elements[kClientName].text.starts_with(client_name);
  return by_key || by_name;
}

/// Slow commands of the last hour. Arguments are not shown: they may be anybody's data.
class SlowCommands {
public:
  /// `entry` is of SLOWLOG GET: id, time in seconds, duration in microseconds, arguments, …
  void add(const redis::Reply& entry, std::int64_t now_seconds, std::string_view our_name) {
    constexpr auto kSlow = std::chrono::milliseconds(10);
    constexpr std::int64_t kHour = 3600;
    if (entry.elements.size() <= kArguments || entry.elements[kArguments].elements.empty()) {
      return;
    }
    const microseconds duration(entry.elements[2].integer);
    if (now_seconds - entry.elements[1].integer > kHour || duration < kSlow ||
        is_ours(entry, our_name)) {
      return;
    }
    ++count_;
    longest_ = std::max(longest_, duration);
    names_.insert(entry.elements[kArguments].elements.front().text);
  }

  void judge(Findings& findings) const {
    if (count_ == 0) {
      return;
    }
    std::string list;
    for (const auto& name : names_) {
      list += fmt::format("{}{}", list.empty() ? "" : ", ", name);
    }
    findings.warn(fmt::format("{} in the last hour, the longest {} ({})",
                              count_of(count_, "slow command"), format_duration(longest_), list),
                  "each one delays every publisher and subscriber: SLOWLOG GET shows them");
  }

private:
  std::size_t count_ = 0;
  microseconds longest_{};
  std::set<std::string> names_;
};

/// The server's clock, which its slow log goes by; ours where it does not tell (before Redis 6.0).
std::int64_t server_seconds(const redis::Info& info) {
  if (const auto time = info.integer("server_time_usec")) {
    return *time / kMicrosecondsInSecond;
  }
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<void> judge_slow_log(Context& context, const redis::Info& info, Findings& findings) {
  constexpr redis::MemoryNeed kNeed{.commands = 1, .kilobytes = 320};
  const auto memory = redis::read_memory(info);
  if (memory && !memory->can_spare(memory->cost(kNeed))) {
    findings.skip("SLOWLOG GET is left out: " + memory->shortage(memory->cost(kNeed)),
                  "free memory or raise maxmemory");
    return {};
  }
  const auto log = context.ask({"SLOWLOG", "GET", "64"}, redis::Repeat::if_unsure);
  if (!log) {
    if (log.error().kind != ErrorKind::forbidden) {
      return failure(log.error());
    }
    findings.skip("SLOWLOG GET: " + log.error().message, log.error().hint);
    return {};
  }
  SlowCommands slow;
  for (const auto& entry : log->elements) {
    slow.add(entry, server_seconds(info), context.settings().client_name);
  }
  slow.judge(findings);
  return {};
}

/// Whether the server can spare another connection, of its slots and of its memory.
bool has_room(const redis::Info& info) {
  constexpr std::int64_t kSlots = 10;  // for those that the services may want meanwhile
  constexpr redis::MemoryNeed kNeed{.connections = 1, .commands = 2};
  const auto memory = redis::read_memory(info);
  const auto slots = info.integer("maxclients");  // told since Redis 7.0
  return (!slots || info.integer("connected_clients").value_or(*slots) + kSlots <= *slots) &&
         memory && memory->can_spare(memory->cost(kNeed));
}

/// Every connection must lead to one server, in a cluster to any node of it: a new one is asked.
/// One that cannot be had proves nothing.
void judge_sameness(const Context& context, const redis::Info& info, Findings& findings) {
  const auto identity = redis::identify_by_info(info);
  if (identity.run_id.empty() || identity.is_cluster() || !has_room(info)) {
    return;
  }
  auto connection = context.open_connection();
  const auto other = connection ? redis::identify(*connection, context.operation_deadline())
                                : Result<redis::ServerIdentity>(failure(connection.error()));
  if (!other || other->run_id.empty() || other->run_id == identity.run_id) {
    return;
  }
  findings.fail(fmt::format("two connections led to two servers (run ids {} and {}): a message on "
                            "one does not reach the other",
                            identity.run_id, other->run_id),
                "a proxy or a name with several addresses distributes connections: give every "
                "service the address of one server");
}

Result<void> judge_cluster(Context& context, const redis::Info& info, Findings& findings) {
  if (!redis::identify_by_info(info).is_cluster()) {
    return {};
  }
  const auto reply = context.ask({"CLUSTER", "INFO"}, redis::Repeat::if_unsure);
  if (!reply) {
    if (reply.error().kind != ErrorKind::forbidden) {
      return failure(reply.error());
    }
    findings.skip("CLUSTER INFO: " + reply.error().message, reply.error().hint);
    return {};
  }
  if (redis::Info(reply->text).text("cluster_state").value_or("ok") != "ok") {
    findings.fail("the cluster is in state fail", std::string(redis::kClusterHint));
  }
  return {};
}

void add_details(CheckResult& result, const redis::Info& info) {
  constexpr std::array<std::string_view, 6> kNumbers{"connected_clients",    "maxclients",
                                                     "rejected_connections", "uptime_in_seconds",
                                                     "evicted_keys",         "pubsub_channels"};
  for (const auto name : kNumbers) {
    if (const auto value = info.integer(name)) {
      result.detail(std::string(name), *value);
    }
  }
  const auto identity = redis::identify_by_info(info);
  if (!identity.role.empty()) {
    result.detail("role", identity.role);
  }
  if (!identity.master.empty()) {
    result.detail("master", identity.master);
  }
  if (const auto memory = redis::read_memory(info)) {
    result.detail("used_memory_bytes", memory->used).detail("maxmemory_bytes", memory->limit);
  }
}

}  // namespace

Result<CheckResult> check_server_health(Context& context) {
  TRY_ASSIGN(const auto info, context.info("default"));
  Findings findings;
  judge_readiness(info, findings);
  judge_sameness(context, info, findings);
  TRY(judge_cluster(context, info, findings));
  judge_clients(info, findings);
  judge_memory(info, findings);
  judge_saving(info, findings);
  TRY(judge_slow_log(context, info, findings));
  auto result = findings.result(
      findings.empty()
          ? std::string("no sign of trouble") +
                (redis::identify_by_info(info).is_replica() ? "; a replica in a cluster" : "")
          : count_of(findings.size(), "thing") + " to look at");
  add_details(result, info);
  return result;
}

}  // namespace fogis::checks
