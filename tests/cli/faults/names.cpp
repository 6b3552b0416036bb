// Names that resolve slowly, wrongly or not at all.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "cli/faults/fault.hpp"
#include "support/backlog.hpp"
#include "support/name_server.hpp"

namespace fogis::testing::faults {
namespace {

using Mood = NameServer::Mood;

constexpr auto kName = "cache.example.org";

/// A server with a name that our name server knows.
struct NamedServer {
  NamedServer(std::vector<std::string> addresses, Mood mood, const RedisServer::Options& options)
      : names({{kName, std::move(addresses)}}, mood), server(options) {}

  NameServer names;
  RedisServer server;
};

Trial ping_by_name(const std::shared_ptr<NamedServer>& world, const std::string& name = kName) {
  auto trial = ping(fmt::format("redis://{}:{}", name, world->server.port()));
  trial.program = world->names.asked_by(trial.program);
  trial.world = world;
  return trial;
}

std::function<Trial()> named(const std::vector<std::string>& addresses, Mood mood = Mood::prompt,
                             const std::vector<std::string>& arguments = {}) {
  return [=] {
    if (!can_rename()) {
      SKIP("needs the right to mount over resolv.conf");
    }
    return ping_by_name(std::make_shared<NamedServer>(
        addresses, mood, RedisServer::Options{.arguments = arguments, .tcp = true}));
  };
}

Trial unknown_name() {
  auto trial = named({"127.0.0.1"})();
  trial.options.back() = "redis://nobody.example.org";
  return trial;
}

/// Answers once the program waits for it.
Trial slow_name() {
  auto trial = named({"127.0.0.1"}, Mood::held)();
  trial.meanwhile = [world = std::static_pointer_cast<NamedServer>(trial.world)](Process&) {
    world->names.wait_for_question();
    world->names.release();
  };
  return trial;
}

// The resolver prefers what is nearest to our own address, so the first is always this one.
constexpr auto kFirstAddress = "127.0.0.1";
constexpr auto kSecondAddress = "127.0.0.2";

/// The server listens on the second address alone.
std::function<Trial()> on_second_address() {
  return named({kFirstAddress, kSecondAddress}, Mood::prompt, {"--bind", kSecondAddress});
}

/// The first of two addresses takes connections no more: packets to it are dropped.
Trial silent_first_address() {
  auto trial = on_second_address()();
  const auto world = std::static_pointer_cast<NamedServer>(trial.world);
  struct Deaf {
    std::shared_ptr<NamedServer> named;
    UniqueFd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::vector<UniqueFd> fillers;
  };
  const auto deaf = std::make_shared<Deaf>();
  deaf->named = world;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(world->server.port());
  ::inet_pton(AF_INET, kFirstAddress, &address.sin_addr);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  const int yes = 1;
  ::setsockopt(deaf->listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  REQUIRE(::bind(deaf->listener.get(), generic, sizeof(address)) == 0);
  REQUIRE(::listen(deaf->listener.get(), 0) == 0);
  deaf->fillers = fill_backlog(generic, sizeof(address));
  trial.world = deaf;
  return trial;
}

std::function<Trial()> on_ipv6(const std::vector<std::string>& arguments) {
  return [=] {
    const UniqueFd probe(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      SKIP("this system has no IPv6");
    }
    return named({"::1"}, Mood::prompt, arguments)();
  };
}

}  // namespace

Chapter names() {
  using std::chrono::milliseconds;
  return {"Names",
          {
              {.id = "name-unknown",
               .happening = "the name does not exist",
               .outcome = "not_resolved in resolve",
               .exit_code = 3,
               .hint = "check the spelling",
               .limit = kAmple,
               .stage = unknown_name},
              {.id = "name-server-gone",
               .happening = "no name server answers, its port is closed",
               .outcome = "not_resolved in resolve",
               .exit_code = 3,
               .hint = "no name server answers",
               .limit = kAmple,
               .stage = named({"127.0.0.1"}, Mood::gone)},
              {.id = "name-server-silent",
               .happening = "the name server does not answer in time",
               .outcome = "timed_out in resolve",
               .exit_code = 3,
               .hint = "check /etc/resolv.conf",
               .limit = kShort,
               .lasts_to_the_limit = true,
               .stage = named({"127.0.0.1"}, Mood::held)},
              {.id = "name-slow",
               .happening = "the name server answers late, but in time",
               .outcome = "answered",
               .limit = kAmple,
               .stage = slow_name},
              {.id = "name-first-address-refuses",
               .happening = "of two addresses the first refuses",
               .outcome = "answered",
               .limit = kAmple,
               .stage = on_second_address()},
              {.id = "name-first-address-silent",
               .happening = "of two addresses the first drops packets: it gets half of the time",
               .outcome = "answered",
               .limit = milliseconds(2000),
               .at_least = milliseconds(1000),
               .stage = silent_first_address},
              {.id = "name-every-address-refuses",
               .happening = "every address of the name refuses",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "Connection refused; 127.0.0.3:",
               .limit = kAmple,
               .stage = named({"127.0.0.2", "127.0.0.3"})},
              {.id = "name-ipv6-only",
               .happening = "the name has an IPv6 address alone, and a server listens there",
               .outcome = "answered",
               .limit = kAmple,
               .stage = on_ipv6({"--bind", "127.0.0.1", "::1"})},
              {.id = "name-ipv6-only-refused",
               .happening = "the name has an IPv6 address alone, the server listens on IPv4",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "nothing listens on this port",
               .limit = kAmple,
               .stage = on_ipv6({})},
          }};
}

}  // namespace fogis::testing::faults
