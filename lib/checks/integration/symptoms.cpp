#include "checks/integration/symptoms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"

namespace fogis::checks::integration {
namespace {

/// A server that does not even answer PUBLISH in time holds it back too.
bool starves(const std::optional<redis::CanaryReport>& canary) {
  if (!canary || canary->sent == 0) {
    return false;
  }
  return canary->error ? canary->error->kind == ErrorKind::timed_out : !canary->arrived();
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

/// NUMSUB could be asked.
bool knows_listeners(const Evidence& evidence) {
  return evidence.before.has_value();
}

/// Whether the calendar is wanted on its channels at all (--expect-subscribers 0).
bool wants_listeners(const Evidence& evidence) {
  return evidence.options.expected_subscribers > 0;
}

/// Of the known channels that the calendar listens to, those that somebody listens to.
std::vector<std::string_view> heard_channels(const Evidence& evidence) {
  return channels_where(calendar_channels(), [&](std::string_view channel) {
    const auto listeners = evidence.listeners(channel);
    return listeners && listeners->at_most > 0;
  });
}

const std::optional<Survey>& last_survey(const Evidence& evidence) {
  return evidence.after ? evidence.after : evidence.before;
}

/// Listeners went away while we looked.
bool has_lost_listeners(const Evidence& evidence) {
  const auto live = live_channels();
  return knows_listeners(evidence) && std::any_of(live.begin(), live.end(), [&](auto channel) {
           const auto before = evidence.listeners_before(channel);
           const auto after = evidence.listeners(channel);
           return before->at_least > after->at_most;
         });
}

/// Without the port. Empty for a unix socket, whose clients all have one address.
std::string_view host_of(const PubSubClient& client) {
  const std::string_view address = client.address;
  return address.starts_with('/') ? std::string_view() : address.substr(0, address.rfind(':'));
}

/// It has sent a command since it subscribed: its owner reads what arrives.
bool is_read(const PubSubClient& client) {
  constexpr std::int64_t kSameMoment = 2'000;
  return client.age_ms && client.idle_ms && *client.age_ms - *client.idle_ms > kSameMoment;
}

/// Two subscriptions that one client made at the same moment, of which one may be left over.
bool is_pair(const PubSubClient& left, const PubSubClient& right) {
  constexpr std::int64_t kSameMoment = 1'000;
  return !host_of(left).empty() && host_of(left) == host_of(right) && left.name == right.name &&
         left.channels == right.channels && left.age_ms && right.age_ms &&
         std::abs(*left.age_ms - *right.age_ms) <= kSameMoment &&
         !(is_read(left) && is_read(right));
}

/// The two clients of such a pair; nothing where there is none.
std::optional<std::pair<PubSubClient, PubSubClient>> find_pair(const Evidence& evidence) {
  const auto& survey = last_survey(evidence);
  if (!survey || !survey->clients) {
    return std::nullopt;
  }
  std::vector<PubSubClient> foreign;
  std::copy_if(survey->clients->begin(), survey->clients->end(), std::back_inserter(foreign),
               [](const PubSubClient& client) { return !client.ours && client.channels > 0; });
  if (static_cast<std::int64_t>(foreign.size()) != evidence.options.expected_subscribers + 1) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    for (std::size_t j = i + 1; j < foreign.size(); ++j) {
      if (is_pair(foreign[i], foreign[j])) {
        return std::pair(foreign[i], foreign[j]);
      }
    }
  }
  return std::nullopt;
}

/// The server does not know the command; a user without the right to it gets NOPERM.
bool is_unknown_command(const Error& error) {
  return error.kind == ErrorKind::forbidden && !error.server_code.empty() &&
         error.server_code != "NOPERM";
}

/// A canary that failed because there is no such command; null: neither did.
const Error* unknown_pubsub(const Evidence& evidence) {
  for (const auto* const canary : {&evidence.resp2, &evidence.resp3}) {
    if (*canary && (*canary)->error && is_unknown_command(*(*canary)->error)) {
      return &*(*canary)->error;
    }
  }
  return nullptr;
}

/// Adds a part of a text that `; ` separates from the one before.
void add_part(std::string& text, std::string_view part) {
  text += fmt::format("{}{}", text.empty() ? "" : "; ", part);
}

/// By how much equal silences differ on a busy machine.
constexpr auto kSameSilence = std::chrono::seconds(1);

/// A URL that leads nowhere, though there are signs that the service runs.
bool is_misaddressed(const Endpoint& endpoint, bool runs) {
  if (endpoint.answer != Answer::unreachable || !endpoint.error) {
    return false;
  }
  const auto kind = endpoint.error->kind;
  return kind == ErrorKind::not_resolved || (runs && kind == ErrorKind::unreachable);
}

}  // namespace

bool is_starving(const Evidence& evidence) {
  return !evidence.redis_error && (starves(evidence.resp2) || starves(evidence.resp3));
}

bool lacks_pubsub(const Evidence& evidence) {
  return unknown_pubsub(evidence) != nullptr;
}

bool lacks_credentials(const Evidence& evidence) {
  const auto& calendar = evidence.calendar;
  return calendar.health_word == "initializing" ||
         (calendar.token_hours.value_or(0) < 0 && calendar.has_refresh_token != true);
}

bool is_not_judged(const Evidence& evidence) {
  return !evidence.before && evidence.survey_error && evidence.traffic.judged == 0;
}

bool is_not_observed(const Evidence& evidence) {
  const auto& traffic = evidence.traffic;
  return evidence.options.observe.count() > 0 && !traffic.watched && traffic.error &&
         traffic.error->kind == ErrorKind::forbidden;
}

std::string unseen_nodes(const Evidence& evidence) {
  const auto& survey = evidence.after ? evidence.after : evidence.before;
  return survey ? survey->unseen_nodes : std::string();
}

bool hears_by_pattern(const Evidence& evidence) {
  const auto& survey = evidence.after ? evidence.after : evidence.before;
  if (!survey) {
    return false;
  }
  const auto by_pattern = [&](bool ours) {
    return survey->clients ? std::count_if(survey->clients->begin(), survey->clients->end(),
                                           [ours](const PubSubClient& client) {
                                             return client.ours == ours && client.patterns > 0;
                                           })
                           : 0;
  };
  const auto live = live_channels();
  bool published = false;
  for (const auto& step : evidence.flow) {
    if (step.receivers && step.subscribed &&
        std::find(live.begin(), live.end(), step.channel) != live.end()) {
      published = true;
      if (*step.receivers - *step.subscribed > by_pattern(true)) {
        return true;
      }
    }
  }
  return !published && (survey->clients ? by_pattern(false) > 0 : survey->patterns > 0);
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

bool listens_elsewhere(const Evidence& evidence) {
  return knows_listeners(evidence) && wants_listeners(evidence) &&
         !unheard_channels(evidence).empty() && !heard_channels(evidence).empty() &&
         unheard_traffic(evidence).empty();
}

bool may_be_reconnecting(const Evidence& evidence) {
  const auto& uptime = evidence.start.uptime;
  const bool has_just_started = uptime && *uptime < evidence.options.reconnect_wait;
  return is_unheard(evidence) && evidence.calendar.claims_listening() == true &&
         (has_just_started || has_lost_listeners(evidence));
}

bool is_due_to_reconnect(const Evidence& evidence) {
  return may_be_reconnecting(evidence) && !has_lost_listeners(evidence) &&
         evidence.start.subscribes == 0 && evidence.calendar.redis != Sameness::other;
}

bool never_subscribed_again(const Evidence& evidence) {
  const auto& start = evidence.start;
  return is_unheard(evidence) && evidence.calendar.claims_listening() == true &&
         !has_lost_listeners(evidence) && start.subscribes == 0 && start.uptime &&
         *start.uptime >= evidence.options.reconnect_wait;
}

bool was_restarted(const Evidence& evidence) {
  constexpr auto kLately = std::chrono::hours(24);
  // Services that start together with Redis are not older than it.
  constexpr auto kTogether = std::chrono::seconds(10);
  const auto& uptime = evidence.start.uptime;
  const auto& processor = evidence.processor.uptime;
  return uptime && *uptime < kLately &&
         ((processor && *processor > *uptime + kTogether) || evidence.start.subscribed_again);
}

bool is_at_silent_redis(const Evidence& evidence) {
  const auto& calendar = evidence.calendar;
  return calendar.redis_is_silent &&
         (calendar.claims_listening() == false || calendar.connected == false ||
          calendar.redis_available == false || is_unheard(evidence));
}

bool has_leftover_subscription(const Evidence& evidence) {
  return !crowded_channels(evidence).empty() && find_pair(evidence);
}

bool has_idle_timeout(const Evidence& evidence) {
  const auto& cuts = evidence.quiet.cuts;
  if (cuts.size() < 2) {
    return false;
  }
  const auto [shortest, longest] = std::minmax_element(cuts.begin(), cuts.end());
  return *longest - *shortest <= std::max<std::chrono::nanoseconds>(*longest / 4, kSameSilence);
}

std::uint64_t messages_lost(const Evidence& evidence) {
  std::uint64_t lost = 0;
  for (const auto channel : unheard_channels(evidence)) {
    lost += evidence.traffic_on(channel).messages;
  }
  return lost;
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
  const auto& survey = last_survey(evidence);
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

std::string with_numsub(const Evidence& evidence, std::string_view more) {
  return knows_listeners(evidence)
             ? fmt::format("{}; {}", numsub_text(evidence, live_channels()), more)
             : std::string(more);
}

std::string claims_with_numsub(const Evidence& evidence) {
  return with_numsub(evidence, claims_text(evidence.calendar));
}

std::string canary_text(const Evidence& evidence) {
  const auto tell = [](std::string_view protocol,
                       const std::optional<redis::CanaryReport>& canary) {
    if (!canary) {
      return fmt::format("{} was not tested", protocol);
    }
    if (canary->error) {
      return fmt::format("{}: {}", protocol, canary->error->message);
    }
    return canary->arrived() ? fmt::format("{}: arrived", protocol)
                             : fmt::format("{}: published, but never arrived", protocol);
  };
  return fmt::format("PING answers; our message to ourselves over {}; over {}",
                     tell("RESP2", evidence.resp2), tell("RESP3", evidence.resp3));
}

std::string no_pubsub_text(const Evidence& evidence) {
  return unknown_pubsub(evidence)->message;
}

std::string credentials_text(const Evidence& evidence) {
  const auto& calendar = evidence.calendar;
  auto text = fmt::format("{}/health says status {}", calendar.url, calendar.health_word);
  if (!calendar.auth_status.empty()) {
    text += fmt::format(", auth_status {}", calendar.auth_status);
  }
  if (calendar.token_hours) {
    text += fmt::format(", expires_in_hours {:.4g}, has_refresh_token {}", *calendar.token_hours,
                        truth(calendar.has_refresh_token));
  }
  return text;
}

std::string not_judged_text(const Evidence& evidence) {
  const auto& traffic = evidence.traffic;
  return fmt::format("{}; {}", evidence.survey_error->message,
                     traffic.error ? traffic.error->message : "no message was seen");
}

std::string rights_hint(const Evidence& evidence) {
  auto hint = evidence.survey_error->hint;
  const auto more = evidence.traffic.error ? evidence.traffic.error->hint : std::string();
  if (hint.empty() || more.empty() || hint == more) {
    return hint.empty() ? more : hint;
  }
  const auto [end, ignored] = std::mismatch(hint.begin(), hint.end(), more.begin(), more.end());
  const std::string common(hint.begin(), end);
  const auto word = common.rfind(' ');
  const bool is_same_command = common.find("ACL SETUSER ") != std::string::npos;
  return is_same_command ? fmt::format("{} {}", hint, more.substr(word + 1))
                         : fmt::format("{}; {}", hint, more);
}

std::string start_text(const Evidence& evidence) {
  const auto& start = evidence.start;
  if (!start.uptime) {
    return {};
  }
  auto text = fmt::format("Redis started {} ago", format_duration(*start.uptime));
  if (start.subscribes == 0) {
    text += ", and nobody had subscribed since";
  }
  return text;
}

std::string restart_text(const Evidence& evidence) {
  const auto& start = evidence.start;
  const auto& processor = evidence.processor.uptime;
  auto text = fmt::format("Redis started {} ago", format_duration(*start.uptime));
  if (processor && *processor > *start.uptime) {
    add_part(text, fmt::format("match-list-processor runs since {}", format_duration(*processor)));
  }
  if (start.subscribed_again) {
    add_part(text, fmt::format("the calendar subscribed again {} after that",
                               format_duration(*start.subscribed_again)));
  }
  return text;
}

std::string leftover_text(const Evidence& evidence) {
  const auto pair = *find_pair(evidence);
  return fmt::format("{}; by CLIENT LIST {} and {} subscribed to {} channels each at the same time",
                     numsub_text(evidence, crowded_channels(evidence)),
                     escape_for_terminal(pair.first.address),
                     escape_for_terminal(pair.second.address), pair.first.channels);
}

std::string apart_evidence(const Evidence& evidence) {
  const auto lost = messages_lost(evidence);
  const auto counts = numsub_text(evidence, calendar_channels());
  return lost > 0 ? fmt::format("{}; {} published where nobody listens", counts,
                                count_of(lost, "message was", "messages were"))
                  : counts + "; no message was seen on the channels without a listener";
}

std::string apart_consequence(const Evidence& evidence) {
  return fmt::format("{} on {} is lost",
                     messages_lost(evidence) > 0 ? "every message" : "whatever is published",
                     list_text(unheard_channels(evidence)));
}

std::string apart_hint(const Evidence& evidence) {
  const auto heard = heard_channels(evidence);
  const bool hears_live = std::any_of(heard.begin(), heard.end(), [](std::string_view channel) {
    return message::find_channel(channel)->role == message::ChannelRole::live;
  });
  return hears_live ? fmt::format(
                          "who listens to {} is not the whole calendar, which listens to all five: "
                          "CLIENT LIST TYPE pubsub shows who it is; restart the calendar",
                          list_text(heard))
                    : std::string(
                          "use the same channel on both ends: match-list-processor publishes "
                          "match updates on fogis:matches:updates");
}

std::string cut_text(const Evidence& evidence) {
  const auto& slow = evidence.slow;
  std::string why;
  if (has_lost_listeners(evidence)) {
    why = "its subscription disappeared during the run";
  }
  if (slow.recently_near_limit()) {
    const bool is_named = slow.near_limit() && !slow.slowest.empty();
    add_part(why,
             fmt::format("up to {} bytes waited for {}, the pub/sub limit is {}",
                         std::max(slow.most_waiting, slow.recent_largest),
                         is_named ? slow.slowest : "a client", slow.limit.lowest().value_or(0)));
  }
  if (slow.cut_after.value_or(0) > 0) {
    add_part(why,
             fmt::format("{} clients were disconnected since the server started", *slow.cut_after));
  }
  return with_numsub(evidence, why);
}

std::string crowd_text(const Evidence& evidence) {
  const auto& survey = last_survey(evidence);
  return fmt::format("{}, {} expected; {}", numsub_text(evidence, crowded_channels(evidence)),
                     evidence.options.expected_subscribers,
                     survey->clients
                         ? fmt::format("by CLIENT LIST, {} clients listen to any channel",
                                       *survey->foreign_clients())
                         : survey->clients_refusal);
}

std::string unheard_traffic_text(const Evidence& evidence) {
  std::string seen;
  for (const auto& name : unheard_traffic(evidence)) {
    seen += fmt::format("{}{} on {}", seen.empty() ? "" : ", ", evidence.traffic_on(name).messages,
                        name);
  }
  const auto heard = heard_channels(evidence);
  return fmt::format("messages seen: {}; NUMSUB 0 there, while the calendar listens to {}", seen,
                     heard.empty() ? "nothing" : list_text(heard));
}

std::string misaddressed_text(const Evidence& evidence) {
  const auto& processor = evidence.processor;
  const auto& calendar = evidence.calendar;
  std::string text;
  if (is_misaddressed(processor.simple, evidence.traffic.started > 0)) {
    text = fmt::format("{}: {}", processor.url, processor.simple.error->message);
  }
  // An absent container has no name and no port either: the group `calendar` tells that.
  const bool listens = knows_listeners(evidence) && !is_unheard(evidence);
  if (listens && is_misaddressed(calendar.health, true)) {
    add_part(text, fmt::format("{}: {}, while NUMSUB shows a consumer", calendar.url,
                               calendar.health.error->message));
  }
  return text;
}

}  // namespace fogis::checks::integration
