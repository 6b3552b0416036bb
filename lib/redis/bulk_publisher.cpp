#include "redis/bulk_publisher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "redis/server_error.hpp"
#include "redis/server_identity.hpp"

namespace fogis::redis {
namespace {

/// So much is gathered before it is written: a system call for each small message would cost more
/// than everything else.
constexpr std::size_t kWriteSize = std::size_t{16} * 1024;
/// How long answers are still waited for after a stop: they are on their way.
constexpr auto kGrace = std::chrono::seconds(1);
/// A buffer beyond this is given back when it is empty.
constexpr std::size_t kKeptCapacity = std::size_t{4} << 20U;

}  // namespace

BulkPublisher::BulkPublisher(config::ConnectionSettings settings, Options options,
                             const StopEvent* stop)
    : settings_(std::move(settings)),
      options_(std::move(options)),
      stop_(stop),
      pauses_(options_.retry) {}

Result<void> BulkPublisher::connect() {
  if (connection_) {
    return {};
  }
  const auto unlimited = Deadline::never(stop_);
  // A server that takes connections and loses them again is not to be hurried.
  if (fruitless_ > 1 && unlimited.pause(pauses_.next()) != WaitOutcome::ready) {
    return failure(interrupted_error(Phase::connect));
  }
  Backoff backoff(options_.retry);
  while (true) {
    auto opened = open();
    if (opened) {
      connection_.emplace(std::move(*opened));
      account_.reconnects += connected_before_ ? 1 : 0;
      connected_before_ = true;
      progress_ = Deadline::Clock::now();
      return {};
    }
    if (!backoff.wait(opened.error(), unlimited, options_.on_retry)) {
      return failure(unlimited.stopped() ? interrupted_error(Phase::connect)
                                         : std::move(opened.error()));
    }
  }
}

/// A connection to whatever it was before: not to a replica after a master.
Result<Connection> BulkPublisher::open() {
  const auto deadline = Deadline::after(options_.timeouts.connect, stop_);
  TRY_ASSIGN(auto opened,
             Connection::open(settings_, deadline, {.statistics = options_.statistics}));
  TRY(note_role(opened, opened.report().server, deadline));
  return opened;
}

/// Errors: not_ready when a replica answers where a master did.
Result<void> BulkPublisher::note_role(Connection& connection, const ServerIdentity& server,
                                      const Deadline& deadline) {
  if (server.role == "master") {
    was_master_ = true;
    proven_ = account_.confirmed;
  }
  if (!was_master_ || !server.is_replica()) {
    return {};
  }
  const auto known = identify(connection, deadline);
  account_.demoted_to = known ? known->master : std::string();
  account_.unproven += account_.confirmed - proven_;
  proven_ = account_.confirmed;
  auto error = make_error(
      ErrorKind::not_ready, Phase::connect,
      fmt::format("the server was demoted: it is a replica{} now",
                  account_.demoted_to->empty() ? "" : " of " + *account_.demoted_to),
      "publish to the new master; a replica passes messages on to its own subscribers only");
  error.endpoint = connection.endpoint();
  return failure(std::move(error));
}

void BulkPublisher::verify_master(const Deadline& deadline) {
  if (!was_master_ || !connection_ || !flying_.empty()) {
    return;
  }
  const auto* const version = settings_.protocol == config::RespVersion::resp3 ? "3" : "2";
  const auto hello = connection_->command({"HELLO", version}, deadline);
  if (hello && !hello->is_error()) {
    // The account has it.
    [[maybe_unused]] const auto role = note_role(*connection_, identify_by_hello(*hello), deadline);
  }
}

Result<void> BulkPublisher::publish(std::string_view channel, std::string_view payload,
                                    std::uint64_t number) {
  if (refusal_) {
    return failure(*refusal_);
  }
  // Once full, the window empties by half: refilling it for each answer would mean a system call
  // for each message.
  if (window_filled(1)) {
    while (window_filled(2)) {
      TRY(step(Deadline::never(stop_)));
      if (refusal_) {
        return failure(*refusal_);
      }
    }
  }
  enqueue(channel, payload, number);
  if (base_ + bytes_.size() - offset_ < kWriteSize || !connection_) {
    return {};
  }
  auto written = write();
  return written ? Result<void>() : lose(std::move(written.error()));
}

/// Whether a window of 1/`share` of the size would be full.
bool BulkPublisher::window_filled(std::size_t share) const {
  return under_way() != 0 && (under_way() >= options_.window / share ||
                              bytes_under_way_ >= options_.window_bytes / share);
}

void BulkPublisher::enqueue(std::string_view channel, std::string_view payload,
                            std::uint64_t number) {
  const std::array<std::string_view, 3> arguments{"PUBLISH", channel, payload};
  if (under_way() == 0) {
    progress_ = Deadline::Clock::now();
  }
  append_command(bytes_, arguments);
  queued_.push_back({number, payload.size(), base_ + bytes_.size()});
  bytes_under_way_ += payload.size();
}

Result<void> BulkPublisher::flush() {
  while (!flying_.empty() || has_unwritten()) {
    TRY(step(Deadline::never(stop_)));
  }
  return refusal_ ? Result<void>(failure(*refusal_)) : Result<void>();
}

Result<void> BulkPublisher::run_until(Deadline::Clock::time_point moment) {
  const auto deadline = Deadline::at(moment, stop_);
  while (!flying_.empty() || has_unwritten()) {
    TRY(step(deadline));
    if (!has_unwritten() && deadline.expired()) {
      break;
    }
  }
  if (refusal_) {
    return failure(*refusal_);
  }
  return deadline.wait(-1, 0) == WaitOutcome::stopped
             ? Result<void>(failure(interrupted_error(Phase::command)))
             : Result<void>();
}

Ranges BulkPublisher::unsent() const {
  Ranges numbers;
  for (const auto& message : queued_) {
    numbers.add(message.number);
  }
  return numbers;
}

/// A server that closed the connection while nothing was under way costs no message, when it is
/// noticed before the next one is written.
void BulkPublisher::drop_broken_idle_connection() {
  if (!connection_ || !flying_.empty() || offset_ != begin_ || connection_->is_clean()) {
    return;
  }
  auto cause = make_error(ErrorKind::disconnected, Phase::command,
                          "the server closed the connection while it was idle");
  cause.endpoint = connection_->endpoint();
  if (options_.on_loss) {
    options_.on_loss(cause);
  }
  connection_.reset();
}

/// When the peer must have done something: answered the oldest message, or taken some bytes.
Deadline::Clock::time_point BulkPublisher::patience_end() const {
  return (flying_.empty() ? progress_ : flying_.front().sent) + options_.timeouts.operation;
}

/// Does what can be done now; when that is nothing, waits until something can or `deadline` is
/// over.
Result<void> BulkPublisher::step(const Deadline& deadline) {
  drop_broken_idle_connection();
  TRY(connect());
  auto written = write();
  if (!written) {
    return lose(std::move(written.error()));
  }
  auto taken = take_answers();
  if (!taken) {
    return lose(std::move(taken.error()));
  }
  if (*written || *taken) {
    return {};
  }
  const auto patience = patience_end();
  auto waited =
      connection_->await(has_unwritten(), deadline.within(patience - Deadline::Clock::now()));
  if (waited) {
    return {};
  }
  auto& error = waited.error();
  if (error.kind == ErrorKind::timed_out && Deadline::Clock::now() < patience) {
    return {};
  }
  return lose(std::move(error));
}

/// Writes what the connection takes. Returns whether it took anything.
Result<bool> BulkPublisher::write() {
  if (!has_unwritten()) {
    return false;
  }
  TRY_ASSIGN(const auto written,
             connection_->write_some(std::string_view(bytes_).substr(offset_ - base_)));
  if (written == 0) {
    return false;
  }
  offset_ += written;
  progress_ = Deadline::Clock::now();
  while (!queued_.empty() && queued_.front().end <= offset_) {
    const auto& message = queued_.front();
    begin_ = message.end;
    flying_.push_back({message.number, message.payload, progress_});
    queued_.pop_front();
  }
  if (queued_.empty()) {
    base_ += bytes_.size();
    bytes_.clear();
    if (bytes_.capacity() > kKeptCapacity) {
      bytes_.shrink_to_fit();
    }
  } else if (begin_ - base_ > bytes_.size() / 2) {
    bytes_.erase(0, begin_ - base_);
    base_ = begin_;
  }
  return true;
}

/// Takes the answers that have arrived. Returns whether there were any.
Result<bool> BulkPublisher::take_answers() {
  bool any = false;
  while (true) {
    std::size_t count = 0;
    TRY_ASSIGN(const auto used, take_plain_answers(connection_->arrived(), count));
    connection_->consume(used, count);
    any = any || count > 0;
    TRY_ASSIGN(auto reply, connection_->take_arrived());
    if (!reply) {
      return any;
    }
    any = true;
    TRY(take_answer(*reply));
  }
}

/// Reads the numbers (`:3\r\n`) at the beginning of `bytes`. Returns how many bytes they took, and
/// adds to `count` how many they were.
Result<std::size_t> BulkPublisher::take_plain_answers(std::string_view bytes, std::size_t& count) {
  constexpr std::size_t kMostDigits = 10;
  std::size_t used = 0;
  while (used < bytes.size() && bytes[used] == ':') {
    std::int64_t value = 0;
    auto i = used + 1;
    for (; i < bytes.size() && bytes[i] >= '0' && bytes[i] <= '9' && i <= used + kMostDigits; ++i) {
      value = value * 10 + (bytes[i] - '0');
    }
    if (i == used + 1 || !bytes.substr(i).starts_with("\r\n")) {
      break;
    }
    if (flying_.empty()) {
      return failure(unasked_answer());
    }
    confirm(value);
    used = i + 2;
    ++count;
  }
  return used;
}

Result<void> BulkPublisher::take_answer(const Reply& reply) {
  if (reply.type == ReplyType::push) {
    return {};
  }
  if (flying_.empty()) {
    return failure(unasked_answer());
  }
  if (reply.type == ReplyType::integer) {
    confirm(reply.integer);
    return {};
  }
  if (!reply.is_error()) {
    return failure(
        make_error(ErrorKind::protocol, Phase::command,
                   fmt::format("PUBLISH returned {} instead of a count", describe(reply)),
                   "check that the address is that of a Redis server"));
  }
  if (!refusal_) {
    refusal_ = to_error(reply, Phase::command, connection_->endpoint(),
                        settings_.password.value_or(Secret()));
  }
  account_.rejected.add(flying_.front().number);
  bytes_under_way_ -= flying_.front().payload;
  flying_.pop_front();
  return {};
}

void BulkPublisher::confirm(std::int64_t receivers) {
  ++account_.confirmed;
  account_.confirmed_bytes += flying_.front().payload;
  account_.deliveries += static_cast<std::uint64_t>(receivers);
  account_.fewest_receivers = std::min(account_.fewest_receivers, receivers);
  account_.most_receivers = std::max(account_.most_receivers, receivers);
  bytes_under_way_ -= flying_.front().payload;
  flying_.pop_front();
  fruitless_ = 0;
  pauses_.reset();
}

/// Gives the connection up: what was sent whole and has no answer is unknown, what was sent in part
/// is sent again. Fails only when there is to be no other connection.
Result<void> BulkPublisher::lose(Error cause) {
  if (cause.kind == ErrorKind::interrupted) {
    settle(Deadline::after(kGrace, nullptr));
  } else if (cause.kind == ErrorKind::disconnected) {
    // A failed write does not keep what had been answered before from being read.
    settle(Deadline::after(options_.timeouts.operation, stop_));
  }
  for (const auto& message : flying_) {
    account_.unknown.add(message.number);
    bytes_under_way_ -= message.payload;
  }
  flying_.clear();
  offset_ = begin_;
  if (cause.endpoint.empty()) {
    cause.endpoint = settings_.endpoint();
  }
  connection_.reset();
  ++fruitless_;
  if (cause.kind == ErrorKind::interrupted) {
    return failure(std::move(cause));
  }
  if (options_.on_loss) {
    options_.on_loss(cause);
  }
  if (!cause.retryable || fruitless_ > options_.retry.retries + 1) {
    return failure(std::move(cause));
  }
  return {};
}

/// Takes answers, without sending more, until all have come, the connection ends or `deadline` is
/// over.
void BulkPublisher::settle(const Deadline& deadline) {
  while (true) {
    if (!take_answers() || flying_.empty() || !connection_->await(false, deadline)) {
      return;
    }
  }
}

Error BulkPublisher::unasked_answer() const {
  return make_error(
      ErrorKind::protocol, Phase::command, "the server sent an unexpected reply",
      "something between this client and the server mixes up replies, e.g. a broken proxy");
}

}  // namespace fogis::redis
