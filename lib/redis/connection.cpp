#include "redis/connection.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <cerrno>
#include <memory>
#include <span>
#include <utility>

#include "base/duration.hpp"
#include "net/stream.hpp"

namespace fogis::redis {
namespace {

using net::IoStatus;

constexpr std::size_t kReadSize = std::size_t{16} * 1024;
/// A larger buffer for outgoing commands is not kept for the next one.
constexpr std::size_t kKeptBuffer = std::size_t{64} * 1024;

/// Where bytes arrive: on the heap, because the stack would be probed page by page at each call.
std::span<char> read_buffer() {
  thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(kReadSize);
  return {buffer.get(), kReadSize};
}

Error unusable(const std::string& endpoint) {
  auto error = make_error(ErrorKind::disconnected, Phase::command,
                          "the connection was closed after an earlier error");
  error.endpoint = endpoint;
  return error;
}

Error timed_out(Phase phase, std::string_view what) {
  const bool is_set_up = phase == Phase::connect || phase == Phase::tls || phase == Phase::auth;
  return make_error(
      ErrorKind::timed_out, phase, fmt::format("{} in time", what),
      fmt::format("the server may be stopped, busy or paused: look at its process and SLOWLOG; a "
                  "longer {} allows more time",
                  is_set_up ? "--connect-timeout" : "--timeout"));
}

}  // namespace

Connection::Connection(std::unique_ptr<net::Stream> stream, OpenReport report, std::string endpoint,
                       const Options& options)
    : stream_(std::move(stream)),
      reader_(options.limits),
      report_(std::move(report)),
      endpoint_(std::move(endpoint)),
      statistics_(options.statistics) {}

Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Reply> Connection::command(Arguments arguments, const Deadline& deadline) {
  TRY(check_usable());
  outgoing_.clear();
  append_command(outgoing_, arguments);
  auto written = write_all(outgoing_, deadline);
  if (outgoing_.capacity() > kKeptBuffer) {
    outgoing_ = std::string();
  }
  auto reply = written ? next_reply(deadline) : last_words(std::move(written.error()));
  if (!reply) {
    return failure(fault(std::move(reply.error())));
  }
  TRY(finish_exchange(1));
  return reply;
}

Result<std::vector<Reply>> Connection::run(const Pipeline& pipeline, const Deadline& deadline) {
  TRY(check_usable());
  std::vector<Reply> replies;
  replies.reserve(pipeline.size());
  if (auto written = write_all(pipeline.bytes(), deadline, &replies); !written) {
    return failure(fault(std::move(written.error())));
  }
  while (replies.size() < pipeline.size()) {
    auto reply = next_reply(deadline);
    if (!reply) {
      return failure(fault(std::move(reply.error())));
    }
    replies.push_back(std::move(*reply));
  }
  if (replies.size() > pipeline.size()) {
    return failure(fault(unasked_reply()));
  }
  TRY(finish_exchange(pipeline.size()));
  return replies;
}

Result<void> Connection::send(Arguments arguments, const Deadline& deadline) {
  TRY(check_usable());
  outgoing_.clear();
  append_command(outgoing_, arguments);
  if (auto written = write_all(outgoing_, deadline); !written) {
    return failure(fault(std::move(written.error())));
  }
  return {};
}

Result<Reply> Connection::receive(const Deadline& deadline) {
  TRY(check_usable());
  auto reply = next_reply(deadline, Pushes::wanted);
  if (!reply) {
    auto& error = reply.error();
    if (error.kind == ErrorKind::timed_out || error.kind == ErrorKind::interrupted) {
      error.endpoint = endpoint_;
      return reply;
    }
    return failure(fault(std::move(error)));
  }
  if (statistics_) {
    statistics_->operations_done(1);
  }
  return reply;
}

bool Connection::is_clean() {
  return !poisoned_ && reader_.buffered() == 0 && !stream_->has_pending() && stream_->is_quiet();
}

Result<void> Connection::check_usable() const {
  if (poisoned_) {
    return failure(unusable(endpoint_));
  }
  return {};
}

Error Connection::fault(Error error) {
  poisoned_ = true;
  error.endpoint = endpoint_;
  if (statistics_) {
    statistics_->failed(error);
  }
  return error;
}

Error Connection::unasked_reply() const {
  return make_error(
      ErrorKind::protocol, phase_, "the server sent an unexpected reply",
      "something between this client and the server mixes up replies, e.g. a broken proxy");
}

/// A reply beyond the last one that was asked for would be taken for the answer to the next
/// command.
Result<void> Connection::finish_exchange(std::size_t operations) {
  auto extra = take_reply(Pushes::skipped);
  if (!extra) {
    return failure(fault(std::move(extra.error())));
  }
  if (*extra || reader_.buffered() != 0) {
    return failure(fault(unasked_reply()));
  }
  if (statistics_) {
    statistics_->operations_done(operations);
  }
  return {};
}

/// A buffered reply, if a whole one has arrived.
Result<std::optional<Reply>> Connection::take_reply(Pushes pushes) {
  while (true) {
    auto reply = reader_.next();
    if (!reply) {
      reply.error().phase = phase_;
      return reply;
    }
    if (*reply && (*reply)->type == ReplyType::push && pushes == Pushes::skipped) {
      continue;
    }
    return reply;
  }
}

/// A peer that never stops sending is always ready, so that the waits alone would never notice the
/// end of the time. One attempt is made even when the deadline has passed before.
Result<Reply> Connection::next_reply(const Deadline& deadline, Pushes pushes) {
  for (bool first = true;; first = false) {
    auto reply = take_reply(pushes);
    if (!reply) {
      return failure(std::move(reply.error()));
    }
    if (*reply) {
      return std::move(**reply);
    }
    if (!first) {
      TRY(check_time(deadline, "no complete reply"));
    }
    if (!stream_->has_pending()) {
      TRY(wait(read_events_, deadline, "no reply"));
    }
    TRY(read_some());
  }
}

/// A server that refuses us says why and closes at once (too many clients, protected mode, a TLS
/// alert). Our command then meets a closed connection, but the explanation has arrived before.
Result<Reply> Connection::last_words(Error write_error) {
  while (write_error.kind == ErrorKind::disconnected) {
    auto reply = take_reply(Pushes::skipped);
    if (!reply || *reply) {
      poisoned_ = true;
      return reply ? Result<Reply>(std::move(**reply)) : failure(std::move(reply.error()));
    }
    auto fed = read_some();
    if (!fed && fed.error().kind != ErrorKind::disconnected) {
      return failure(std::move(fed.error()));
    }
    if (!fed || reader_.buffered() == 0) {
      break;
    }
  }
  return failure(std::move(write_error));
}

/// Reads while it writes: a server that answers a long pipeline stops reading when nobody takes its
/// replies. Those that arrive are added to `replies` if it is given.
Result<void> Connection::write_all(std::string_view bytes, const Deadline& deadline,
                                   std::vector<Reply>* replies) {
  constexpr std::string_view kComplaint = "the server does not read our data";
  for (bool first = true; !bytes.empty(); first = false) {
    if (!first) {
      TRY(check_time(deadline, kComplaint));
    }
    const auto written = stream_->write(bytes);
    if (written.status == IoStatus::done) {
      bytes.remove_prefix(written.bytes);
      if (statistics_) {
        statistics_->bytes_sent(written.bytes);
      }
      continue;
    }
    if (written.status == IoStatus::closed || written.status == IoStatus::failed) {
      return failure(io_fault(written.status));
    }
    const short events =
        written.status == IoStatus::want_write ? short{POLLIN | POLLOUT} : short{POLLIN};
    TRY(wait(events, deadline, kComplaint));
    TRY(read_some());
    while (replies != nullptr) {
      TRY_ASSIGN(auto reply, take_reply(Pushes::skipped));
      if (!reply) {
        break;
      }
      replies->push_back(std::move(*reply));
    }
  }
  return {};
}

/// Feeds the reader what the stream has at hand, which may be nothing.
Result<void> Connection::read_some() {
  const auto buffer = read_buffer();
  const auto got = stream_->read(buffer);
  read_events_ = got.status == IoStatus::want_write ? short{POLLOUT} : short{POLLIN};
  switch (got.status) {
    case IoStatus::done:
      break;
    case IoStatus::want_read:
    case IoStatus::want_write:
      return {};
    case IoStatus::closed:
    case IoStatus::failed:
      return failure(io_fault(got.status));
  }
  heard_ = true;
  if (statistics_) {
    statistics_->bytes_received(got.bytes);
  }
  auto fed = reader_.feed({buffer.data(), got.bytes});
  if (!fed) {
    fed.error().phase = phase_;
  }
  return fed;
}

Error Connection::io_fault(net::IoStatus status) const {
  auto error =
      status == IoStatus::failed
          ? stream_->fault()
          : make_error(ErrorKind::disconnected, phase_, "the server closed the connection",
                       "look at its log: it may be shutting down, or have disconnected this client "
                       "(timeout, CLIENT KILL, output buffer limit)");
  if (report_.likely_proxy && error.kind == ErrorKind::disconnected) {
    error.hint =
        "this is probably a proxy (such as twemproxy): it closes the connection on commands that "
        "it "
        "does not know, as PUBLISH and SUBSCRIBE: connect to the Redis server itself";
  }
  // In TLS 1.3 a server judges our certificate after we have begun to send: late, but not a fault
  // of what we sent.
  if (error.kind != ErrorKind::untrusted) {
    error.phase = phase_;
  }
  return error;
}

Result<void> Connection::check_time(const Deadline& deadline, std::string_view what) const {
  if (deadline.stopped()) {
    return failure(interrupted_error(phase_));
  }
  if (deadline.expired()) {
    return failure(timed_out(phase_, what));
  }
  return {};
}

Result<void> Connection::wait(short events, const Deadline& deadline, std::string_view what) {
  switch (deadline.wait(stream_->descriptor(), events)) {
    case WaitOutcome::ready:
      return {};
    case WaitOutcome::stopped:
      return failure(interrupted_error(phase_));
    case WaitOutcome::expired:
      return failure(timed_out(phase_, what));
    case WaitOutcome::failed:
      break;
  }
  return failure(make_system_error(ErrorKind::internal, phase_, "cannot wait", errno));
}

}  // namespace fogis::redis
