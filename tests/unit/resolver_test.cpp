#include "net/resolver.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/name_server.hpp"
#include "support/results.hpp"

using namespace fogis;
using fogis::net::resolve;
using namespace fogis::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Mood = NameServer::Mood;

namespace {

// The dot at the end keeps the system's search domains out.
constexpr auto kName = "cache.example.org.";

/// What name servers of our own say about kName, asked in turn.
Result<net::Resolution> ask(const std::vector<const NameServer*>& servers,
                            Deadline::Clock::duration patience = 20s) {
  std::string list;
  for (const auto* server : servers) {
    list += (list.empty() ? "" : ",") + server->address();
  }
  return resolve(kName, 6379, Deadline::after(patience, nullptr), list);
}

NameServer name_server(std::vector<std::string> addresses, Mood mood = Mood::prompt) {
  return NameServer({{"cache.example.org", std::move(addresses)}}, mood, 0);
}

}  // namespace

TEST_CASE("a numeric address is not looked up") {
  const auto ipv4 = require_ok(resolve("127.0.0.1", 6379, Deadline::after(5s, nullptr)));
  CHECK_FALSE(ipv4.looked_up);
  REQUIRE(ipv4.addresses.size() == 1);
  CHECK(ipv4.addresses[0].text == "127.0.0.1:6379");
  const auto ipv6 = require_ok(resolve("::1", 6380, Deadline::after(5s, nullptr)));
  CHECK(ipv6.addresses.at(0).text == "[::1]:6380");
}

TEST_CASE("localhost resolves to loopback") {
  const auto resolution = require_ok(resolve("localhost", 1, Deadline::after(5s, nullptr)));
  CHECK(resolution.looked_up);
  REQUIRE_FALSE(resolution.addresses.empty());
}

TEST_CASE("an unknown name is named, with advice") {
  const auto error = require_error(resolve("nohost.invalid", 6379, Deadline::after(5s, nullptr)),
                                   ErrorKind::not_resolved);
  CHECK(error.phase == Phase::resolve);
  CHECK_THAT(error.message, ContainsSubstring("name \"nohost.invalid\" does not resolve"));
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("a zone that does not fit its address is no name") {
  const auto soon = Deadline::after(10s, nullptr);
  const auto unknown = require_error(resolve("fe80::1%nope0", 6379, soon), ErrorKind::not_resolved);
  CHECK(unknown.message == "\"nope0\" is no network interface of this machine");
  CHECK(unknown.hint.find("ip link") != std::string::npos);
  const auto needless =
      require_error(resolve("2001:db8::1%lo", 6379, soon), ErrorKind::not_resolved);
  CHECK(needless.message.find("only link-local addresses") != std::string::npos);
  CHECK(require_ok(resolve("fe80::1%lo", 6379, soon)).addresses.size() == 1);
}

TEST_CASE("the service names of the deployment have advice of their own") {
  const auto compose = require_error(resolve("fogis-redis", 6379, Deadline::after(5s, nullptr)),
                                     ErrorKind::not_resolved);
  CHECK_THAT(compose.hint, ContainsSubstring("localhost:6379"));
  const auto plain =
      require_error(resolve("redis", 6379, Deadline::after(5s, nullptr)), ErrorKind::not_resolved);
  CHECK_THAT(plain.hint, ContainsSubstring("fogis-redis"));
}

TEST_CASE("a passed deadline ends a lookup at once") {
  const auto error = require_error(resolve("nohost.invalid", 6379, Deadline::after(0s, nullptr)),
                                   ErrorKind::timed_out);
  CHECK(error.phase == Phase::resolve);
}

TEST_CASE("a stop ends a lookup at once") {
  auto stop = require_ok(StopEvent::create());
  stop.request(SIGINT);
  require_error(resolve("nohost.invalid", 6379, Deadline::after(5s, &stop)),
                ErrorKind::interrupted);
}

TEST_CASE("a stop ends a lookup that waits for its name server") {
  auto stop = require_ok(StopEvent::create());
  const auto silent = name_server({}, Mood::held);
  std::thread stopper([&] {
    silent.wait_for_question();
    stop.request(SIGINT);
  });
  const auto answer = resolve(kName, 1, Deadline::after(60s, &stop), silent.address());
  stopper.join();
  require_error(answer, ErrorKind::interrupted);
}

TEST_CASE("a name has all its addresses, of both families") {
  const auto server = name_server({"192.0.2.1", "2001:db8::1", "192.0.2.2"});
  const auto resolution = require_ok(ask({&server}));
  CHECK(resolution.looked_up);
  std::set<std::string> texts;
  for (const auto& address : resolution.addresses) {
    texts.insert(address.text);
  }
  CHECK(texts == std::set<std::string>{"192.0.2.1:6379", "192.0.2.2:6379", "[2001:db8::1]:6379"});
  const auto only_ipv6 = name_server({"::1"});
  CHECK(require_ok(ask({&only_ipv6})).addresses.at(0).text == "[::1]:6379");
}

TEST_CASE("an address that can be reached comes before one that cannot") {
  const auto server = name_server({"240.0.0.1", "127.0.0.2"});
  CHECK(require_ok(ask({&server})).addresses.at(0).text == "127.0.0.2:6379");
}

TEST_CASE("a name that does not exist or has no address does not resolve") {
  const NameServer no_such_name({}, Mood::prompt, 0);
  const auto no_address = name_server({});
  for (const auto* server : {&no_such_name, &no_address}) {
    const auto error = require_error(ask({server}), ErrorKind::not_resolved);
    CHECK(error.message == "name \"cache.example.org.\" does not resolve");
    CHECK_THAT(error.hint, ContainsSubstring("check the spelling"));
  }
}

TEST_CASE("a name server that fails, is gone or is silent is named for what it does") {
  const auto failing = name_server({}, Mood::failing);
  const auto refused = require_error(ask({&failing}), ErrorKind::not_resolved);
  CHECK(refused.message == "name \"cache.example.org.\" does not resolve: the name server at " +
                               failing.address() + " answers SERVFAIL");
  const auto gone = name_server({}, Mood::gone);
  const auto unreachable = require_error(ask({&gone}), ErrorKind::not_resolved);
  CHECK(unreachable.message == "name \"cache.example.org.\" does not resolve: the name server at " +
                                   gone.address() + " cannot be reached");
  CHECK_THAT(unreachable.hint, ContainsSubstring("no name server answers"));
  const auto silent = name_server({}, Mood::held);
  const auto late = require_error(ask({&silent}, 200ms), ErrorKind::timed_out);
  CHECK(late.phase == Phase::resolve);
  CHECK_THAT(late.hint, ContainsSubstring("/etc/resolv.conf"));
}

TEST_CASE("the next name server is asked when one fails, is gone or is silent") {
  const auto good = name_server({"192.0.2.1"});
  for (const auto mood : {Mood::failing, Mood::gone, Mood::held}) {
    const auto bad = name_server({"192.0.2.9"}, mood);
    CAPTURE(mood);
    CHECK(require_ok(ask({&bad, &good})).addresses.at(0).text == "192.0.2.1:6379");
  }
}
