#include "redis/client.hpp"

#include <utility>

#include "redis/server_error.hpp"

namespace fogis::redis {

Client::Client(config::ConnectionSettings settings, Options options, const StopEvent* stop)
    : options_(std::move(options)),
      stop_(stop),
      statistics_(options_.statistics ? options_.statistics : std::make_shared<Statistics>()),
      pool_(std::move(settings), options_.pool_size, options_.timeouts.connect, statistics_,
            options_.limits) {}

Deadline Client::operation_deadline() const {
  return Deadline::after(options_.timeouts.operation, stop_);
}

Deadline Client::connect_deadline() const {
  return Deadline::after(options_.timeouts.connect, stop_);
}

Result<Reply> Client::command(Arguments arguments, Repeat repeat) {
  Backoff backoff(options_.retry);
  while (true) {
    auto lease = pool_.lease(connect_deadline());
    if (!lease) {
      if (!wait_before_retry(backoff, lease.error())) {
        return failure(std::move(lease.error()));
      }
      continue;
    }
    auto reply = (*lease)->command(arguments, operation_deadline());
    if (!reply) {
      // The command may have been carried out: only a repeatable one may be sent again.
      if (repeat == Repeat::never || !wait_before_retry(backoff, reply.error())) {
        return reply;
      }
      continue;
    }
    if (!reply->is_error() || classify(*reply) != ErrorKind::not_ready) {
      return reply;
    }
    // The server refused without executing, so another attempt is safe for every command.
    const auto refusal = to_error(*reply, Phase::command, (*lease)->endpoint());
    if (!wait_before_retry(backoff, refusal)) {
      return reply;
    }
  }
}

Result<Lease> Client::lease() {
  Backoff backoff(options_.retry);
  while (true) {
    auto lease = pool_.lease(connect_deadline());
    if (lease || !wait_before_retry(backoff, lease.error())) {
      return lease;
    }
  }
}

/// False when there is to be no other attempt.
bool Client::wait_before_retry(Backoff& backoff, const Error& error) {
  return backoff.wait(error, Deadline::never(stop_), options_.on_retry);
}

}  // namespace fogis::redis
