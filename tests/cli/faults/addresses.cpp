// Addresses at which no server is.
#include <fmt/format.h>

#include "cli/faults/fault.hpp"
#include "support/reserved_port.hpp"

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
