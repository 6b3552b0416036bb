#include "checks/integration/symptoms.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fogis::checks::integration {
namespace {

bool starves(const Canary& canary) {
  if (!canary.tried) {
    return false;
  }
  if (canary.error) {
    return canary.error->kind == ErrorKind::timed_out && canary.failed_in == Phase::command;
  }
  return !canary.arrived;
}

template <typename Predicate>
std::vector<std::string_view> channels_where(const std::vector<std::string_view>& channels,
                                             Predicate predicate) {
  std::vector<std::string_view> found;
  std::copy_if(channels.begin(), channels.end(), std::back_inserter(found), predicate);
  return found;
}

std::string_view truth(const std::optional<bool>& value) {
  return !value ? "nothing" : *value ? "true" : "false";
}

}  // namespace

bool is_starving(const Evidence& evidence) {
  return !evidence.redis_error && (starves(evidence.resp2) || starves(evidence.resp3));
}

bool knows_listeners(const Evidence& evidence) {
  return evidence.before.has_value();
}

bool wants_listeners(const Evidence& evidence) {
  return evidence.options.expected_subscribers > 0;
}

std::vector<std::string_view> unheard_channels(const Evidence& evidence) {
  return channels_where(live_channels(), [&](std::string_view channel) {
    const auto listeners = evidence.listeners(channel);
    return listeners && listeners->at_most == 0;
  });
}

bool is_unheard(const Evidence& evidence) {
  return knows_listeners(evidence) && wants_listeners(evidence) && heard_channels(evidence).empty();
}

std::vector<std::string_view> heard_channels(const Evidence& evidence) {
  return channels_where(calendar_channels(), [&](std::string_view channel) {
    const auto listeners = evidence.listeners(channel);
    return listeners && listeners->at_most > 0;
  });
}

bool has_lost_listeners(const Evidence& evidence) {
  const auto live = live_channels();
  return knows_listeners(evidence) && std::any_of(live.begin(), live.end(), [&](auto channel) {
           const auto before = evidence.listeners_before(channel);
           const auto after = evidence.listeners(channel);
           return before->at_least > after->at_most;
         });
}

bool was_cut(const Evidence& evidence) {
  const auto& slow = evidence.slow;
  const auto before = slow.cut_before.value_or(0);
  const auto after = slow.cut_after.value_or(before);
  if (has_lost_listeners(evidence)) {
    return slow.recently_near_limit() || after > before;
  }
  return is_unheard(evidence) && after > 0;
}

bool lacks_endpoints(const Evidence& evidence) {
  const auto& calendar = evidence.calendar;
  return calendar.health.answered() && calendar.health.answer != Answer::missing &&
         calendar.status.answer == Answer::missing && calendar.config.answer == Answer::missing;
}

std::vector<std::string_view> unconfigured_channels(const Evidence& evidence) {
  const auto& configured = evidence.calendar.channels;
  if (!configured || configured->empty()) {
    return {};
  }
  return channels_where(live_channels(), [&](std::string_view channel) {
    return std::find(configured->begin(), configured->end(), channel) == configured->end();
  });
}

std::vector<std::string_view> crowded_channels(const Evidence& evidence) {
  return channels_where(calendar_channels(), [&](std::string_view channel) {
    const auto listeners = evidence.listeners(channel);
    return listeners && listeners->at_least > evidence.options.expected_subscribers;
  });
}

std::vector<std::string_view> thin_channels(const Evidence& evidence) {
  return channels_where(live_channels(), [&](std::string_view channel) {
    const auto listeners = evidence.listeners(channel);
    return listeners && listeners->at_most > 0 &&
           listeners->at_most < evidence.options.expected_subscribers;
  });
}

std::vector<std::string> unheard_traffic(const Evidence& evidence) {
  const auto wanted = live_channels();
  std::vector<std::string> found;
  for (const auto& channel : all_channels(evidence.options)) {
    const auto listeners = evidence.listeners(channel);
    if (std::find(wanted.begin(), wanted.end(), channel) == wanted.end() && listeners &&
        listeners->at_most == 0 && evidence.traffic_on(channel).messages > 0) {
      found.push_back(channel);
    }
  }
  return found;
}

std::string list_text(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) {
      text += i + 1 == names.size() ? " and " : ", ";
    }
    text += names[i];
  }
  return text;
}

std::string numsub_text(const Evidence& evidence, const std::vector<std::string_view>& channels) {
  std::map<std::int64_t, std::vector<std::string_view>> by_count;
  for (const auto channel : channels) {
    const auto listeners = evidence.listeners(channel);
    by_count[listeners ? listeners->at_most : 0].push_back(channel);
  }
  std::string text;
  for (const auto& [count, names] : by_count) {
    text += fmt::format("{}NUMSUB {} on {}", text.empty() ? "" : "; ", count, list_text(names));
  }
  const auto& survey = evidence.after ? evidence.after : evidence.before;
  if (survey && survey->own_clients() > 0) {
    text += fmt::format(" (without {} named {})", survey->own_clients(), evidence.service);
  }
  return text;
}

std::string claims_text(const CalendarClaims& calendar) {
  if (calendar.status.answer == Answer::usable) {
    return fmt::format("/redis-status says enabled {}, connected {}, subscribed {}",
                       truth(calendar.enabled), truth(calendar.connected),
                       truth(calendar.subscribed));
  }
  if (calendar.stats.answer == Answer::usable) {
    return fmt::format("/redis-stats says subscription_active {}",
                       truth(calendar.subscription_active));
  }
  return describe(calendar.status, "/redis-status");
}

std::string describe(const Endpoint& endpoint, std::string_view path) {
  switch (endpoint.answer) {
    case Answer::not_asked:
      return fmt::format("{} was not asked", path);
    case Answer::usable:
      return fmt::format("{} answers {}", path, endpoint.status);
    case Answer::missing:
      return fmt::format("{} answers 404", path);
    case Answer::failing:
      return fmt::format("{} answers {}", path, endpoint.status);
    case Answer::not_json:
      return fmt::format("{} answers {}, {}", path, endpoint.status, endpoint.fault);
    case Answer::unreachable:
      break;
  }
  return fmt::format("{}: {}", path, endpoint.error ? endpoint.error->message : "no answer");
}

}  // namespace fogis::checks::integration
