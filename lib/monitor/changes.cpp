#include "monitor/changes.hpp"

#include <algorithm>
#include <array>

namespace fogis::monitor {
namespace {

/// The counters of INFO whose growth anybody asks for.
constexpr std::array<std::string_view, 13> kCounters{
    "total_commands_processed",
    "total_connections_received",
    "total_net_input_bytes",
    "total_net_output_bytes",
    "rejected_connections",
    "expired_keys",
    "evicted_keys",
    "keyspace_hits",
    "keyspace_misses",
    "total_error_replies",
    "client_output_buffer_limit_disconnections",
    "used_cpu_sys",
    "used_cpu_user",
};

/// Uptimes are whole seconds of another clock.
constexpr auto kUptimeError = std::chrono::seconds(2);

}  // namespace

Run compare_runs(const Sample& before, const Sample& after) {
  const auto old_uptime = before.integer("uptime_in_seconds");
  const auto new_uptime = after.integer("uptime_in_seconds");
  if (before.run_id().empty() || after.run_id().empty()) {
    return old_uptime && new_uptime && *new_uptime < *old_uptime ? Run::restarted : Run::same;
  }
  if (before.run_id() == after.run_id()) {
    return Run::same;
  }
  const bool ran_before =
      new_uptime && std::chrono::seconds(*new_uptime) > after.at - before.at + kUptimeError;
  return ran_before ? Run::other_server : Run::restarted;
}

Changes::Changes(const Sample& before, const Sample& after)
    : span_(std::max(after.at - before.at, std::chrono::steady_clock::duration::zero())) {
  for (const auto counter : kCounters) {
    const auto old_value = before.info.number(counter);
    const auto new_value = after.info.number(counter);
    if (old_value && new_value && *new_value >= *old_value) {
      increases_.emplace(counter, *new_value - *old_value);
    }
  }
  if (const auto commands = increases_.find("total_commands_processed");
      commands != increases_.end()) {
    const auto ours = static_cast<double>(after.own_commands - before.own_commands);
    commands->second = std::max(commands->second - ours, 0.0);
  }
  const auto old_errors = before.errors();
  for (const auto& [code, count] : after.errors()) {
    const auto known = old_errors.find(code);
    const auto grown = count - (known == old_errors.end() ? 0 : known->second);
    if (grown > 0) {
      errors_.emplace(code, grown);
    }
  }
}

std::optional<double> Changes::increase(std::string_view field) const {
  const auto found = increases_.find(field);
  return found == increases_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<double> Changes::rate(std::string_view field) const {
  const auto grown = increase(field);
  const double seconds = std::chrono::duration<double>(span_).count();
  return grown && seconds > 0 ? std::optional(*grown / seconds) : std::nullopt;
}

}  // namespace fogis::monitor
