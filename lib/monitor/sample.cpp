#include "monitor/sample.hpp"

#include <algorithm>

#include "base/number.hpp"

namespace fogis::monitor {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

}  // namespace

std::int64_t Sample::server_seconds() const {
  if (const auto time = info.integer("server_time_usec")) {
    return *time / kMicrosecondsPerSecond;
  }
  return std::chrono::duration_cast<std::chrono::seconds>(taken.time_since_epoch()).count();
}

std::map<std::string, std::int64_t> Sample::errors() const {
  constexpr std::string_view kField = "errorstat_";
  constexpr std::string_view kCount = "count=";
  std::map<std::string, std::int64_t> errors;
  for (const auto& [name, value] : info.fields()) {
    const std::string_view count = value;
    if (!name.starts_with(kField) || !count.starts_with(kCount)) {
      continue;
    }
    if (const auto number = parse_number<std::int64_t>(count.substr(kCount.size()))) {
      errors.insert_or_assign(name.substr(kField.size()), *number);
    }
  }
  return errors;
}

std::vector<SlowCommand> parse_slow_log(const redis::Reply& reply, std::string_view our_name) {
  constexpr std::size_t kArguments = 3;
  constexpr std::size_t kClientName = 5;  // since Redis 4.0
  std::vector<SlowCommand> commands;
  for (const auto& entry : reply.elements) {
    const auto& fields = entry.elements;
    if (fields.size() <= kArguments || fields[kArguments].elements.empty()) {
      continue;
    }
    const bool ours = !our_name.empty() && fields.size() > kClientName &&
                      fields[kClientName].text.starts_with(our_name);
    if (!ours) {
      commands.push_back({.id = fields[0].integer,
                          .at_seconds = fields[1].integer,
                          .duration = std::chrono::microseconds(fields[2].integer),
                          .command = fields[kArguments].elements.front().text});
    }
  }
  return commands;
}

std::vector<LatencyEvent> parse_latency_events(const redis::Reply& reply) {
  constexpr std::size_t kFields = 4;
  std::vector<LatencyEvent> events;
  for (const auto& row : reply.elements) {
    if (row.elements.size() >= kFields) {
      events.push_back({.name = row.elements[0].text,
                        .at_seconds = row.elements[1].integer,
                        .latest = std::chrono::milliseconds(row.elements[2].integer),
                        .longest = std::chrono::milliseconds(row.elements[3].integer)});
    }
  }
  return events;
}

std::vector<ChannelSubscribers> parse_channel_subscribers(const redis::Reply& reply) {
  std::vector<ChannelSubscribers> channels;
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    channels.push_back({.channel = reply.elements[i].text,
                        .subscribers = reply.elements[i + 1].integer,
                        .uncertain = false});
  }
  return channels;
}

void discount(std::vector<ChannelSubscribers>& channels,
              const std::vector<redis::PubSubClient>& own,
              const std::vector<redis::PubSubClient>& others,
              const std::vector<std::string>& active, std::int64_t canaries) {
  const auto everywhere = static_cast<std::int64_t>(active.size());
  std::int64_t subscriptions = -canaries;  // ours on channels that others use
  std::int64_t listeners = 0;              // ours
  std::int64_t everywhere_ours = 0;
  for (const auto& client : own) {
    subscriptions += client.channels;
    listeners += client.channels > 0 ? 1 : 0;
    everywhere_ours += client.channels >= everywhere ? 1 : 0;
  }
  std::int64_t foreign = 0;
  std::int64_t everywhere_foreign = 0;
  for (const auto& client : others) {
    foreign += client.channels > 0 ? 1 : 0;
    everywhere_foreign += client.channels >= everywhere ? 1 : 0;
  }
  const auto most_ours = std::clamp<std::int64_t>(subscriptions, 0, listeners);
  for (auto& channel : channels) {
    const auto all = channel.subscribers;
    const auto least = std::min(all, std::max(all - most_ours, everywhere_foreign));
    const auto most = std::min(all - std::min({all, most_ours, everywhere_ours}), foreign);
    channel.subscribers = std::max<std::int64_t>(std::min(least, most), 0);
    channel.uncertain = channel.subscribers == 0 && most > 0;
  }
}

}  // namespace fogis::monitor
