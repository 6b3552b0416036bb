// A connection as its two directions, for those who keep many commands or messages under way.
#include <poll.h>

#include <utility>

#include "net/stream.hpp"
#include "redis/connection.hpp"

namespace fogis::redis {

std::string_view Connection::arrived() const {
  return reader_.peek();
}

void Connection::consume(std::size_t bytes, std::size_t replies) {
  reader_.skip(bytes);
  if (statistics_) {
    statistics_->operations_done(replies);
  }
}

Result<std::optional<Reply>> Connection::take_arrived() {
  TRY(check_usable());
  auto reply = take_reply(Pushes::wanted);
  if (!reply) {
    return failure(fault(std::move(reply.error())));
  }
  if (*reply && statistics_) {
    statistics_->operations_done(1);
  }
  return reply;
}

Result<std::size_t> Connection::write_some(std::string_view bytes) {
  TRY(check_usable());
  const auto written = stream_->write(bytes);
  if (written.status == net::IoStatus::closed || written.status == net::IoStatus::failed) {
    auto error = io_fault(written.status);
    error.endpoint = endpoint_;
    return failure(std::move(error));
  }
  if (written.status == net::IoStatus::done && statistics_) {
    statistics_->bytes_sent(written.bytes);
  }
  return written.status == net::IoStatus::done ? written.bytes : 0;
}

Result<void> Connection::await(bool to_write, const Deadline& deadline) {
  TRY(check_usable());
  if (!stream_->has_pending()) {
    const auto events = static_cast<short>(read_events_ | (to_write ? POLLOUT : 0));
    if (auto ready = wait(events, deadline, "no reply"); !ready) {
      ready.error().endpoint = endpoint_;
      if (ready.error().kind == ErrorKind::internal) {
        return failure(fault(std::move(ready.error())));
      }
      return ready;
    }
  }
  if (auto fed = read_some(); !fed) {
    return failure(fault(std::move(fed.error())));
  }
  return {};
}

}  // namespace fogis::redis
