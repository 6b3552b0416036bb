#include "output/monitor_sections.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "monitor/metrics.hpp"
#include "output/monitor_parts.hpp"

namespace fogis::output {
namespace {

using monitor::Observation;

constexpr std::size_t kMostSlowCommands = 3;

/// "1 client", "2 clients"; nothing where the server does not tell.
std::string counted(std::string_view metric, const Observation& seen, std::string_view noun) {
  const auto text = shown(metric, seen);
  return text ? fmt::format("{} {}{}", *text, noun, *text == "1" ? "" : "s") : std::string();
}

std::string performance(const Observation& seen) {
  const auto rates = Parts()
                         .add("", shown("ops", seen), " commands")
                         .add("CPU ", shown("cpu", seen))
                         .add("in ", shown("net_input", seen))
                         .add("out ", shown("net_output", seen))
                         .join();
  const auto latency = Parts()
                           .add("PING p50 ", shown("ping_p50", seen))
                           .add("p99 ", shown("ping_p99", seen))
                           .add("max ", shown("ping_max", seen))
                           .join();
  return Parts().add(rates).add(latency).join("; ");
}

std::string canary(const Observation& seen) {
  if (!seen.canary || seen.canary->denied()) {
    return seen.canary ? "not permitted" : "";
  }
  const auto& canary = *seen.canary;
  return Parts()
      .add(fmt::format("{} of {} delivered", canary.delivered, canary.sent))
      .add(canary.disordered > 0 ? fmt::format("{} out of order", canary.disordered) : "")
      .add("p50 ", shown("canary_p50", seen))
      .add("p99 ", shown("canary_p99", seen))
      .add("max ", shown("canary_max", seen))
      .join();
}

std::string memory(const Observation& seen) {
  const auto used = shown("memory_used", seen);
  const auto limit = shown("memory_limit", seen);
  const auto share = shown("memory", seen);
  auto in_use = used.value_or("");
  if (used && limit) {
    in_use += fmt::format(" of {} ({})", *limit, share.value_or("?"));
  } else if (used && seen.sample.info.integer("maxmemory") == 0) {
    in_use += ", no limit";
  }
  return Parts()
      .add(in_use)
      .add("", shown("memory_headroom", seen), " left")
      .add("rss ", shown("memory_rss", seen))
      .add("peak ", shown("memory_peak", seen))
      .add("fragmentation ", shown("fragmentation", seen))
      .add("", shown("evictions_total", seen), " evicted")
      .join();
}

std::string clients(const Observation& seen) {
  const auto connected = shown("clients", seen);
  const auto limit = shown("clients_limit", seen);
  return Parts()
      .add("", connected, limit ? fmt::format(" of {}", *limit) : "")
      .add("", shown("blocked_clients", seen), " blocked")
      .add("", shown("rejections_total", seen), " refused since the start")
      .add("", shown("connections", seen), " new")
      .join();
}

std::string pubsub(const Observation& seen) {
  const auto limit = shown("output_buffer_limit", seen);
  return Parts()
      .add(counted("channels", seen, "channel"))
      .add(counted("patterns", seen, "pattern"))
      .add(counted("pubsub_clients", seen, "subscribed client"))
      .add("most unread ", shown("output_buffer", seen), limit ? fmt::format(" of {}", *limit) : "")
      .add("", shown("disconnections_total", seen), " disconnected since the start")
      .join();
}

std::string keys(const Observation& seen) {
  const auto lookups = shown("lookups", seen);
  if (!lookups) {
    return "hit rate: not known before the second sample";
  }
  const auto rate = shown("hit_rate", seen);
  return rate ? fmt::format("{} of {} lookups found their key", *rate, *lookups)
              : "no lookups since the first sample";
}

std::string flag_text(std::string_view metric, const Observation& seen, std::string_view yes,
                      std::string_view no) {
  const auto value = monitor::value_of(metric, seen);
  return value ? std::string(*value != 0 ? yes : no) : std::string();
}

std::string persistence(const Observation& seen) {
  return Parts()
      .add(flag_text("loading", seen, "loading", ""))
      .add(flag_text("aof", seen, "AOF on", "AOF off"))
      .add(flag_text("aof_write_ok", seen, "", "last AOF write failed"))
      .add(flag_text("snapshots", seen, "snapshots on", "snapshots off"))
      .add(flag_text("snapshot_ok", seen, "", "last snapshot failed"))
      .add("saved ", shown("save_age", seen), " ago")
      .add(counted("unsaved_changes", seen, "unsaved change"))
      .join();
}

std::string replication(const Observation& seen) {
  const auto& info = seen.sample.info;
  auto role = escape_for_terminal(seen.sample.role());
  if (role == "replica") {
    role += escape_for_terminal(fmt::format(" of {}:{}", info.text("master_host").value_or("?"),
                                            info.text("master_port").value_or("?")));
  }
  return Parts()
      .add(role)
      .add(flag_text("master_link", seen, "connected", "not connected"))
      .add("last contact ", shown("master_silence", seen), " ago")
      .add(counted("replicas", seen, "replica"))
      .add(flag_text("cluster_ok", seen, "cluster ok", "cluster in state fail"))
      .join();
}

std::string slow_commands(const Observation& seen) {
  const auto count = shown("slow_commands", seen);
  const auto longest = shown("slowest_command", seen);
  if (!count || !longest) {
    return count ? "no slow commands" : "";
  }
  Parts latest;
  std::size_t listed = 0;
  for (const auto& entry : *seen.sample.slow_log) {
    if (listed < kMostSlowCommands && monitor::is_recent(entry.at_seconds, seen.sample)) {
      latest.add(fmt::format(
          "{} {}", escape_for_terminal(truncate_text(escape_for_terminal(entry.command), 20)),
          format_duration(entry.duration)));
      ++listed;
    }
  }
  return fmt::format("{} slow commands in 5 minutes, longest {}; latest: {}", *count, *longest,
                     latest.join());
}

std::string latency_events(const Observation& seen) {
  if (!seen.sample.latency_events) {
    return {};
  }
  Parts events;
  for (const auto& event : *seen.sample.latency_events) {
    if (monitor::is_recent(event.at_seconds, seen.sample)) {
      events.add(
          fmt::format("{} {}", escape_for_terminal(event.name), format_duration(event.latest)));
    }
  }
  return events.empty() ? "no latency events" : "latency events: " + events.join();
}

std::string errors(const Observation& seen) {
  if (!seen.changes || !seen.changes->increase("total_error_replies")) {
    return {};
  }
  Parts codes;
  for (const auto& [code, count] : seen.changes->errors()) {
    codes.add(fmt::format("{} {}", count, escape_for_terminal(code)));
  }
  return codes.empty() ? "no errors since the last sample"
                       : "errors since the last sample: " + codes.join();
}

std::string trouble(const Observation& seen) {
  return Parts().add(slow_commands(seen)).add(latency_events(seen)).add(errors(seen)).join("; ");
}

}  // namespace

std::vector<SectionText> section_texts(const Observation& seen) {
  return {{"performance", performance(seen)}, {"canary", canary(seen)},
          {"memory", memory(seen)},           {"clients", clients(seen)},
          {"pub/sub", pubsub(seen)},          {"keys", keys(seen)},
          {"persistence", persistence(seen)}, {"replication", replication(seen)},
          {"trouble", trouble(seen)}};
}

}  // namespace fogis::output
