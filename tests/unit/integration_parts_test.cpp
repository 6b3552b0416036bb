// The parts of the integration checks that read what others say.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "checks/integration/same_server.hpp"
#include "checks/integration/service_documents.hpp"
#include "checks/integration/survey.hpp"
#include "checks/integration/traffic.hpp"
#include "message/builder.hpp"

using Catch::Matchers::ContainsSubstring;
using namespace fogis::checks::integration;
using fogis::Result;
using fogis::config::ConnectionSettings;
using fogis::config::Transport;
using fogis::http::Response;

namespace {

Result<Response> json(std::string body, int status = 200) {
  return Response{status, "application/json", std::move(body), {}};
}

ConnectionSettings at(std::string host, std::uint16_t port = 6379) {
  ConnectionSettings settings;
  settings.host = std::move(host);
  settings.port = port;
  return settings;
}

fogis::redis::Message message(std::string channel, std::string payload) {
  return {std::move(channel), {}, std::move(payload), {}};
}

}  // namespace

TEST_CASE("CLIENT LIST gives the clients in pub/sub mode, and which are ours") {
  const auto clients = parse_client_list(
      "id=3 addr=127.0.0.1:5 name=fogis-redis:ab:observer sub=5 psub=0 omem=12 new=1\r\n"
      "id=4 addr=[::1]:6 name= sub=0 psub=2 omem=0\n"
      "id=5 name=fogis-redis-other sub=1\n"
      "id=6 name=idle sub=0 psub=0\n"
      "nonsense\n",
      "fogis-redis");
  REQUIRE(clients.size() == 3);
  CHECK(clients[0].id == 3);
  CHECK(clients[0].ours);
  CHECK(clients[0].channels == 5);
  CHECK(clients[0].output_buffer == 12);
  CHECK(clients[1].patterns == 2);
  CHECK(clients[1].address == "[::1]:6");
  CHECK(!clients[2].ours);
  CHECK(parse_client_list("", "fogis-redis").empty());
}

TEST_CASE("listeners are bounded by elimination") {
  Evidence evidence;
  evidence.before.emplace();
  evidence.before->listeners["a"] = 3;
  CHECK(evidence.listeners("a")->at_least == 3);
  CHECK(evidence.listeners("a")->at_most == 3);
  auto& clients = evidence.before->clients.emplace(3);
  clients[0].channels = 1;
  clients[0].ours = true;
  clients[1].channels = 2;
  clients[2].patterns = 1;
  CHECK(evidence.listeners("a")->at_least == 2);
  CHECK(evidence.listeners("a")->at_most == 1);
  CHECK(evidence.listeners("b")->at_most == 0);
  evidence.before.reset();
  CHECK(!evidence.listeners("a"));
}

TEST_CASE("health documents are told from web pages, broken JSON and errors") {
  std::string word;
  CHECK(read_health(json(R"({"status": "healthy"})"), word).answer == Answer::usable);
  CHECK(word == "healthy");
  CHECK(read_health(json(R"({"status": "unhealthy"})", 503), word).answer == Answer::usable);
  CHECK(word == "unhealthy");
  CHECK(read_health(json("{}", 500), word).answer == Answer::failing);
  CHECK(read_health(json("{}", 404), word).answer == Answer::missing);
  CHECK(read_health(json("{}"), word).fault == "but without a status");
  CHECK(read_health(json("[1]"), word).answer == Answer::not_json);
  CHECK_THAT(read_health(json("{\"status\": "), word).fault, ContainsSubstring("truncated"));
  CHECK_THAT(read_health(json(std::string(100, '[')), word).fault, ContainsSubstring("too-deep"));
  CHECK_THAT(read_health(Response{200, "text/html; charset=x", "<html>", {}}, word).fault,
             ContainsSubstring("web page"));
  CHECK(read_health(json("{\"status\": \"\\u001b[31mred\"}"), word).answer == Answer::usable);
  CHECK(word.find('\x1b') == std::string::npos);
}

TEST_CASE("what the calendar says is taken field by field, and other kinds count as absent") {
  CalendarClaims calendar;
  const auto status = read_redis_status(
      json(R"({"redis_status": {"enabled": true, "connected": "yes", "subscribed": false}})"),
      calendar);
  CHECK(status.answer == Answer::usable);
  CHECK(calendar.enabled == true);
  CHECK(!calendar.connected);
  CHECK(calendar.subscribed == false);
  CHECK(read_redis_status(json("{}"), calendar).answer == Answer::not_json);
  read_redis_stats(json(R"({"stats": {"subscription_active": true, "channels": ["a", 1]}})"),
                   calendar);
  CHECK(calendar.subscription_active == true);
  CHECK(calendar.active_channels == std::vector<std::string>{"a"});
}

TEST_CASE("the calendar's Redis URL is read without its password") {
  CalendarClaims calendar;
  std::optional<ConnectionSettings> redis;
  const auto endpoint =
      read_redis_config(json(R"({"config": {"url": "redis://u:secret@example.org:7000/2", )"
                             R"("channels": {"x": "a", "y": ["b"], "z": 3}}})"),
                        calendar, redis);
  CHECK(endpoint.answer == Answer::usable);
  CHECK(calendar.redis_url == "redis://u:***@example.org:7000/2");
  CHECK(calendar.channels == std::vector<std::string>{"a", "b"});
  REQUIRE(redis);
  CHECK(redis->host == "example.org");
  CHECK(redis->port == 7000);
  CHECK(!redis->password);
  redis.reset();
  read_redis_config(json(R"({"config": {"url": "redis://:pa ss@h"}})"), calendar, redis);
  CHECK(!redis);
  CHECK_THAT(calendar.redis_url, !ContainsSubstring("pa ss"));
}

TEST_CASE("addresses are compared as what they lead to") {
  CHECK(is_same_address(at("localhost"), at("127.0.0.1")));
  CHECK(is_same_address(at("Example.ORG"), at("example.org")));
  CHECK(!is_same_address(at("localhost"), at("localhost", 6380)));
  CHECK(!is_same_address(at("redis"), at("fogis-redis")));
  ConnectionSettings socket;
  socket.transport = Transport::unix_socket;
  socket.socket_path = "/run/redis.sock";
  CHECK(is_same_address(socket, socket));
  CHECK(!is_same_address(socket, at("localhost")));
}

TEST_CASE("cycles are followed from their beginning to their end") {
  using fogis::message::ProcessingState;
  using fogis::message::Shape;
  const auto count_cycles = [](const std::vector<std::string>& events, std::chrono::seconds more) {
    TrafficCount count("fogis-redis");
    fogis::message::BuildOptions build;
    build.source = "match-list-processor";
    for (const auto& event : events) {
      if (event == "update") {
        count.add(message("fogis:matches:updates",
                          fogis::message::build_message(Shape::corrected, build)));
        continue;
      }
      build.has_changes = event != "unchanged";
      build.state = event == "started"  ? ProcessingState::started
                    : event == "failed" ? ProcessingState::failed
                                        : ProcessingState::completed;
      count.add(message("fogis:processor:status",
                        fogis::message::build_message(Shape::processing_status, build)));
    }
    count.end(std::chrono::steady_clock::time_point() + more);
    return std::pair(count.traffic().unheard_cycles, count.traffic().endless_cycles);
  };
  using Counts = std::pair<std::uint64_t, std::uint64_t>;
  using namespace std::chrono_literals;
  CHECK(count_cycles({"started", "update", "completed"}, 1h) == Counts{0, 0});
  CHECK(count_cycles({"started", "completed"}, 1h) == Counts{1, 0});
  CHECK(count_cycles({"started", "unchanged"}, 1h) == Counts{0, 0});
  CHECK(count_cycles({"completed"}, 1h) == Counts{0, 0});
  CHECK(count_cycles({"started", "failed"}, 1h) == Counts{0, 0});
  CHECK(count_cycles({"started"}, 59s) == Counts{0, 0});
  CHECK(count_cycles({"started"}, 60s) == Counts{0, 1});
  CHECK(count_cycles({"started", "started"}, 1s) == Counts{0, 1});
  CHECK(count_cycles({"started", "update", "completed", "started"}, 60s) == Counts{0, 1});
  // Two processors side by side.
  CHECK(count_cycles({"started", "update", "started", "completed", "update", "completed"}, 1h) ==
        Counts{0, 0});
}

TEST_CASE("a message beyond what is judged in all is judged where it is the first") {
  TrafficCount count("fogis-redis");
  const std::string large(65U << 20U, 'x');
  count.add({"fogis:system:alerts", {}, large, {}});
  CHECK(count.traffic().judged == 1);
  count.add({"fogis:system:alerts", {}, "x", {}});
  CHECK(count.traffic().messages == 2);
  CHECK(count.traffic().judged == 1);
  REQUIRE_FALSE(count.traffic().faults.empty());
}

TEST_CASE("traffic is counted and judged without this tool's own messages") {
  TrafficCount count("fogis-redis");
  fogis::message::BuildOptions theirs;
  theirs.source = "match-list-processor";
  using fogis::message::Shape;
  count.add(message("fogis:processor:status",
                    fogis::message::build_message(Shape::processing_status, theirs)));
  const auto faulty = fogis::message::build_message(Shape::production, theirs);
  count.add(message("fogis:matches:updates", faulty));
  count.add(message("fogis:matches:updates",
                    fogis::message::build_probe(fogis::message::Type::match_updates)));
  const auto& traffic = count.traffic();
  CHECK(traffic.messages == 2);
  CHECK(traffic.started == 1);
  CHECK(traffic.channels.at("fogis:matches:updates").messages == 1);
  REQUIRE(traffic.faults.size() == 1);
  CHECK(traffic.faults.front().id == "D1");
  CHECK(traffic.faults.front().messages == 1);
}
