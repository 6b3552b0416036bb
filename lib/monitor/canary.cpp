#include "monitor/canary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "base/number.hpp"
#include "base/random.hpp"
#include "redis/server_error.hpp"

namespace fogis::monitor {
namespace {

constexpr std::size_t kFlock = 5;  ///< enough to see an order, too few to be a load
constexpr auto kPatience = std::chrono::seconds(2);

redis::Subscriber::Options subscriber_options(const redis::Timeouts& timeouts) {
  // No second attempt: a lost connection is a result here, and the next call opens a new one.
  redis::Subscriber::Options options;
  options.timeouts = timeouts;
  options.retry = {.retries = 0, .delay = {}, .cap = {}};
  return options;
}

Error with_advice(Error error, std::string_view channel) {
  if (error.kind == ErrorKind::forbidden) {
    error.hint = fmt::format("ACL SETUSER <user> +subscribe +publish &{}", channel);
  }
  return error;
}

}  // namespace

Canary::Canary(config::ConnectionSettings settings, redis::Timeouts timeouts, const StopEvent* stop,
               std::shared_ptr<redis::Statistics> statistics)
    : settings_(std::move(settings)),
      timeouts_(timeouts),
      stop_(stop),
      statistics_(std::move(statistics)),
      channel_(fmt::format("fogis:test:{}:canary", random_hex(12))) {
  timeouts_.operation = std::min<std::chrono::nanoseconds>(timeouts_.operation, kPatience);
  timeouts_.connect = std::min<std::chrono::nanoseconds>(timeouts_.connect, kPatience);
}

void Canary::reset() {
  subscriber_.reset();
  publisher_.reset();
  flying_.clear();
  latency_.clear();
}

std::optional<std::int64_t> Canary::client_id() const {
  return subscriber_ ? subscriber_->client_id() : std::nullopt;
}

Result<void> Canary::connect(const Deadline& deadline) {
  if (!publisher_ || !publisher_->is_clean()) {
    auto opened = redis::Connection::open(settings_, deadline.within(timeouts_.connect),
                                          {.limits = {}, .statistics = statistics_});
    if (!opened) {
      publisher_.reset();
      return failure(std::move(opened.error()));
    }
    publisher_.emplace(std::move(*opened));
  }
  if (!subscriber_) {
    redis::Subscriber fresh(settings_, subscriber_options(timeouts_), stop_);
    TRY(fresh.subscribe({channel_}));
    subscriber_.emplace(std::move(fresh));
    latest_received_ = 0;
  }
  return {};
}

Result<void> Canary::publish(CanaryReport& report, const Deadline& deadline) {
  redis::Pipeline pipeline;
  flying_.clear();
  const auto now = Clock::now();
  for (std::size_t i = 0; i < kFlock; ++i) {
    flying_.emplace(next_number_, now);
    pipeline.add({"PUBLISH", channel_, fmt::format("{}", next_number_)});
    ++next_number_;
  }
  report.sent = kFlock;
  auto replies = publisher_->run(pipeline, deadline);
  if (!replies) {
    auto& error = replies.error();
    if (error.kind == ErrorKind::timed_out) {
      error.message = fmt::format("PUBLISH was not answered: {}", error.message);
    }
    return failure(std::move(error));
  }
  for (const auto& reply : *replies) {
    if (reply.is_error()) {
      return failure(redis::to_error(reply, Phase::command, publisher_->endpoint()));
    }
  }
  return {};
}

void Canary::take(const redis::Message& message, CanaryReport& report) {
  const auto number = parse_number<std::uint64_t>(message.payload);
  const auto found = number ? flying_.find(*number) : flying_.end();
  if (found == flying_.end()) {
    return;  // of an earlier call, whose patience was over
  }
  latency_.record(message.received - found->second);
  flying_.erase(found);
  ++report.delivered;
  if (*number < latest_received_) {
    ++report.disordered;
  }
  latest_received_ = std::max(latest_received_, *number);
}

Result<void> Canary::receive(CanaryReport& report, const Deadline& deadline) {
  while (!flying_.empty()) {
    TRY_ASSIGN(auto event, subscriber_->next(deadline));
    if (!event) {
      return {};  // the rest is lost
    }
    if (auto* const gap = std::get_if<redis::Resubscribed>(&*event)) {
      return failure(std::move(gap->cause));
    }
    take(std::get<redis::Message>(*event), report);
  }
  return {};
}

CanaryReport Canary::sing() {
  CanaryReport report;
  const auto unlimited = Deadline::never(stop_);
  auto done = connect(unlimited);
  if (done) {
    const auto deadline = unlimited.within(timeouts_.operation);
    done = publish(report, deadline);
    // What was sent may arrive even when its reply did not.
    const bool sent = done || done.error().kind == ErrorKind::timed_out;
    if (sent && report.sent > 0) {
      if (auto received = receive(report, deadline); !received && done) {
        done = std::move(received);
      }
    }
  }
  if (!done) {
    report.error = with_advice(std::move(done.error()), channel_);
    subscriber_.reset();
    publisher_.reset();
  } else if (!flying_.empty()) {
    subscriber_.reset();  // silent: perhaps half-open, so the next call uses another connection
  }
  report.latency = latency_.summary();
  return report;
}

}  // namespace fogis::monitor
