#include "message/channels.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fogis::message {
namespace {

constexpr auto kChannels = std::to_array<Channel>({
    {"fogis:matches:updates", Party::match_list_processor, Party::calendar, ChannelRole::live,
     Type::match_updates, "REDIS_MATCH_UPDATES_CHANNEL"},
    {"fogis:processor:status", Party::match_list_processor, Party::calendar, ChannelRole::live,
     Type::processing_status, "REDIS_PROCESSOR_STATUS_CHANNEL"},
    {"fogis:system:alerts", Party::match_list_processor, Party::calendar, ChannelRole::live,
     Type::system_alert, "REDIS_SYSTEM_ALERTS_CHANNEL"},
    {"fogis:matches:updates:v2", Party::nobody, Party::calendar, ChannelRole::unserved,
     Type::match_updates},
    {"fogis:matches:updates:v1", Party::nobody, Party::calendar, ChannelRole::unserved,
     Type::match_updates},
    {"match_updates_v2", Party::match_list_processor, Party::nobody, ChannelRole::unheard,
     Type::match_updates},
    {"match_updates_v1", Party::match_list_processor, Party::nobody, ChannelRole::unheard,
     Type::match_updates},
    {"fogis:calendar:status", Party::old_scripts, Party::nobody, ChannelRole::historical,
     std::nullopt},
});

}  // namespace

std::string_view name(Party party) {
  switch (party) {
    case Party::nobody:
      return "nobody";
    case Party::match_list_processor:
      return "match-list-processor";
    case Party::calendar:
      return "calendar";
    case Party::old_scripts:
      return "old scripts";
  }
  return {};
}

std::string_view name(ChannelRole role) {
  switch (role) {
    case ChannelRole::live:
      return "live";
    case ChannelRole::unserved:
      return "unserved";
    case ChannelRole::unheard:
      return "unheard";
    case ChannelRole::historical:
      return "historical";
  }
  return {};
}

std::span<const Channel> channels() {
  return kChannels;
}

std::vector<std::string> channel_names(
    const std::function<std::optional<std::string>(std::string_view variable)>& environment) {
  std::vector<std::string> names(std::size(kChannels));
  std::ranges::transform(kChannels, names.begin(),
                         [](const Channel& channel) { return std::string(channel.name); });
  for (const auto& channel : kChannels) {
    auto other = channel.variable.empty() ? std::nullopt : environment(channel.variable);
    if (other && !other->empty() && std::find(names.begin(), names.end(), *other) == names.end()) {
      names.push_back(std::move(*other));
    }
  }
  return names;
}

const Channel* find_channel(std::string_view name) {
  for (const auto& channel : kChannels) {
    if (channel.name == name) {
      return &channel;
    }
  }
  return nullptr;
}

bool is_production_channel(std::string_view name) {
  return find_channel(name) != nullptr;
}

bool looks_like_pattern(std::string_view name) {
  const auto open = name.find('[');
  return name.find_first_of("*?") != std::string_view::npos ||
         (open != std::string_view::npos && name.find(']', open) != std::string_view::npos);
}

}  // namespace fogis::message
