#include "checks/integration/decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "checks/integration/calendar_decisions.hpp"
#include "checks/integration/symptoms.hpp"

namespace fogis::checks::integration {
namespace {

std::string canary_text(const Evidence& evidence) {
  const auto tell = [](std::string_view protocol, const Canary& canary) {
    if (!canary.tried) {
      return fmt::format("{} was not tried", protocol);
    }
    if (canary.error) {
      return fmt::format("{}: {}", protocol, canary.error->message);
    }
    return canary.arrived ? fmt::format("{}: arrived", protocol)
                          : fmt::format("{}: published, but never arrived", protocol);
  };
  return fmt::format("PING answers; a message of ours to ourselves over {}; over {}",
                     tell("RESP2", evidence.resp2), tell("RESP3", evidence.resp3));
}

Finding tell_starving(const Evidence& evidence) {
  return {"D17",
          Status::fail,
          "Redis answers PING, but published messages do not arrive",
          canary_text(evidence),
          "publishers hang or count receivers that get nothing; health checks by PING stay green",
          "look for CLIENT PAUSE (CLIENT UNPAUSE ends it), a failover, a proxy or a half-open "
          "connection on the way"};
}

bool is_unresolvable(const Evidence& evidence) {
  return evidence.redis_error && evidence.redis_error->kind == ErrorKind::not_resolved;
}

Finding tell_unresolvable(const Evidence& evidence) {
  return {"D14",
          Status::fail,
          "the name of the Redis server does not resolve here",
          fmt::format("{}: {}", evidence.endpoint, evidence.redis_error->message),
          "nothing that uses this name reaches Redis; it is no sign that Redis itself is down",
          evidence.redis_error->hint};
}

bool is_crowded(const Evidence& evidence) {
  return !crowded_channels(evidence).empty();
}

Finding tell_crowded(const Evidence& evidence) {
  const auto channels = crowded_channels(evidence);
  const auto& survey = evidence.after ? evidence.after : evidence.before;
  auto text = numsub_text(evidence, channels) +
              fmt::format(", {} expected", evidence.options.expected_subscribers);
  if (survey->clients) {
    text += fmt::format("; {} clients listen to channels at all, by CLIENT LIST",
                        *survey->foreign_clients());
  } else {
    text += "; " + survey->clients_refusal;
  }
  return {"D11",
          Status::fail,
          "more consumers than expected listen to the calendar's channels",
          std::move(text),
          "each change is carried out more than once: calendar entries are doubled or fight each "
          "other",
          "CLIENT LIST TYPE pubsub shows who listens; stop what should not, or say "
          "--expect-subscribers if it is meant"};
}

bool is_thin(const Evidence& evidence) {
  return !thin_channels(evidence).empty();
}

Finding tell_thin(const Evidence& evidence) {
  return {"too-few-consumers",
          Status::fail,
          "fewer consumers than expected listen",
          numsub_text(evidence, thin_channels(evidence)) +
              fmt::format(", {} expected", evidence.options.expected_subscribers),
          "the consumer that is missing loses every message published meanwhile",
          "start it, or lower --expect-subscribers if it is not meant to listen"};
}

bool nears_limit(const Evidence& evidence) {
  return evidence.slow.near_limit() && !was_cut(evidence);
}

Finding tell_near_limit(const Evidence& evidence) {
  const auto& slow = evidence.slow;
  return {
      "D16",
      Status::warn,
      "a subscriber reads too slowly and is about to be cut",
      fmt::format("{} bytes wait for {}, the pub/sub limit is {}{}", slow.most_waiting,
                  slow.slowest.empty() ? "a client" : slow.slowest, slow.lowest_limit().value_or(0),
                  slow.limit.known ? "" : " (Redis's default: CONFIG GET is refused)"),
      "at the limit Redis closes its connection without a word, and what waits for it is lost",
      "find out what blocks the subscriber; CONFIG SET client-output-buffer-limit gives it "
      "time"};
}

bool talks_to_nobody(const Evidence& evidence) {
  return !unheard_traffic(evidence).empty();
}

Finding tell_talks_to_nobody(const Evidence& evidence) {
  const auto names = unheard_traffic(evidence);
  std::string seen;
  for (const auto& name : names) {
    seen += fmt::format("{}{} on {}", seen.empty() ? "" : ", ", evidence.traffic_on(name).messages,
                        name);
  }
  return {"D3",
          Status::fail,
          "messages are published on channels that nobody listens to",
          fmt::format(
              "messages seen: {}; NUMSUB 0 there, while the calendar listens to {}", seen,
              heard_channels(evidence).empty() ? "nothing" : list_text(heard_channels(evidence))),
          "every one of these messages is lost, and the publisher does not notice",
          "make both ends use one channel: fogis:matches:updates is what the deployed calendar "
          "handles"};
}

bool is_unwired(const Evidence& evidence) {
  return evidence.traffic.watched && !evidence.traffic.error && evidence.traffic.started == 0 &&
         evidence.traffic.watched_for >= evidence.options.service_interval;
}

Finding tell_unwired(const Evidence& evidence) {
  const auto seconds = std::chrono::duration<double>(evidence.traffic.watched_for).count();
  const auto interval = std::chrono::duration<double>(evidence.options.service_interval).count();
  return {"D12",
          Status::fail,
          "match-list-processor does not publish: its Redis integration is not wired",
          fmt::format("no \"started\" on fogis:processor:status in {:.4g} s, though one is due "
                      "every {:.4g} s; messages seen in all: {}",
                      seconds, interval, evidence.traffic.messages),
          "no change reaches the calendar",
          "set REDIS_ENABLED=true and REDIS_PUBSUB_ENABLED=true at match-list-processor, and look "
          "whether its processing loop calls the publisher"};
}

/// A URL that leads nowhere, though there are signs that the service runs.
bool is_misaddressed(const Endpoint& endpoint, bool runs) {
  if (endpoint.answer != Answer::unreachable || !endpoint.error) {
    return false;
  }
  const auto kind = endpoint.error->kind;
  return kind == ErrorKind::not_resolved || (runs && kind == ErrorKind::unreachable);
}

/// An absent container has no name and no port either: the group `calendar` tells that.
bool calendar_misaddressed(const Evidence& evidence) {
  const bool listens = knows_listeners(evidence) && !is_unheard(evidence);
  return listens && is_misaddressed(evidence.calendar.health, true);
}

bool processor_misaddressed(const Evidence& evidence) {
  return is_misaddressed(evidence.processor.simple, evidence.traffic.started > 0);
}

std::string address_evidence(const Evidence& evidence) {
  std::string text;
  if (processor_misaddressed(evidence)) {
    text = fmt::format("{}: {}", evidence.processor.url, evidence.processor.simple.error->message);
  }
  if (calendar_misaddressed(evidence)) {
    text += fmt::format("{}{}: {}, while NUMSUB shows a consumer", text.empty() ? "" : "; ",
                        evidence.calendar.url, evidence.calendar.health.error->message);
  }
  return text;
}

bool is_any_misaddressed(const Evidence& evidence) {
  return calendar_misaddressed(evidence) || processor_misaddressed(evidence);
}

Finding tell_misaddressed(const Evidence& evidence) {
  return {"D14",
          Status::fail,
          "the URL of a service leads nowhere from here",
          address_evidence(evidence),
          "its health cannot be seen; services that use the same address cannot reach it either",
          "names of containers resolve only within their compose network; from the host use "
          "localhost with the host's ports (match-list-processor 9082, calendar 9083), inside of "
          "it the container's (8000, 5003)"};
}

constexpr std::array<Decision, 8> kDecisions{{
    {"D14", Group::server, "redis", "the name of Redis does not resolve", is_unresolvable,
     tell_unresolvable},
    {"D17", Group::server, "liveness",
     "PING answers, a message of ours to ourselves does not arrive", is_starving, tell_starving},
    {"D11", Group::consumers, "wiring", "NUMSUB above --expect-subscribers", is_crowded,
     tell_crowded},
    {"too-few-consumers", Group::consumers, "wiring",
     "NUMSUB below --expect-subscribers, but not 0", is_thin, tell_thin},
    {"D16", Group::consumers, "wiring", "half of the output buffer limit waits for a subscriber",
     nears_limit, tell_near_limit},
    {"D3", Group::publisher, "wiring",
     "messages seen on a channel with NUMSUB 0 that no known consumer listens to", talks_to_nobody,
     tell_talks_to_nobody},
    {"D12", Group::publisher, "activity",
     "no \"started\" seen in --observe, which is at least --service-interval", is_unwired,
     tell_unwired},
    {"D14", Group::address, "services",
     "the URL of a service that shows signs of life does not resolve or answer",
     is_any_misaddressed, tell_misaddressed},
}};

void add_message_faults(const Evidence& evidence, std::vector<Diagnosis>& found) {
  for (const auto& fault : evidence.traffic.faults) {
    found.push_back(
        {"contract",
         {fault.id, fault.severity == message::Severity::error ? Status::fail : Status::warn,
          fmt::format("messages on {} break the rule {}", fault.channel, fault.rule),
          fmt::format("{} of {} judged; the first at {}: {}", fault.messages,
                      evidence.traffic.judged,
                      fault.pointer.empty() ? "the document itself" : fault.pointer, fault.found),
          fault.consequence, fault.mend}});
  }
}

}  // namespace

std::span<const Decision> decisions() {
  static const auto kAll = [] {
    std::vector<Decision> all(kDecisions.begin(), kDecisions.end());
    const auto calendar = calendar_decisions();
    // Behind the server's own faults, which hide them.
    all.insert(all.begin() + 2, calendar.begin(), calendar.end());
    return all;
  }();
  return kAll;
}

std::vector<Diagnosis> diagnose(const Evidence& evidence) {
  std::vector<Diagnosis> found;
  std::set<Group> decided;
  for (const auto& row : decisions()) {
    const bool is_hidden = decided.contains(row.group) || decided.contains(Group::server);
    if (!is_hidden && row.holds(evidence)) {
      decided.insert(row.group);
      found.push_back({row.check, row.tell(evidence)});
    }
  }
  add_message_faults(evidence, found);
  return found;
}

}  // namespace fogis::checks::integration
