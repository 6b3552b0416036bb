#include "redis/canary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "base/number.hpp"
#include "base/random.hpp"
#include "redis/server_error.hpp"

namespace fogis::redis {
namespace {

constexpr auto kPatience = std::chrono::seconds(2);

/// The one right that is missing: a server names the first that it misses.
Error with_hint(Error error, std::string_view channel) {
  if (error.kind == ErrorKind::forbidden) {
    const auto names = [&](std::string_view text) {
      return error.message.find(text) != std::string::npos;
    };
    error.hint =
        fmt::format("ACL SETUSER <user> {}", names("'subscribe'") ? "+subscribe"
                                             : names("'publish'") ? "+publish"
                                                                  : fmt::format("&{}", channel));
  }
  return error;
}

}  // namespace

Canary::Canary(config::ConnectionSettings settings, Options options, const StopEvent* stop)
    : settings_(std::move(settings)), options_(std::move(options)), stop_(stop) {
  auto& operation = options_.timeouts.operation;
  operation = std::min<std::chrono::nanoseconds>(operation, kPatience);
  if (options_.channel.empty()) {
    options_.channel = fmt::format("fogis:test:{}:canary", random_hex(12));
  }
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
    auto opened = Connection::open(settings_, deadline.within(options_.timeouts.connect),
                                   {.limits = {}, .statistics = options_.statistics});
    if (!opened) {
      publisher_.reset();
      return failure(std::move(opened.error()));
    }
    publisher_.emplace(std::move(*opened));
  }
  if (!subscriber_) {
    Subscriber::Options options;
    options.timeouts = options_.timeouts;
    // No second attempt: a lost connection is a result here, and the next call opens a new one.
    options.retry.retries = 0;
    options.statistics = options_.counts_received ? options_.statistics : nullptr;
    Subscriber fresh(settings_, std::move(options), stop_);
    TRY(fresh.subscribe({options_.channel}));
    subscriber_.emplace(std::move(fresh));
    latest_received_ = 0;
  }
  return {};
}

Result<void> Canary::publish(CanaryReport& report, const Deadline& deadline) {
  Pipeline pipeline;
  flying_.clear();
  const auto now = Clock::now();
  for (std::size_t i = 0; i < options_.messages; ++i) {
    flying_.emplace(next_number_, now);
    pipeline.add({"PUBLISH", options_.channel, fmt::format("{}", next_number_)});
    ++next_number_;
  }
  report.sent = options_.messages;
  auto replies = publisher_->run(pipeline, deadline);
  if (!replies) {
    auto& error = replies.error();
    if (error.kind == ErrorKind::timed_out) {
      error.message = fmt::format("no answer to PUBLISH: {}", error.message);
    }
    return failure(std::move(error));
  }
  for (const auto& reply : *replies) {
    if (reply.is_error()) {
      return failure(to_error(reply, Phase::command, publisher_->endpoint(),
                              settings_.password.value_or(Secret())));
    }
  }
  return {};
}

void Canary::take(const Message& message, CanaryReport& report) {
  const auto number = parse_number<std::uint64_t>(message.payload);
  if (!number) {
    flying_.erase(flying_.begin());
    ++report.altered;
    return;
  }
  const auto found = flying_.find(*number);
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
    if (auto* const gap = std::get_if<Resubscribed>(&*event)) {
      return failure(std::move(gap->cause));
    }
    take(std::get<Message>(*event), report);
  }
  return {};
}

CanaryReport Canary::sing() {
  CanaryReport report;
  const auto unlimited = Deadline::never(stop_);
  auto done = connect(unlimited);
  if (done) {
    const auto deadline = unlimited.within(options_.timeouts.operation);
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
    report.error = with_hint(std::move(done.error()), options_.channel);
    subscriber_.reset();
    publisher_.reset();
  } else if (!flying_.empty()) {
    subscriber_.reset();  // silent: perhaps half-open, so the next call uses another connection
  }
  report.latency = latency_.summary();
  return report;
}

}  // namespace fogis::redis
