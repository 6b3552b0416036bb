#include "checks/integration/decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "checks/integration/symptoms.hpp"

namespace fogis::checks::integration {
namespace {

constexpr auto kFail = Status::fail;
constexpr auto kWarn = Status::warn;
constexpr auto kAllLost = "every message of the processor is lost: pub/sub does not store messages";

/// A calendar that runs may not have had the time to subscribe.
bool may_have_just_started(const Evidence& seen) {
  return seen.start.uptime && *seen.start.uptime < seen.options.reconnect_wait;
}

constexpr auto kDecisions = std::to_array<Decision>({
    // Redis itself.
    {"D14", Group::server, "redis", kFail, "the name of Redis does not resolve",
     [](const Evidence& seen) {
       return seen.redis_error && seen.redis_error->kind == ErrorKind::not_resolved;
     },
     "the name of the Redis server does not resolve here",
     [](const Evidence& seen) {
       return fmt::format("{}: {}", seen.endpoint, seen.redis_error->message);
     },
     "nothing that uses this name reaches Redis; Redis itself may be up",
     [](const Evidence& seen) { return seen.redis_error->hint; }},
    {"no-pubsub", Group::server, "liveness", kFail, "SUBSCRIBE or PUBLISH is an unknown command",
     lacks_pubsub, "there is no pub/sub here, probably a proxy in front of Redis", no_pubsub_text,
     "no message of FOGIS can be published or received through this address",
     "use the address of Redis itself; if that is this one, its configuration renames or disables "
     "SUBSCRIBE or PUBLISH: remove the rename-command"},
    {"D17", Group::server, "liveness", kFail,
     "PING answers, our message to ourselves does not arrive", is_starving,
     "Redis answers PING, but published messages do not arrive", canary_text,
     "publishers block, or count receivers that get nothing; health checks by PING stay green",
     "look for CLIENT PAUSE (CLIENT UNPAUSE ends it), a failover, a proxy or a half-open "
     "connection on the way"},

    // Why the calendar does not hear: all of these can show as NUMSUB 0.
    {"D13", Group::calendar, "configuration", kFail,
     "/health answers, /redis-status and -config are 404", lacks_endpoints,
     "the calendar runs without its Redis integration",
     [](const Evidence& seen) {
       return with_numsub(
           seen, fmt::format("/health answers {}, /redis-status and /redis-config answer 404",
                             seen.calendar.health.status));
     },
     kAllLost,
     "a REDIS_TIMEOUT that is not a whole number prevents the integration from starting: set "
     "REDIS_TIMEOUT=5 for the calendar and restart it"},
    {"D15", Group::calendar, "configuration", kFail, "/redis-config names another server",
     [](const Evidence& seen) { return seen.calendar.redis == Sameness::other; },
     "the calendar is configured for another Redis server",
     [](const Evidence& seen) {
       return with_numsub(
           seen, fmt::format("its /redis-config names {}, ours is {}: {}", seen.calendar.redis_url,
                             seen.endpoint, seen.calendar.redis_proof));
     },
     "messages published on one server never reach the other",
     "give both services the same REDIS_URL; if the other one is right, rerun with its --url"},
    {"D15", Group::calendar, "configuration", kFail,
     "/redis-config names another address, nothing answers there, and the calendar does not listen",
     is_at_silent_redis, "the calendar is configured for another Redis, which does not answer",
     [](const Evidence& seen) {
       return fmt::format("{}; its /redis-config names {}, where nothing answers; ours is {}",
                          claims_with_numsub(seen), seen.calendar.redis_url, seen.endpoint);
     },
     kAllLost,
     "give both services the same REDIS_URL: a restart of the calendar does not help before that"},
    {"D15", Group::calendar, "configuration", kFail, "/redis-config leaves out a live channel",
     [](const Evidence& seen) { return !unconfigured_channels(seen).empty(); },
     "the calendar is configured for other channels than the processor's",
     [](const Evidence& seen) {
       const auto& channels = *seen.calendar.channels;
       return with_numsub(seen, fmt::format("its /redis-config lists {}, not {}",
                                            list_text({channels.begin(), channels.end()}),
                                            list_text(unconfigured_channels(seen))));
     },
     "messages on the channels that it leaves out are lost",
     "give both services the same channel names; the calendar ignores REDIS_*_CHANNEL"},
    {"calendar-disabled", Group::calendar, "configuration", kFail, "/redis-status: enabled false",
     [](const Evidence& seen) { return seen.calendar.enabled == false; },
     "Redis is disabled in the calendar", claims_with_numsub, kAllLost,
     "set REDIS_ENABLED=true for the calendar: no other value enables it"},
    {"D10", Group::calendar, "liveness", kFail, "/redis-status: connected true, subscribed false",
     [](const Evidence& seen) {
       return seen.calendar.connected == true && seen.calendar.subscribed == false;
     },
     "the calendar is connected, but never subscribed", claims_with_numsub,
     "every message of the processor is lost: pub/sub does not store messages; the calendar does "
     "not try again by itself",
     "restart the calendar: Redis was not running when it started; make it wait with depends_on "
     "and a health check"},
    {"D14", Group::calendar, "configuration", kFail,
     "/redis-status: connected false or redis_available false",
     [](const Evidence& seen) {
       return seen.calendar.connected == false || seen.calendar.redis_available == false;
     },
     "the calendar cannot reach its configured Redis",
     [](const Evidence& seen) {
       const auto& url = seen.calendar.redis_url;
       return claims_with_numsub(seen) + (url.empty() ? "" : "; its /redis-config names " + url);
     },
     kAllLost,
     "inside compose the server is called fogis-redis, port 6379: check the name, and that both "
     "share a network"},
    {"D19", Group::calendar, "liveness", kFail,
     "NUMSUB 0, /redis-status: subscribed true, and no SUBSCRIBE since Redis started",
     never_subscribed_again,
     "Redis was restarted, and the calendar has not subscribed again, though it says so",
     [](const Evidence& seen) {
       return fmt::format("{}; {}", claims_with_numsub(seen), start_text(seen));
     },
     "every message of the processor is lost: pub/sub does not store messages; the calendar's own "
     "status stays green",
     "restart the calendar (POST /redis-restart helps as well here, but not on a calendar that "
     "listens): its listener runs in circles on a closed subscription; then trigger a full "
     "synchronisation"},
    {"unseen-nodes", Group::calendar, "wiring", kFail,
     "NUMSUB 0 on the nodes of a cluster that answer, while others do not",
     [](const Evidence& seen) { return is_unheard(seen) && !unseen_nodes(seen).empty(); },
     "nobody is seen listening to the calendar's channels, and not every node could be asked",
     [](const Evidence& seen) {
       return numsub_text(seen, calendar_channels()) + "; " + unseen_nodes(seen);
     },
     "whether the processor's messages are lost is not known: each node counts its own subscribers",
     "make every node of the cluster reachable from here, and run again"},
    {"D16", Group::calendar, "wiring", kFail,
     "NUMSUB fell during the run while half of the output buffer limit was waiting, or NUMSUB 0 "
     "and the server counts disconnected clients",
     [](const Evidence& seen) {
       return was_cut(seen) && seen.calendar.claims_listening() != false;
     },
     "the calendar read too slowly, and Redis disconnected it", cut_text,
     "buffered messages are lost, and so is every message of the processor until it subscribes "
     "again: pub/sub does not store messages",
     "it is busy rather than dead, and subscribes again when it has worked off its message: find "
     "out what takes so long, and raise client-output-buffer-limit pubsub; restart it only if it "
     "does not come back"},
    {"D9", Group::calendar, "liveness", kFail, "NUMSUB 0, and /redis-status: subscribed true",
     [](const Evidence& seen) {
       return is_unheard(seen) && seen.calendar.claims_listening() == true;
     },
     [](const Evidence& seen) {
       return std::string("the calendar says that it is subscribed, but nobody listens") +
              (may_be_reconnecting(seen) ? "; it may be reconnecting" : "");
     },
     [](const Evidence& seen) {
       const auto& url = seen.calendar.redis_url;
       const auto start = start_text(seen);
       const bool is_unsure = seen.calendar.redis == Sameness::unknown && !url.empty();
       return claims_with_numsub(seen) + (start.empty() ? "" : "; " + start) +
              (is_unsure ? fmt::format("; could not determine whether its {} is our {}", url,
                                       seen.endpoint)
                         : std::string());
     },
     "every message of the processor is lost: pub/sub does not store messages; the calendar's own "
     "status stays green",
     [](const Evidence& seen) -> std::string {
       if (may_be_reconnecting(seen)) {
         return "run this again in a minute: up to that long passes between two attempts; restart "
                "the calendar if it does not come back";
       }
       return "restart the calendar: its listener has ended, or runs in circles since it lost its "
              "connection; if its log shows that it is busy with an update, wait: then Redis cut "
              "it for reading too slowly, and it subscribes again by itself";
     }},
    {"D3", Group::calendar, "wiring", kFail,
     "NUMSUB 0 on a live channel, but not on all that the calendar listens to", listens_elsewhere,
     "nobody listens on channels that match-list-processor publishes on", apart_evidence,
     apart_consequence, apart_hint},
    {"pattern-only", Group::calendar, "wiring", kWarn,
     "NUMSUB 0, and somebody receives by a pattern",
     [](const Evidence& seen) { return is_unheard(seen) && hears_by_pattern(seen); },
     "nobody subscribes to the calendar's channels by name, but somebody receives by a pattern",
     [](const Evidence& seen) {
       return numsub_text(seen, calendar_channels()) +
              "; PUBSUB NUMPAT, CLIENT LIST or PUBLISH show subscribers by pattern";
     },
     "the calendar subscribes by name: unless another consumer has taken its place, it hears "
     "nothing",
     "find out with CLIENT LIST TYPE pubsub who that is; start the calendar if it is not running"},
    {"D8", Group::calendar, "wiring", kFail, "NUMSUB 0, and no HTTP answer (or no URL)",
     [](const Evidence& seen) { return is_unheard(seen) && !seen.calendar.health.answered(); },
     "nobody listens to the calendar's channels: the calendar service is absent",
     [](const Evidence& seen) {
       const auto& calendar = seen.calendar;
       const auto start = may_have_just_started(seen) ? "; " + start_text(seen) : std::string();
       return numsub_text(seen, calendar_channels()) + start +
              (calendar.url.empty()
                   ? "; its HTTP was not asked, since no URL was given"
                   : fmt::format("; {}{}", calendar.url, describe(calendar.health, "/health")));
     },
     kAllLost,
     [](const Evidence& seen) {
       return std::string("start the calendar service; ") +
              (seen.calendar.url.empty() ? "with --calendar-service-url this command reports "
                                           "whether it runs without listening"
                                         : "if it runs, check the URL");
     }},
    {"calendar-unheard", Group::calendar, "wiring", kFail,
     "NUMSUB 0, and HTTP answers that say nothing about it", is_unheard,
     "nobody listens to the calendar's channels, and its HTTP does not show why",
     claims_with_numsub, kAllLost, "check the calendar's log, and that the URL is the calendar's"},

    // Why it cannot do what it hears.
    {"D18", Group::credentials, "services", kFail,
     "/health: status initializing, or an expired token without a refresh token", lacks_credentials,
     "the calendar has no usable Google credentials: it receives updates and fails on each",
     credentials_text,
     "every match update is lost, though the calendar is subscribed: it writes no entry, and "
     "nothing is repeated",
     "authorise the calendar with Google, then restart it (a token that appears later does not "
     "help until a restart), then trigger a full synchronisation"},

    // What was lost before.
    {"D23", Group::restart, "redis", kWarn,
     "Redis is younger than match-list-processor, or the calendar subscribed again during the run",
     was_restarted, "Redis was restarted while the services ran", restart_text,
     "a change of the time without Redis never reaches the calendar: the processor saves its state "
     "before it publishes, and repeats nothing",
     "resynchronise: trigger a full synchronisation of the calendar, unless one ran since"},

    // How many hear.
    {"D20", Group::consumers, "wiring", kWarn,
     "NUMSUB one too high, and two subscriptions of one client of the same age, not both read",
     has_leftover_subscription, "one of the calendar's two subscriptions is left over and not read",
     leftover_text,
     "no message is handled twice; NUMSUB and PUBLISH count a receiver that is none, until Redis "
     "cuts it at its output buffer limit",
     "it remains after POST /redis-restart on a calendar that listened: restart the calendar; if "
     "two calendars run behind that one address, stop one: that is D11"},
    {"D11", Group::consumers, "wiring", kFail, "NUMSUB above --expect-subscribers",
     [](const Evidence& seen) { return !crowded_channels(seen).empty(); },
     "more consumers than expected listen to the calendar's channels", crowd_text,
     "each change is applied more than once: calendar entries are duplicated or overwrite each "
     "other",
     "CLIENT LIST TYPE pubsub shows who listens; stop the unwanted ones, or set "
     "--expect-subscribers if this is intended"},
    {"too-few-consumers", Group::consumers, "wiring", kFail,
     "NUMSUB below --expect-subscribers, but not 0",
     [](const Evidence& seen) { return !thin_channels(seen).empty(); },
     "fewer consumers than expected listen",
     [](const Evidence& seen) {
       return fmt::format("{}, {} expected", numsub_text(seen, thin_channels(seen)),
                          seen.options.expected_subscribers);
     },
     "the missing consumer loses every message published until it subscribes",
     "start it, or lower --expect-subscribers if it should not listen"},
    {"D16", Group::consumers, "wiring", kWarn,
     "half of the output buffer limit waits for a subscriber",
     [](const Evidence& seen) { return seen.slow.near_limit() && !was_cut(seen); },
     "a subscriber reads too slowly and is about to be disconnected",
     [](const Evidence& seen) {
       const auto& slow = seen.slow;
       return fmt::format("{} bytes wait for {}, the pub/sub limit is {}{}", slow.most_waiting,
                          slow.slowest.empty() ? "a client" : slow.slowest,
                          slow.limit.lowest().value_or(0),
                          slow.limit_known ? "" : " (Redis's default: CONFIG GET is refused)");
     },
     "at the limit Redis silently closes its connection, and buffered messages are lost",
     "find out what blocks the subscriber; CONFIG SET client-output-buffer-limit gives it time"},
    {"not-judged", Group::consumers, "wiring", kFail,
     "PUBSUB NUMSUB is refused, and no message was validated", is_not_judged,
     "this user may not see enough to tell whether messages reach the calendar", not_judged_text,
     "nothing is known about the wiring: this run proves neither success nor failure", rights_hint},
    {"not-observed", Group::consumers, "contract", kFail,
     "SUBSCRIBE is refused on every channel, though --observe is not 0",
     [](const Evidence& seen) { return is_not_observed(seen) && !is_not_judged(seen); },
     "this user may not hear what is published",
     [](const Evidence& seen) { return seen.traffic.error->message; },
     "nothing is known about the messages: this run proves neither success nor failure",
     [](const Evidence& seen) {
       return fmt::format("{}; or judge the wiring alone with --observe 0",
                          seen.traffic.error->hint);
     }},

    // Where the publisher talks.
    {"D3", Group::publisher, "wiring", kFail,
     "messages seen on a channel with NUMSUB 0 that no known consumer listens to",
     [](const Evidence& seen) { return !unheard_traffic(seen).empty(); },
     "messages are published on channels that nobody listens to", unheard_traffic_text,
     "each of these messages is lost, and the publisher does not notice",
     "use the same channel on both ends: fogis:matches:updates is what the deployed calendar "
     "handles"},
    {"D22", Group::publisher, "wiring", kFail,
     "a completed with changes_detected, and no update on any channel",
     [](const Evidence& seen) {
       return seen.traffic.unheard_cycles > 0 && !seen.traffic.error &&
              seen.traffic.refused.empty();
     },
     "match-list-processor publishes its updates on a channel that is not known here",
     [](const Evidence& seen) {
       return fmt::format("{} ended with changes_detected true, and without an update on any of {}",
                          count_of(seen.traffic.unheard_cycles, "cycle"),
                          count_of(all_channels(seen.options).size(), "channel"));
     },
     "every match update is lost: the calendar does not listen there",
     "look at REDIS_MATCH_UPDATES_CHANNEL of match-list-processor, which must be "
     "fogis:matches:updates; with --channels FILE this command examines another one"},
    {"D12", Group::publisher, "activity", kFail,
     "no \"started\" seen in --observe, which is at least --service-interval",
     [](const Evidence& seen) {
       return seen.traffic.watched && !seen.traffic.error && seen.traffic.started == 0 &&
              seen.traffic.watched_for >= seen.options.service_interval;
     },
     "match-list-processor does not publish: its Redis integration is not wired",
     [](const Evidence& seen) {
       using Seconds = std::chrono::duration<double>;
       return fmt::format(
           "no \"started\" on fogis:processor:status in {:.4g} s, though one is expected every "
           "{:.4g} s; messages seen in total: {}",
           Seconds(seen.traffic.watched_for).count(),
           Seconds(seen.options.service_interval).count(), seen.traffic.messages);
     },
     "no change reaches the calendar",
     "set REDIS_ENABLED=true and REDIS_PUBSUB_ENABLED=true for match-list-processor, and check "
     "that its processing loop calls the publisher"},

    {"D21", Group::processor, "activity", kFail,
     "a status failed, a completed with match_publishing_success false, or an alert of severity "
     "error",
     [](const Evidence& seen) { return seen.traffic.complaints > 0; },
     "match-list-processor reports a failure of its own",
     [](const Evidence& seen) {
       return fmt::format("{} messages say so; the first: {}", seen.traffic.complaints,
                          seen.traffic.complaint);
     },
     "the changes of that cycle may never reach the calendar: the processor does not repeat them",
     "check the processor's log, then let it publish everything again"},

    {"D24", Group::processor, "activity", kWarn,
     "started, and for a minute or several cycles neither an update nor an end",
     [](const Evidence& seen) { return seen.traffic.endless_cycles > 0; },
     "match-list-processor begins cycles, but shows no work and no end of them",
     [](const Evidence& seen) {
       return fmt::format("{} of {} neither published nor ended", seen.traffic.endless_cycles,
                          count_of(seen.traffic.started, "cycle"));
     },
     "either nothing had changed, or the cycle failed: its exceptions are swallowed, so a started "
     "proves no work",
     "look at match-list-processor's log for the end of that cycle"},

    {"idle-timeout", Group::way, "liveness", kWarn,
     "a connection with a PING every 30 s is cut at least twice, each time after the same silence",
     has_idle_timeout, "something on the way to Redis cuts quiet connections",
     [](const Evidence& seen) {
       const auto& cuts = seen.quiet.cuts;
       return fmt::format(
           "a subscription that sends only a PING every {} was cut {} times, always "
           "after {} without data: {}",
           format_duration(seen.options.calendar_ping), cuts.size(),
           format_duration(*std::max_element(cuts.begin(), cuts.end())), seen.quiet.cause);
     },
     "a calendar that connects the same way is cut as well when nothing is published, and loses "
     "what is published until it subscribes again",
     "raise the idle timeout of the proxy, load balancer or firewall between here and Redis above "
     "30 s"},

    // Our way to a service's HTTP.
    {"D14", Group::address, "services", kFail,
     "the URL of a service that shows signs of life does not resolve or answer",
     [](const Evidence& seen) { return !misaddressed_text(seen).empty(); },
     "the URL of a service cannot be reached from here", misaddressed_text,
     "its health is unknown; services that use the same address cannot reach it either",
     "container names resolve only within their compose network; from the host use localhost "
     "with the host's ports (match-list-processor 9082, calendar 9083), inside the network the "
     "container's ports (8000, 5003)"},
});

void add_message_faults(const Evidence& evidence, std::vector<Diagnosis>& found) {
  for (const auto& fault : evidence.traffic.faults) {
    found.push_back(
        {"contract",
         {fault.id, fault.severity == message::Severity::error ? kFail : kWarn,
          fmt::format("messages on {} break the rule {}", fault.channel, fault.rule),
          fmt::format("{} of {} validated; the first at {}: {}", fault.messages,
                      evidence.traffic.judged,
                      fault.pointer.empty() ? "the document itself" : fault.pointer, fault.found),
          fault.consequence, fault.hint}});
  }
}

}  // namespace

std::span<const Decision> decisions() {
  return kDecisions;
}

std::vector<Diagnosis> diagnose(const Evidence& evidence) {
  std::vector<Diagnosis> found;
  std::set<Group> decided;
  for (const auto& row : kDecisions) {
    const bool is_hidden = decided.contains(row.group) || decided.contains(Group::server);
    if (!is_hidden && row.holds(evidence)) {
      decided.insert(row.group);
      found.push_back({row.check,
                       {std::string(row.id), row.status, row.problem(evidence),
                        row.evidence(evidence), row.consequence(evidence), row.hint(evidence)}});
    }
  }
  add_message_faults(evidence, found);
  return found;
}

}  // namespace fogis::checks::integration
