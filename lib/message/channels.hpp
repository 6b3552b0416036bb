// The channels that the FOGIS services use, and who talks on them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "message/shape.hpp"

namespace fogis::message {

/// Who publishes on or listens to a channel.
enum class Party : std::uint8_t {
  nobody,
  match_list_processor,
  calendar,
  old_scripts,  ///< early deployment scripts; no service
};

/// `nobody`, `match-list-processor`, `calendar` or `old scripts`.
std::string_view name(Party party);

/// What part a channel has in the wiring.
enum class ChannelRole : std::uint8_t {
  live,        ///< published and listened to: the real traffic
  unserved,    ///< listened to, but nobody publishes there
  unheard,     ///< published to, but nobody listens there: the messages are lost
  historical,  ///< of early deployments
};

/// `live`, `unserved`, `unheard` or `historical`.
std::string_view name(ChannelRole role);

/// A row of the table. The texts are static.
struct Channel {
  std::string_view name;
  Party publisher = Party::nobody;
  Party subscriber = Party::nobody;
  ChannelRole role = ChannelRole::live;
  std::optional<Type> carries;  ///< the type of message that belongs there, where it is known
  /// The environment variable by which match-list-processor publishes on another channel instead;
  /// empty: there is none. The calendar ignores it.
  std::string_view variable = {};
};

/// All channels of match-list-processor 9be6006 and fogis-calendar-phonebook-sync 17bb2ca.
std::span<const Channel> channels();

/// The names of all channels, and of those that `environment` has in their stead, each once.
std::vector<std::string> channel_names(
    const std::function<std::optional<std::string>(std::string_view variable)>& environment);

/// The row of the channel with exactly that name, or null.
const Channel* find_channel(std::string_view name);

/// Whether a service of the deployment may publish or listen there, so that only harmless messages
/// belong on it. True for every channel of the table, the historical ones as well.
bool is_production_channel(std::string_view name);

/// Whether a channel's name has characters that mean something in a pattern alone: it was probably
/// meant as one.
bool looks_like_pattern(std::string_view name);

}  // namespace fogis::message
