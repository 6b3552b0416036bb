// Every row of the decision table: the evidence that it needs gives its finding and no other.
#include "checks/integration/decisions.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_container_properties.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checks/integration/checks.hpp"
#include "checks/integration/symptoms.hpp"
#include "support/paths.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::IsEmpty;
using fogis::ErrorKind;
using fogis::make_error;
using fogis::Phase;
using fogis::checks::Status;
using namespace fogis::checks::integration;
using namespace std::chrono_literals;

namespace {

using Ids = std::vector<std::string>;

PubSubClient calendar_client(std::int64_t id) {
  PubSubClient client;
  client.id = id;
  client.name = "calendar";
  client.channels = 5;
  return client;
}

Endpoint endpoint(Answer answer, int status) {
  Endpoint endpoint;
  endpoint.answer = answer;
  endpoint.status = status;
  return endpoint;
}

MessageFault message_fault(std::string id, fogis::message::Severity severity) {
  MessageFault fault;
  fault.id = std::move(id);
  fault.severity = severity;
  fault.rule = "invented";
  fault.messages = 1;
  return fault;
}

Survey survey_with(std::int64_t listeners) {
  Survey survey;
  for (const auto channel : calendar_channels()) {
    survey.listeners[std::string(channel)] = listeners;
  }
  survey.clients.emplace();
  for (std::int64_t i = 0; i < listeners; ++i) {
    survey.clients->push_back(calendar_client(i));
  }
  return survey;
}

Endpoint usable() {
  return endpoint(Answer::usable, 200);
}

Endpoint unreachable(ErrorKind kind) {
  auto result = endpoint(Answer::unreachable, 0);
  result.error = make_error(kind, Phase::http, "invented");
  return result;
}

/// One message of ours was sent to ourselves.
fogis::redis::CanaryReport canary(std::size_t delivered) {
  fogis::redis::CanaryReport report;
  report.sent = 1;
  report.delivered = delivered;
  return report;
}

/// A deployment in which everything is as it should be.
Evidence healthy() {
  Evidence evidence;
  evidence.endpoint = "redis://localhost:6379";
  evidence.service = "fogis-redis";
  evidence.options.observe = 1s;
  evidence.before = survey_with(1);
  evidence.after = survey_with(1);
  evidence.processor.url = "http://localhost:9082";
  evidence.processor.simple = usable();
  evidence.processor.health = usable();
  auto& calendar = evidence.calendar;
  calendar.url = "http://localhost:9083";
  calendar.health = calendar.status = calendar.stats = calendar.config = usable();
  calendar.enabled = calendar.connected = calendar.subscribed = calendar.redis_available = true;
  calendar.redis_url = "redis://fogis-redis:6379";
  calendar.redis = Sameness::unknown;
  calendar.channels = {"fogis:matches:updates", "fogis:processor:status", "fogis:system:alerts"};
  evidence.traffic.watched = true;
  evidence.traffic.watched_for = 1s;
  evidence.traffic.started = 1;
  evidence.traffic.channels["fogis:processor:status"] = {1, 200};
  evidence.traffic.messages = evidence.traffic.judged = 1;
  evidence.resp2 = canary(1);
  evidence.resp3 = evidence.resp2;
  return evidence;
}

void set_listeners(Evidence& evidence, std::int64_t count) {
  evidence.before = survey_with(count);
  evidence.after = survey_with(count);
}

Ids ids(const Evidence& evidence) {
  Ids found;
  for (const auto& diagnosis : diagnose(evidence)) {
    found.push_back(diagnosis.finding.id);
    CHECK(!diagnosis.finding.problem.empty());
    CHECK(!diagnosis.finding.evidence.empty());
  }
  return found;
}

/// The healthy deployment with one thing changed.
Ids ids_with(const std::function<void(Evidence&)>& change) {
  auto evidence = healthy();
  change(evidence);
  return ids(evidence);
}

}  // namespace

TEST_CASE("a healthy deployment gives no finding") {
  CHECK_THAT(ids(healthy()), IsEmpty());
  for (const auto& check : judge_all(healthy())) {
    INFO(check.id);
    CHECK(check.result.findings.empty());
  }
}

TEST_CASE("D8 needs an absent calendar: no listener, and no HTTP or no URL") {
  CHECK(ids_with([](Evidence& evidence) {
          set_listeners(evidence, 0);
          evidence.calendar = {};
        }) == Ids{"D8"});
  for (const auto kind : {ErrorKind::unreachable, ErrorKind::not_resolved, ErrorKind::timed_out}) {
    CHECK(ids_with([&](Evidence& evidence) {
            set_listeners(evidence, 0);
            evidence.calendar = {};
            evidence.calendar.url = "http://localhost:9083";
            evidence.calendar.health = unreachable(kind);
          }) == Ids{"D8"});
  }
  CHECK_THAT(ids_with([](Evidence& evidence) {
               set_listeners(evidence, 0);
               evidence.calendar = {};
               evidence.options.expected_subscribers = 0;
             }),
             IsEmpty());
}

TEST_CASE("D9 needs a claim of being subscribed without a listener") {
  CHECK(ids_with([](Evidence& evidence) { set_listeners(evidence, 0); }) == Ids{"D9"});
  CHECK(ids_with([](Evidence& evidence) {
          set_listeners(evidence, 0);
          evidence.calendar.subscribed.reset();
          evidence.calendar.subscription_active = true;
        }) == Ids{"D9"});
}

TEST_CASE("D19 needs a restart since which nobody subscribed, and the time to reconnect") {
  const auto after_restart = [](std::chrono::seconds uptime, std::optional<std::int64_t> calls) {
    auto evidence = healthy();
    set_listeners(evidence, 0);
    evidence.start.uptime = uptime;
    evidence.start.subscribes = calls;
    return evidence;
  };
  CHECK(ids(after_restart(65s, 0)) == Ids{"D19"});
  CHECK(ids(after_restart(64s, 0)) == Ids{"D9"});
  CHECK(ids(after_restart(65s, 1)) == Ids{"D9"});
  CHECK(ids(after_restart(65s, std::nullopt)) == Ids{"D9"});
  const auto hint_of = [](const Evidence& evidence) {
    return diagnose(evidence).front().finding.hint;
  };
  CHECK_THAT(hint_of(after_restart(64s, 0)), ContainsSubstring("run this again"));
  CHECK_THAT(hint_of(after_restart(65s, 1)), !ContainsSubstring("run this again"));
  auto vanished = after_restart(600s, 1);
  vanished.before = survey_with(1);
  CHECK_THAT(hint_of(vanished), ContainsSubstring("run this again"));
  CHECK(is_due_to_reconnect(after_restart(64s, 0)));
  CHECK(!is_due_to_reconnect(after_restart(64s, 1)));
  CHECK(!is_due_to_reconnect(after_restart(65s, 0)));
  auto elsewhere = after_restart(64s, 0);
  elsewhere.calendar.redis = Sameness::other;
  CHECK(!is_due_to_reconnect(elsewhere));
}

TEST_CASE("D20 needs two subscriptions of one address and age that are not both read") {
  const auto with_pair = [](const std::function<void(PubSubClient&, PubSubClient&)>& change) {
    auto evidence = healthy();
    auto survey = survey_with(2);
    for (auto& client : *survey.clients) {
      client.address = "172.18.0.5:4" + std::to_string(client.id);
      client.age_ms = client.idle_ms = 90'000;
    }
    change(survey.clients->at(0), survey.clients->at(1));
    evidence.before = evidence.after = survey;
    return ids(evidence);
  };
  CHECK(with_pair([](auto&, auto&) {}) == Ids{"D20"});
  CHECK(with_pair([](auto&, auto& read) { read.idle_ms = 12'000; }) == Ids{"D20"});
  CHECK(with_pair([](auto& one, auto& two) { one.idle_ms = two.idle_ms = 12'000; }) == Ids{"D11"});
  CHECK(with_pair([](auto&, auto& other) { other.age_ms = 40'000; }) == Ids{"D11"});
  CHECK(with_pair([](auto&, auto& other) { other.address = "172.18.0.6:4"; }) == Ids{"D11"});
  CHECK(with_pair([](auto& one, auto& two) { one.address = two.address = "/run/s:0"; }) ==
        Ids{"D11"});
}

TEST_CASE("D23 needs a Redis that is younger than the processor, or a calendar that came back") {
  const auto restarted = [](std::chrono::nanoseconds redis, std::chrono::nanoseconds processor) {
    return ids_with([&](Evidence& evidence) {
      evidence.start.uptime = redis;
      evidence.processor.uptime = processor;
    });
  };
  CHECK(restarted(1h, 2h) == Ids{"D23"});
  CHECK_THAT(restarted(1h, 1h + 9s), IsEmpty());
  CHECK_THAT(restarted(2h, 1h), IsEmpty());
  CHECK_THAT(restarted(25h, 50h), IsEmpty());
  CHECK(ids_with([](Evidence& evidence) {
          evidence.start.uptime = evidence.start.subscribed_again = 30s;
        }) == Ids{"D23"});
}

TEST_CASE("D22 and D24 need a cycle without an update") {
  CHECK(ids_with([](Evidence& evidence) { evidence.traffic.unheard_cycles = 1; }) == Ids{"D22"});
  CHECK(ids_with([](Evidence& evidence) { evidence.traffic.endless_cycles = 1; }) == Ids{"D24"});
}

TEST_CASE("an idle timeout needs a quiet connection that is cut after equal silences") {
  const auto cut_after = [](std::vector<std::chrono::nanoseconds> silences) {
    return ids_with([&](Evidence& evidence) { evidence.quiet.cuts = silences; });
  };
  CHECK(cut_after({20s, 20s, 21s}) == Ids{"idle-timeout"});
  CHECK_THAT(cut_after({20s}), IsEmpty());
  CHECK_THAT(cut_after({20s, 3s}), IsEmpty());
}

TEST_CASE("D10 needs connected without subscribed, whoever else listens") {
  for (const auto listeners : {0, 1}) {
    CHECK(ids_with([&](Evidence& evidence) {
            set_listeners(evidence, listeners);
            evidence.calendar.subscribed = false;
          }) == Ids{"D10"});
  }
}

TEST_CASE("D11 needs more listeners than expected that are not ours") {
  CHECK(ids_with([](Evidence& evidence) { set_listeners(evidence, 2); }) == Ids{"D11"});
  CHECK_THAT(ids_with([](Evidence& evidence) {
               set_listeners(evidence, 2);
               evidence.before->clients->front().ours = true;
               evidence.after->clients->front().ours = true;
             }),
             IsEmpty());
  CHECK_THAT(ids_with([](Evidence& evidence) {
               set_listeners(evidence, 2);
               evidence.options.expected_subscribers = 2;
             }),
             IsEmpty());
  CHECK(ids_with([](Evidence& evidence) { evidence.options.expected_subscribers = 2; }) ==
        Ids{"too-few-consumers"});
}

TEST_CASE("D12 needs an observation as long as the interval") {
  const auto silent = [](Evidence& evidence) {
    evidence.traffic.started = 0;
    evidence.traffic.channels.clear();
    evidence.traffic.messages = evidence.traffic.judged = 0;
  };
  CHECK_THAT(ids_with(silent), IsEmpty());
  CHECK(ids_with([&](Evidence& evidence) {
          silent(evidence);
          evidence.options.service_interval = 1s;
        }) == Ids{"D12"});
  auto evidence = healthy();
  silent(evidence);
  CHECK(judge_all(evidence).back().id == "activity");
  CHECK(judge_all(evidence).back().result.status == Status::skip);
}

TEST_CASE("D13 needs a calendar without any of the endpoints") {
  for (const auto listeners : {0, 1}) {
    CHECK(ids_with([&](Evidence& evidence) {
            set_listeners(evidence, listeners);
            auto& calendar = evidence.calendar;
            calendar = {};
            calendar.url = "http://localhost:9083";
            calendar.health = usable();
            calendar.status = calendar.stats = calendar.config = endpoint(Answer::missing, 404);
          }) == Ids{"D13"});
  }
}

TEST_CASE("D14 is told of Redis, of the services' URLs and of the calendar's own way") {
  CHECK(ids_with([](Evidence& evidence) {
          evidence.redis_error = make_error(ErrorKind::not_resolved, Phase::resolve, "invented");
        }) == Ids{"D14"});
  CHECK_THAT(ids_with([](Evidence& evidence) {
               evidence.redis_error =
                   make_error(ErrorKind::unreachable, Phase::connect, "invented");
             }),
             IsEmpty());
  CHECK(ids_with([](Evidence& evidence) {
          evidence.processor.simple = unreachable(ErrorKind::not_resolved);
        }) == Ids{"D14"});
  CHECK(ids_with([](Evidence& evidence) {
          evidence.processor.simple = unreachable(ErrorKind::unreachable);
        }) == Ids{"D14"});
  CHECK_THAT(ids_with([](Evidence& evidence) {
               evidence.traffic.started = 0;
               evidence.processor.simple = unreachable(ErrorKind::unreachable);
             }),
             IsEmpty());
  CHECK(ids_with([](Evidence& evidence) {
          evidence.calendar = {};
          evidence.calendar.url = "http://localhost:5003";
          evidence.calendar.health = unreachable(ErrorKind::unreachable);
        }) == Ids{"D14"});
  CHECK(ids_with([](Evidence& evidence) {
          set_listeners(evidence, 0);
          evidence.calendar.connected = evidence.calendar.subscribed = false;
        }) == Ids{"D14"});
}

TEST_CASE("D15 needs another server or other channels, and hides what follows from it") {
  for (const auto listeners : {0, 1}) {
    CHECK(ids_with([&](Evidence& evidence) {
            set_listeners(evidence, listeners);
            evidence.calendar.redis = Sameness::other;
          }) == Ids{"D15"});
  }
  CHECK(ids_with([](Evidence& evidence) {
          set_listeners(evidence, 0);
          evidence.calendar.channels = {"example:matches"};
        }) == Ids{"D15"});
}

TEST_CASE("D15 is a dead Redis at another address only where the calendar does not listen") {
  CHECK_THAT(ids_with([](Evidence& evidence) { evidence.calendar.redis_is_silent = true; }),
             IsEmpty());
  CHECK(ids_with([](Evidence& evidence) {
          evidence.calendar.redis_is_silent = true;
          evidence.calendar.subscribed = false;
        }) == Ids{"D15"});
  CHECK(ids_with([](Evidence& evidence) {
          evidence.calendar.redis_is_silent = true;
          set_listeners(evidence, 0);
        }) == Ids{"D15"});
}

TEST_CASE("D16 needs waiting output, and tells a cut subscriber from a slow one") {
  CHECK(ids_with([](Evidence& evidence) { evidence.slow.most_waiting = 5'000'000; }) == Ids{"D16"});
  CHECK_THAT(ids_with([](Evidence& evidence) { evidence.slow.most_waiting = 1'000'000; }),
             IsEmpty());
  auto cut = healthy();
  cut.after = survey_with(0);
  CHECK(ids(cut) == Ids{"D9"});
  cut.slow.recent_largest = 5'000'000;
  CHECK(ids(cut) == Ids{"D16"});
  cut.slow.recent_largest = 0;
  cut.slow.cut_before = 3;
  cut.slow.cut_after = 4;
  CHECK(ids(cut) == Ids{"D16"});
  cut.before = survey_with(0);
  CHECK(ids(cut) == Ids{"D16"});
  // Another client's large reply is no sign while everybody still listens.
  CHECK_THAT(ids_with([](Evidence& evidence) { evidence.slow.recent_largest = 50'000'000; }),
             IsEmpty());
}

TEST_CASE("D17 hides everything that follows from it") {
  const auto lost = [](Evidence& evidence) {
    evidence.resp2 = canary(0);
    evidence.traffic.started = 0;
    evidence.options.service_interval = 1s;
  };
  CHECK(ids_with(lost) == Ids{"D17"});
  CHECK(ids_with([](Evidence& evidence) {
          evidence.resp3 = canary(0);
          evidence.resp3->error = make_error(ErrorKind::timed_out, Phase::command, "late");
        }) == Ids{"D17"});
  CHECK_THAT(ids_with([](Evidence& evidence) {
               evidence.resp3 = canary(0);
               evidence.resp3->error = make_error(ErrorKind::forbidden, Phase::command, "NOPERM");
             }),
             IsEmpty());
  // Without a subscription nothing is known of what is published.
  CHECK_THAT(ids_with([](Evidence& evidence) {
               evidence.resp3.emplace().error =
                   make_error(ErrorKind::timed_out, Phase::connect, "late");
             }),
             IsEmpty());
}

TEST_CASE("D3 needs traffic that nobody hears, or a subscriber apart from the publisher") {
  CHECK(ids_with([](Evidence& evidence) {
          evidence.traffic.channels["match_updates_v2"] = {3, 5000};
        }) == Ids{"D3"});
  const auto apart = [](Evidence& evidence) {
    for (auto* const survey : {&evidence.before, &evidence.after}) {
      for (const auto channel : live_channels()) {
        (*survey)->listeners[std::string(channel)] = 0;
      }
    }
  };
  auto evidence = healthy();
  apart(evidence);
  evidence.traffic.channels.clear();
  REQUIRE(ids(evidence) == Ids{"D3"});
  // Whatever the deployed processor publishes is lost, whether or not it did so meanwhile.
  CHECK(diagnose(evidence).front().finding.status == Status::fail);
  evidence.traffic.channels["fogis:matches:updates"] = {1, 100};
  REQUIRE(ids(evidence) == Ids{"D3"});
  CHECK(diagnose(evidence).front().finding.status == Status::fail);
  evidence.traffic.channels["match_updates_v2"] = {1, 100};
  CHECK(ids(evidence) == Ids{"D3"});
}

TEST_CASE("what cannot be named is still told") {
  CHECK(ids_with([](Evidence& evidence) {
          set_listeners(evidence, 0);
          evidence.calendar.enabled = false;
        }) == Ids{"calendar-disabled"});
  CHECK(ids_with([](Evidence& evidence) {
          set_listeners(evidence, 0);
          evidence.calendar = {};
          evidence.calendar.url = "http://localhost:9083";
          evidence.calendar.health = usable();
          evidence.calendar.status = endpoint(Answer::failing, 500);
        }) == Ids{"calendar-unheard"});
}

TEST_CASE("D18 needs a calendar without credentials that it could use or renew") {
  CHECK(ids_with([](Evidence& evidence) { evidence.calendar.health_word = "initializing"; }) ==
        Ids{"D18"});
  const auto with_token = [](std::optional<bool> renewable, double hours) {
    return ids_with([&](Evidence& evidence) {
      evidence.calendar.token_hours = hours;
      evidence.calendar.has_refresh_token = renewable;
    });
  };
  CHECK(with_token(std::nullopt, -1) == Ids{"D18"});
  CHECK(with_token(false, -1) == Ids{"D18"});
  CHECK_THAT(with_token(true, -1), IsEmpty());
  CHECK_THAT(with_token(false, 1), IsEmpty());
}

TEST_CASE("a server without pub/sub is told as that, a user without the right is not") {
  const auto refused_with = [](std::string_view message) {
    auto error = make_error(ErrorKind::forbidden, Phase::command, std::string(message));
    error.server_code = message.substr(0, message.find(' '));
    return ids_with([&](Evidence& evidence) {
      evidence.resp2.emplace().error = error;
      evidence.resp3 = evidence.resp2;
    });
  };
  CHECK(refused_with("ERR unknown command 'SUBSCRIBE'") == Ids{"no-pubsub"});
  CHECK_THAT(refused_with("NOPERM no permissions to run the 'subscribe' command"), IsEmpty());
}

TEST_CASE("not to be allowed to see the wiring is no success, unless messages were validated") {
  const auto refused = [](Evidence& evidence) {
    evidence.before.reset();
    evidence.after.reset();
    evidence.survey_error = make_error(ErrorKind::forbidden, Phase::command, "NOPERM");
  };
  CHECK_THAT(ids_with(refused), IsEmpty());
  CHECK(ids_with([&](Evidence& evidence) {
          refused(evidence);
          evidence.traffic.judged = 0;
        }) == Ids{"not-judged"});
}

TEST_CASE("each fault of observed messages is a finding with its number") {
  CHECK(ids_with([](Evidence& evidence) {
          evidence.traffic.faults = {message_fault("D1", fogis::message::Severity::error),
                                     message_fault("D6", fogis::message::Severity::warning)};
        }) == Ids{"D1", "D6"});
}

TEST_CASE("messages of which one breaks the contract are not said to conform to it") {
  auto evidence = healthy();
  evidence.traffic.faults = {message_fault("D1", fogis::message::Severity::error)};
  for (const auto& check : judge_all(evidence)) {
    CHECK_THAT(check.result.summary, !ContainsSubstring("conformed"));
  }
}

TEST_CASE("faults of different groups are told side by side") {
  CHECK(ids_with([](Evidence& evidence) {
          set_listeners(evidence, 0);
          evidence.calendar = {};
          evidence.traffic.channels["match_updates_v2"] = {3, 5000};
          evidence.traffic.faults = {message_fault("D5", fogis::message::Severity::error)};
        }) == Ids{"D8", "D3", "D5"});
}

TEST_CASE("without rights to ask, nothing is claimed about listeners") {
  CHECK_THAT(ids_with([](Evidence& evidence) {
               evidence.before.reset();
               evidence.after.reset();
             }),
             IsEmpty());
  CHECK_THAT(ids_with([](Evidence& evidence) {
               set_listeners(evidence, 1);
               evidence.before->clients.reset();
               evidence.after->clients.reset();
             }),
             IsEmpty());
}

TEST_CASE("every row belongs to a check, and stands in the guide with its condition") {
  const auto guide =
      fogis::testing::read_file(fogis::testing::source_dir() / "docs/integration-testing.md");
  for (const auto& row : decisions()) {
    INFO(row.id << ": " << row.when);
    bool is_known = false;
    for (const auto& step : steps()) {
      is_known = is_known || step.id == row.check;
    }
    CHECK(is_known);
    CHECK_THAT(guide, ContainsSubstring("| " + std::string(row.id) + " |"));
    CHECK_THAT(guide, ContainsSubstring(std::string(row.when)));
  }
}
