#include "message/channels.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string_view>

namespace fogis::message {

TEST_CASE("the calendar listens on five channels and hears traffic on three") {
  const auto listened = std::ranges::count(channels(), Party::calendar, &Channel::subscriber);
  CHECK(listened == 5);
  CHECK(std::ranges::count(channels(), ChannelRole::live, &Channel::role) == 3);
}

TEST_CASE("a channel's role follows from who talks and who listens") {
  std::set<std::string_view> names;
  for (const auto& channel : channels()) {
    CAPTURE(channel.name);
    CHECK(names.insert(channel.name).second);
    const bool is_served = channel.publisher == Party::match_list_processor;
    const bool is_heard = channel.subscriber == Party::calendar;
    CHECK((channel.role == ChannelRole::live) == (is_served && is_heard));
    CHECK((channel.role == ChannelRole::unserved) == (!is_served && is_heard));
    CHECK((channel.role == ChannelRole::unheard) == (is_served && !is_heard));
    CHECK_FALSE(name(channel.role).empty());
    CHECK_FALSE(name(channel.publisher).empty());
  }
}

TEST_CASE("production channels are known by their exact names") {
  CHECK(is_production_channel("fogis:matches:updates"));
  CHECK(is_production_channel("match_updates_v1"));
  CHECK(is_production_channel("fogis:calendar:status"));
  CHECK_FALSE(is_production_channel("fogis:matches:updates:v3"));
  CHECK_FALSE(is_production_channel("fogis:test:0123:matches"));
  CHECK_FALSE(is_production_channel("FOGIS:matches:updates"));
  CHECK_FALSE(is_production_channel(""));
  CHECK(find_channel("fogis:system:alerts")->carries == Type::system_alert);
  CHECK(find_channel("nowhere") == nullptr);
}

TEST_CASE("the environment adds the channels that it moves the publisher to, each once") {
  const auto names = channel_names([](std::string_view variable) -> std::optional<std::string> {
    if (variable == "REDIS_MATCH_UPDATES_CHANNEL") {
      return "elsewhere";
    }
    if (variable == "REDIS_SYSTEM_ALERTS_CHANNEL") {
      return "fogis:system:alerts";
    }
    return variable == "REDIS_PROCESSOR_STATUS_CHANNEL" ? std::optional("") : std::nullopt;
  });
  REQUIRE(names.size() == channels().size() + 1);
  CHECK(names.front() == "fogis:matches:updates");
  CHECK(names.back() == "elsewhere");
}

TEST_CASE("parties and roles have names") {
  CHECK(name(Party::nobody) == "nobody");
  CHECK(name(Party::match_list_processor) == "match-list-processor");
  CHECK(name(Party::calendar) == "calendar");
  CHECK(name(Party::old_scripts) == "old scripts");
  CHECK(name(ChannelRole::live) == "live");
  CHECK(name(ChannelRole::unserved) == "unserved");
  CHECK(name(ChannelRole::unheard) == "unheard");
  CHECK(name(ChannelRole::historical) == "historical");
}

}  // namespace fogis::message
