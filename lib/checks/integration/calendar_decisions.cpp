#include "checks/integration/calendar_decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/integration/symptoms.hpp"

namespace fogis::checks::integration {
namespace {

constexpr std::string_view kAllLost = "every message of the processor is lost: pub/sub keeps none";

/// The NUMSUB of the live channels, then what else was seen.
std::string with_numsub(const Evidence& evidence, std::string_view more) {
  if (!knows_listeners(evidence)) {
    return std::string(more);
  }
  return fmt::format("{}; {}", numsub_text(evidence, live_channels()), more);
}

Finding tell_no_endpoints(const Evidence& evidence) {
  return {"D13",
          Status::fail,
          "the calendar runs without its Redis integration",
          with_numsub(evidence, fmt::format("/health answers {}, /redis-status and /redis-config "
                                            "answer 404",
                                            evidence.calendar.health.status)),
          std::string(kAllLost),
          "a REDIS_TIMEOUT that is no whole number keeps the integration from starting: set "
          "REDIS_TIMEOUT=5 at the calendar and start it again"};
}

bool uses_other_redis(const Evidence& evidence) {
  return evidence.calendar.redis == Sameness::other || !unconfigured_channels(evidence).empty();
}

Finding tell_other_redis(const Evidence& evidence) {
  const auto& calendar = evidence.calendar;
  if (calendar.redis == Sameness::other) {
    return {"D15",
            Status::fail,
            "the calendar is configured for another Redis than ours",
            with_numsub(evidence,
                        fmt::format("its /redis-config names {}, ours is {}: {}",
                                    calendar.redis_url, evidence.endpoint, calendar.redis_proof)),
            "what is published on one server is never heard on the other",
            "give both services the same REDIS_URL; if the other one is right, run this with "
            "--url of that"};
  }
  std::vector<std::string_view> configured(calendar.channels->begin(), calendar.channels->end());
  return {
      "D15",
      Status::fail,
      "the calendar is configured for other channels than the processor's",
      with_numsub(evidence, fmt::format("its /redis-config lists {}, not {}", list_text(configured),
                                        list_text(unconfigured_channels(evidence)))),
      "messages on the channels that it leaves out are lost",
      "give both services the same channel names; the calendar ignores REDIS_*_CHANNEL"};
}

bool is_disabled(const Evidence& evidence) {
  return evidence.calendar.enabled == false;
}

Finding tell_disabled(const Evidence& evidence) {
  return {"calendar-disabled",
          Status::fail,
          "Redis is switched off at the calendar",
          with_numsub(evidence, claims_text(evidence.calendar)),
          std::string(kAllLost),
          "set REDIS_ENABLED=true at the calendar: no other word enables it"};
}

bool is_never_subscribed(const Evidence& evidence) {
  return evidence.calendar.connected == true && evidence.calendar.subscribed == false;
}

Finding tell_never_subscribed(const Evidence& evidence) {
  return {"D10",
          Status::fail,
          "the calendar is connected, but never subscribed",
          with_numsub(evidence, claims_text(evidence.calendar)),
          fmt::format("{}; the calendar does not try again by itself", kAllLost),
          "start the calendar again (or POST /redis-restart): Redis was not up when it started; "
          "make it wait with depends_on and a health check"};
}

bool cannot_connect(const Evidence& evidence) {
  return evidence.calendar.connected == false || evidence.calendar.redis_available == false;
}

Finding tell_cannot_connect(const Evidence& evidence) {
  const auto& calendar = evidence.calendar;
  return {"D14",
          Status::fail,
          "the calendar cannot reach the Redis that it is configured for",
          with_numsub(evidence,
                      fmt::format("{}{}{}", claims_text(calendar),
                                  calendar.redis_url.empty() ? "" : "; its /redis-config names ",
                                  calendar.redis_url)),
          std::string(kAllLost),
          "inside compose the server is called fogis-redis, port 6379: check the name, and that "
          "both share a network"};
}

bool is_cut(const Evidence& evidence) {
  return was_cut(evidence) && evidence.calendar.claims_listening() != false;
}

Finding tell_cut(const Evidence& evidence) {
  const auto& slow = evidence.slow;
  std::string why;
  if (has_lost_listeners(evidence)) {
    why = "its subscription vanished while we looked";
  }
  if (slow.recently_near_limit()) {
    const bool is_named = slow.near_limit() && !slow.slowest.empty();
    why += fmt::format("{}up to {} bytes waited for {}, the pub/sub limit is {}",
                       why.empty() ? "" : "; ", std::max(slow.most_waiting, slow.recent_largest),
                       is_named ? slow.slowest : "a client", slow.lowest_limit().value_or(0));
  }
  if (slow.cut_after.value_or(0) > 0) {
    why += fmt::format("{}{} clients were cut since the server's start", why.empty() ? "" : "; ",
                       *slow.cut_after);
  }
  return {"D16",
          Status::fail,
          "the calendar read too slowly, and Redis cut it off",
          with_numsub(evidence, why),
          fmt::format("what waited for it is lost, and {} until it subscribes again", kAllLost),
          "start the calendar again; find out what blocks its listener, and raise "
          "client-output-buffer-limit pubsub"};
}

bool is_dead_listener(const Evidence& evidence) {
  return is_unheard(evidence) && evidence.calendar.claims_listening() == true;
}

Finding tell_dead_listener(const Evidence& evidence) {
  std::string more = claims_text(evidence.calendar);
  if (evidence.calendar.redis == Sameness::unknown && !evidence.calendar.redis_url.empty()) {
    more += fmt::format("; whether its {} is our {} could not be told", evidence.calendar.redis_url,
                        evidence.endpoint);
  }
  return {"D9",
          Status::fail,
          "the calendar says that it is subscribed, but nobody listens",
          with_numsub(evidence, more),
          fmt::format("{}; its own status stays green", kAllLost),
          "start the calendar again (or POST /redis-restart): its listening thread has died, as "
          "it does on a socket timeout"};
}

/// The calendar listens, but not where the processor publishes. Where the publisher was seen to
/// talk to nobody, that tells more.
bool listens_elsewhere(const Evidence& evidence) {
  return knows_listeners(evidence) && wants_listeners(evidence) &&
         !unheard_channels(evidence).empty() && !heard_channels(evidence).empty() &&
         unheard_traffic(evidence).empty();
}

Finding tell_listens_elsewhere(const Evidence& evidence) {
  const auto unheard = unheard_channels(evidence);
  std::uint64_t lost = 0;
  for (const auto channel : unheard) {
    lost += evidence.traffic_on(channel).messages;
  }
  auto seen = numsub_text(evidence, calendar_channels());
  seen += lost > 0 ? fmt::format("; {} messages were published where nobody listens", lost)
                   : "; no publisher was seen on the channels that are listened to";
  return {"D3",
          lost > 0 ? Status::fail : Status::warn,
          "publisher and subscriber use different channels",
          std::move(seen),
          fmt::format("messages on {} are lost", list_text(unheard)),
          "make both ends use one channel: match-list-processor publishes match updates on "
          "fogis:matches:updates"};
}

bool is_absent(const Evidence& evidence) {
  const auto answer = evidence.calendar.health.answer;
  return is_unheard(evidence) && (answer == Answer::not_asked || answer == Answer::unreachable);
}

Finding tell_absent(const Evidence& evidence) {
  const auto& calendar = evidence.calendar;
  auto seen = numsub_text(evidence, calendar_channels());
  seen += calendar.url.empty()
              ? "; its HTTP was not asked, since no URL was given"
              : fmt::format("; {}{}", calendar.url, describe(calendar.health, "/health"));
  return {"D8",
          Status::fail,
          "nobody listens to the calendar's channels: the calendar service is absent",
          std::move(seen),
          std::string(kAllLost),
          calendar.url.empty()
              ? "start the calendar service; with --calendar-service-url this tells whether it "
                "runs without listening"
              : "start the calendar service; if it runs, check the URL"};
}

Finding tell_unheard(const Evidence& evidence) {
  return {"calendar-unheard",
          Status::fail,
          "nobody listens to the calendar's channels, and its HTTP does not tell why",
          with_numsub(evidence, claims_text(evidence.calendar)),
          std::string(kAllLost),
          "look at the calendar's log, and whether the URL is the calendar's"};
}

constexpr std::array<Decision, 10> kCalendarDecisions{{
    {"D13", Group::calendar, "configuration", "/health answers, /redis-status and -config are 404",
     lacks_endpoints, tell_no_endpoints},
    {"D15", Group::calendar, "configuration",
     "/redis-config names another server, or leaves out a live channel", uses_other_redis,
     tell_other_redis},
    {"calendar-disabled", Group::calendar, "configuration", "/redis-status: enabled false",
     is_disabled, tell_disabled},
    {"D10", Group::calendar, "liveness", "/redis-status: connected true, subscribed false",
     is_never_subscribed, tell_never_subscribed},
    {"D14", Group::calendar, "configuration",
     "/redis-status: connected false or redis_available false", cannot_connect,
     tell_cannot_connect},
    {"D16", Group::calendar, "wiring",
     "NUMSUB fell while looking and half of the output buffer limit was waiting, or NUMSUB 0 and "
     "the server counts clients that it cut",
     is_cut, tell_cut},
    {"D9", Group::calendar, "liveness", "NUMSUB 0, and /redis-status: subscribed true",
     is_dead_listener, tell_dead_listener},
    {"D3", Group::calendar, "wiring",
     "NUMSUB 0 on a live channel, but not on all that the calendar listens to", listens_elsewhere,
     tell_listens_elsewhere},
    {"D8", Group::calendar, "wiring", "NUMSUB 0, and no HTTP answer (or no URL)", is_absent,
     tell_absent},
    {"calendar-unheard", Group::calendar, "wiring",
     "NUMSUB 0, and HTTP answers that say nothing about it", is_unheard, tell_unheard},
}};

}  // namespace

std::span<const Decision> calendar_decisions() {
  return kCalendarDecisions;
}

}  // namespace fogis::checks::integration
