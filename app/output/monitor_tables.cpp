#include "output/monitor_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "message/channels.hpp"
#include "monitor/unit.hpp"
#include "output/layout.hpp"
#include "output/monitor_parts.hpp"

namespace fogis::output {
namespace {

using monitor::Observation;

constexpr std::size_t kMostSubscribers = 5;

std::string channel_row(const monitor::ChannelSubscribers& channel, const Style& style) {
  constexpr std::size_t kNameColumns = 25;
  const auto* const known = message::find_channel(channel.channel);
  const bool alarming =
      known != nullptr && known->subscriber != message::Party::nobody && channel.subscribers != 1;
  const auto wiring = known == nullptr
                          ? std::string()
                          : fmt::format("{} {} {}", name(known->publisher),
                                        style.unicode ? "→" : "->", name(known->subscriber));
  auto line = fmt::format("  {}{}  {}", pad_right(channel.channel, kNameColumns),
                          pad_left(fmt::format("{}", channel.subscribers), 3), wiring);
  return style.paint(alarming ? Colour::yellow : Colour::none,
                     truncate_text(line, style.width, !style.unicode));
}

std::string client_line(const redis::PubSubClient& client) {
  const auto unread =
      monitor::format_value(monitor::Unit::bytes, static_cast<double>(client.output_buffer));
  return fmt::format("  {} unread: {}{}, id {}, {} channels, {} patterns", unread,
                     client.name.empty() ? "" : escape_for_terminal(client.name) + " at ",
                     escape_for_terminal(client.address), client.id, client.channels,
                     client.patterns);
}

}  // namespace

std::vector<std::string> channel_rows(const Observation& seen, const Style& style) {
  std::vector<std::string> rows;
  if (seen.sample.channels) {
    for (const auto& channel : *seen.sample.channels) {
      rows.push_back(channel_row(channel, style));
    }
  }
  return rows;
}

std::vector<std::string> subscriber_rows(const Observation& seen, const Style& style) {
  if (!seen.sample.pubsub_clients) {
    return {};
  }
  auto clients = *seen.sample.pubsub_clients;
  std::erase_if(clients, [](const auto& client) { return client.output_buffer == 0; });
  std::sort(clients.begin(), clients.end(), [](const auto& left, const auto& right) {
    return left.output_buffer > right.output_buffer;
  });
  clients.resize(std::min(clients.size(), kMostSubscribers));
  std::vector<std::string> rows;
  rows.reserve(clients.size());
  for (const auto& client : clients) {
    rows.push_back(truncate_text(client_line(client), style.width, !style.unicode));
  }
  return rows;
}

std::vector<std::string> event_rows(const std::vector<monitor::Event>& events, const Style& style) {
  std::vector<std::string> rows;
  rows.reserve(events.size());
  for (const auto& event : events) {
    const auto line = fmt::format("{} {}: {}", clock_text(event.at), name(event.kind),
                                  escape_for_terminal(event.text));
    rows.push_back(style.paint(Colour::yellow, truncate_text(line, style.width, !style.unicode)));
  }
  return rows;
}

}  // namespace fogis::output
