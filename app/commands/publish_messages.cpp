#include "commands/publish_messages.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/target.hpp"
#include "message/channels.hpp"
#include "output/findings.hpp"
#include "redis/output_buffer_limit.hpp"

namespace fogis::commands {
namespace {

using Clock = Deadline::Clock;

/// The progress line is looked at by a person: not with each message.
constexpr std::uint64_t kProgressStep = 4096;
/// No server limits the output buffer of its subscribers to less: its clients would be cut by their
/// acknowledgements. Smaller messages need no question.
constexpr std::size_t kSurelyDelivered = std::size_t{16} * 1024;

/// For a last question to the server, also after Ctrl-C.
constexpr auto kVerification = std::chrono::seconds(1);

/// The hard limit of a subscriber's output buffer in bytes; 0 when there is none, or when the
/// server does not tell.
std::int64_t ask_buffer_limit(const config::Config& config, const StopEvent& stop) {
  auto connection =
      redis::Connection::open(config.connection, Deadline::after(config.connect_timeout, &stop));
  if (!connection) {
    return 0;
  }
  const auto reply = connection->command({"CONFIG", "GET", "client-output-buffer-limit"},
                                         Deadline::after(config.timeout, &stop));
  if (!reply || reply->elements.size() != 2) {
    return 0;
  }
  const auto limit = redis::parse_output_buffer_limit(reply->elements[1].text, "pubsub");
  return limit ? limit->hard : 0;
}

}  // namespace

MessagePublisher::MessagePublisher(cli::Session& session, const config::Config& config,
                                   const Options& options)
    : session_(session),
      config_(config),
      options_(options),
      progress_(session.console),
      publisher_(config.connection, publisher_options(config), &session.stop),
      judge_(message::JudgeOptions()) {
  progress_.doing(fmt::format("connecting to {}", config.connection.endpoint()));
}

redis::BulkPublisher::Options MessagePublisher::publisher_options(const config::Config& config) {
  auto options =
      cli::connect_with<redis::BulkPublisher::Options>(config, cli::configured_retries(config));
  options.on_loss = [this](const Error& cause) {
    progress_.hide();
    session_.console.note(fmt::format("connection lost: {}", output::describe(cause)));
  };
  options.on_retry = [this](const redis::RetryNotice& notice) {
    progress_.hide();
    session_.console.detail(fmt::format("attempt {} failed: {}; retrying in {}", notice.attempt,
                                        output::describe(notice.error),
                                        format_duration(notice.delay)));
  };
  return options;
}

Result<void> MessagePublisher::publish(std::string_view channel, std::string_view payload,
                                       std::uint64_t number) {
  return refuses(channel, payload, number) ? Result<void>() : send(channel, payload, number);
}

Result<void> MessagePublisher::send(std::string_view channel, std::string_view payload,
                                    std::uint64_t number) {
  if (options_.rate) {
    const std::chrono::duration<double> turn(static_cast<double>(sent_) / *options_.rate);
    if (auto waited = wait_until(begin_ + std::chrono::duration_cast<Clock::duration>(turn));
        !waited) {
      skip(number);
      return waited;
    }
  }
  measure(payload, number);
  auto published = publisher_.publish(channel, payload, number);
  if (!published) {
    skip(number);
    return published;
  }
  if (++sent_ % kProgressStep == 0) {
    show_progress();
  }
  return {};
}

/// Notes a message that the server will not deliver: its copy for a receiver is above the hard
/// limit of a subscriber's output buffer. The server answers with the number of receivers, then
/// cuts them.
void MessagePublisher::measure(std::string_view payload, std::uint64_t number) {
  if (payload.size() < kSurelyDelivered) {
    return;
  }
  if (!buffer_limit_) {
    buffer_limit_ = ask_buffer_limit(config_, session_.stop);
  }
  if (*buffer_limit_ > 0 && payload.size() > static_cast<std::uint64_t>(*buffer_limit_)) {
    oversized_.add(number);
  }
}

Result<void> MessagePublisher::wait_until(Clock::time_point moment) {
  if (Clock::now() >= moment) {
    return {};  // late already: several messages may leave together
  }
  show_progress();
  return publisher_.run_until(moment);
}

bool MessagePublisher::refuses(std::string_view channel, std::string_view payload,
                               std::uint64_t number) {
  if (!options_.validate || !message::is_production_channel(channel)) {
    return false;
  }
  auto judgement = judge_.judge(payload);
  if (judgement.valid()) {
    return false;
  }
  refused_.add(number);
  if (judgements_.size() < output::Publication::kMostJudgements) {
    progress_.hide();
    if (!session_.console.quiet()) {
      session_.console.raw(
          fmt::format("message {} is invalid on {}:\n{}", number, escape_for_terminal(channel),
                      output::findings_text(judgement, session_.console.style(), "  ")));
    }
    judgements_.emplace_back(number, std::move(judgement));
  }
  return true;
}

void MessagePublisher::refuse_copies(std::uint64_t count) {
  if (count > 1) {
    refused_.add(2, count);
  }
}

void MessagePublisher::show_progress() {
  if (session_.console.style().terminal) {
    const auto share =
        total_ == 0 ? std::string() : fmt::format("{} % of {}, ", sent_ * 100 / total_, total_);
    progress_.doing(fmt::format("publishing: {}{} sent, {} confirmed", share, sent_,
                                publisher_.account().confirmed));
  }
}

void MessagePublisher::finish(output::Publication& publication, const std::optional<Error>& error) {
  progress_.hide();
  publication.started = started_;
  publication.lasted = Clock::now() - begin_;
  publisher_.verify_master(Deadline::after(kVerification, nullptr));
  publication.account = publisher_.account();
  publication.refused = std::move(refused_);
  publication.oversized = std::move(oversized_);
  publication.buffer_limit = buffer_limit_.value_or(0);
  publication.judgements = std::move(judgements_);
  publication.unsent = publisher_.unsent();
  for (const auto& [first, last] : never_tried_.list()) {
    publication.unsent.add(first, last);
  }
  publication.interrupted = error && error->kind == ErrorKind::interrupted;
  if (error && !publication.interrupted) {
    publication.error = error;
  }
}

}  // namespace fogis::commands
