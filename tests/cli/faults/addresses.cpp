// Addresses at which no server is.
#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "cli/faults/fault.hpp"
#include "support/reserved_port.hpp"
#include "support/run_binary.hpp"

namespace fogis::testing::faults {
namespace {

Trial refused_port() {
  const auto port = std::make_shared<ReservedPort>();
  auto trial = ping(fmt::format("redis://127.0.0.1:{}", port->number()));
  trial.world = port;
  return trial;
}

Trial full_queue() {
  const std::shared_ptr<FakeServer> server = FakeServer::with_full_backlog();
  auto trial = ping(server->url());
  trial.world = server;
  return trial;
}

/// In a network of its own, whose loopback interface is down and so has no IPv6 address.
Trial without_ipv6() {
  ProgramOptions attempt;
  attempt.program = "unshare";
  attempt.arguments = {"--net", "--map-root-user", "true"};
  if (run_binary(attempt).exit_code != 0) {
    SKIP("this system allows no network namespace");
  }
  auto trial = ping("redis://[::1]:6379");
  trial.program.program = "unshare";
  trial.program.arguments = {"--net", "--map-root-user", binary()};
  return trial;
}

}  // namespace

Chapter unreachable_addresses() {
  return {"Addresses at which no server is",
          {
              {.id = "refused-port",
               .happening = "nothing listens on the port",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "nothing listens on this port",
               .limit = kAmple,
               .stage = refused_port},
              {.id = "refused-port-retried",
               .happening = "the same, with `--retries 2`",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "nothing listens on this port",
               .limit = kAmple,
               .stage =
                   [] {
                     return with(refused_port(), {"--retries", "2", "--retry-delay", "1ms"});
                   }},
              {.id = "no-ipv6",
               .happening = "an IPv6 address on a machine without IPv6",
               .outcome = "unreachable in connect",
               .exit_code = 3,
               .hint = "no IPv6",
               .limit = kAmple,
               .stage = without_ipv6},
              {.id = "unanswered-connect",
               .happening = "connecting gets no answer: packets are dropped",
               .outcome = "timed_out in connect",
               .exit_code = 3,
               .hint = "packets are being dropped",
               .limit = kShort,
               .lasts_to_the_limit = true,
               .stage = full_queue},
          }};
}

}  // namespace fogis::testing::faults
