#include "monitor/events.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

#include "redis/client_list.hpp"
#include "unit/monitor_samples.hpp"

namespace fogis::monitor {
namespace {

using Catch::Matchers::ContainsSubstring;

std::vector<EventKind> kinds(const std::vector<Event>& events) {
  std::vector<EventKind> result;
  result.reserve(events.size());
  for (const auto& event : events) {
    result.push_back(event.kind);
  }
  return result;
}

using Kinds = std::vector<EventKind>;

Sample with_clients(std::string_view list) {
  auto sample = sample_of("run_id:a\r\n");
  sample.pubsub_clients = fogis::redis::parse_client_list(list);
  return sample;
}

Sample with_subscribers(std::int64_t count) {
  auto sample = sample_of("run_id:a\r\n");
  sample.channels = {{{"fogis:matches:updates", count}}};
  return sample;
}

TEST_CASE("nothing has happened between two looks that are alike") {
  const auto sample = sample_of("run_id:a\r\nrole:master\r\n");
  CHECK(compare(sample, sample).empty());
  CHECK(compare(sample_of(""), sample).empty());
}

TEST_CASE("a restart is an event with the new uptime") {
  const auto events =
      compare(sample_of("run_id:a\r\n"), sample_of("run_id:b\r\nuptime_in_seconds:3\r\n", 1));
  REQUIRE(kinds(events) == Kinds{EventKind::restarted});
  CHECK_THAT(events[0].text, ContainsSubstring("up 3.00 s"));
}

TEST_CASE("a failover is a change of role or of master") {
  const auto master = sample_of("run_id:a\r\nrole:master\r\n");
  const auto replica =
      sample_of("run_id:a\r\nrole:slave\r\nmaster_host:one.example.org\r\nmaster_port:1\r\n");
  const auto moved =
      sample_of("run_id:a\r\nrole:slave\r\nmaster_host:two.example.org\r\nmaster_port:1\r\n");
  CHECK(kinds(compare(master, replica)) == Kinds{EventKind::failover});
  CHECK(kinds(compare(replica, master)) == Kinds{EventKind::failover});
  const auto events = compare(replica, moved);
  REQUIRE(kinds(events) == Kinds{EventKind::failover});
  CHECK_THAT(events[0].text, ContainsSubstring("two.example.org:1"));
}

TEST_CASE("subscribers that come and go are events of their channel") {
  const auto gone = compare(with_subscribers(1), with_subscribers(0));
  REQUIRE(kinds(gone) == Kinds{EventKind::subscriber_gone});
  CHECK(gone[0].text == "fogis:matches:updates: 0 subscribers, was 1");
  CHECK(kinds(compare(with_subscribers(1), with_subscribers(2))) ==
        Kinds{EventKind::subscriber_came});
  CHECK(compare(with_subscribers(1), sample_of("run_id:a\r\n")).empty());
}

TEST_CASE("a growing buffer is told at each power of two, however slowly it grows") {
  const auto kinds_of = [](std::string_view before, std::string_view after) {
    return kinds(compare(with_clients(before), with_clients(after)));
  };
  CHECK(kinds_of("id=1 omem=0\n", "id=1 omem=70000\n") == Kinds{EventKind::buffer_growing});
  CHECK(kinds_of("id=1 omem=70000\n", "id=1 omem=90000\n").empty());
  CHECK(kinds_of("id=1 omem=131000\n", "id=1 omem=132000\n") == Kinds{EventKind::buffer_growing});
  CHECK(kinds_of("id=1 omem=0\n", "id=1 omem=20000\n").empty());
  CHECK(kinds_of("id=1 omem=900000\n", "id=1 omem=0\n").empty());
}

TEST_CASE("a subscriber that vanishes with much unread was probably cut off") {
  const auto events =
      compare(with_clients("id=1 name=slow addr=x omem=900000\nid=2 omem=0\n"), with_clients(""));
  REQUIRE(kinds(events) == Kinds{EventKind::subscriber_gone});
  CHECK_THAT(events[0].text, ContainsSubstring("slow (x)") && ContainsSubstring("879 KB unread"));
}

TEST_CASE("another server at the same address is no restart") {
  const auto events = compare(sample_of("run_id:a\r\nrole:master\r\n"),
                              sample_of("run_id:b\r\nrole:slave\r\nuptime_in_seconds:7200\r\n", 1));
  REQUIRE(kinds(events) == Kinds{EventKind::other_server});
  CHECK_THAT(events[0].text, ContainsSubstring("another server answers at this address, up 2 h") ||
                                 ContainsSubstring("up 120 m"));
}

TEST_CASE("clients of an earlier run are not compared") {
  auto after = with_clients("");
  after.server.run_id = "b";
  CHECK(kinds(compare(with_clients("id=1 omem=900000\n"), after)) == Kinds{EventKind::restarted});
}

}  // namespace
}  // namespace fogis::monitor
