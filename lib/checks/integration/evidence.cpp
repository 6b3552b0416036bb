#include "checks/integration/evidence.hpp"

#include <algorithm>

namespace fogis::checks::integration {
namespace {

std::optional<Listeners> listeners_in(const std::optional<Survey>& survey,
                                      std::string_view channel) {
  if (!survey) {
    return std::nullopt;
  }
  const auto found = survey->listeners.find(channel);
  const auto count = found == survey->listeners.end() ? 0 : found->second;
  Listeners result{count, count};
  if (const auto foreign = survey->foreign_clients()) {
    result.at_least = std::max<std::int64_t>(count - survey->own_clients(), 0);
    result.at_most = std::min(count, *foreign);
  }
  return result;
}

template <typename Predicate>
std::vector<std::string_view> names_where(Predicate predicate) {
  std::vector<std::string_view> names;
  for (const auto& channel : message::channels()) {
    if (predicate(channel)) {
      names.push_back(channel.name);
    }
  }
  return names;
}

}  // namespace

std::string_view name(Flow flow) {
  switch (flow) {
    case Flow::private_channels:
      return "private";
    case Flow::safe:
      return "safe";
    case Flow::live:
      break;
  }
  return "live";
}

std::optional<std::int64_t> Survey::foreign_clients() const {
  if (!clients) {
    return std::nullopt;
  }
  return std::count_if(clients->begin(), clients->end(), [](const PubSubClient& client) {
    return !client.ours && client.channels > 0;
  });
}

std::int64_t Survey::own_clients() const {
  return clients ? std::count_if(clients->begin(), clients->end(),
                                 [](const PubSubClient& client) {
                                   return client.ours && client.channels > 0;
                                 })
                 : 0;
}

std::optional<Listeners> Evidence::listeners(std::string_view channel) const {
  return listeners_in(after ? after : before, channel);
}

std::optional<Listeners> Evidence::listeners_before(std::string_view channel) const {
  return listeners_in(before, channel);
}

ChannelTraffic Evidence::traffic_on(std::string_view channel) const {
  const auto found = traffic.channels.find(channel);
  return found == traffic.channels.end() ? ChannelTraffic() : found->second;
}

bool Evidence::watched(std::string_view channel) const {
  const auto& refused = traffic.refused;
  return traffic.watched && std::find(refused.begin(), refused.end(), channel) == refused.end();
}

std::vector<std::string_view> calendar_channels() {
  return names_where([](const message::Channel& channel) {
    return channel.subscriber == message::Party::calendar;
  });
}

std::vector<std::string_view> live_channels() {
  return names_where(
      [](const message::Channel& channel) { return channel.role == message::ChannelRole::live; });
}

std::vector<std::string> all_channels(const Options& options) {
  std::vector<std::string> names;
  for (const auto& channel : message::channels()) {
    names.emplace_back(channel.name);
  }
  for (const auto& channel : options.channels) {
    if (std::find(names.begin(), names.end(), channel) == names.end()) {
      names.push_back(channel);
    }
  }
  return names;
}

}  // namespace fogis::checks::integration
