#include "commands/receive_messages.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "message/peek.hpp"
#include "message/record.hpp"
#include "message/summary.hpp"

namespace fogis::commands {
namespace {

using output::Format;
using output::ReceptionEnd;
using Clock = Deadline::Clock;
using SystemTime = std::chrono::system_clock::time_point;

/// How long ago `made` was. In milliseconds: a message may name a moment that the clock's own
/// nanoseconds cannot tell.
std::chrono::milliseconds age_of(std::chrono::sys_time<std::chrono::milliseconds> made,
                                 SystemTime received) {
  constexpr std::chrono::milliseconds kOldest = std::chrono::hours(1);  // as far as it is measured
  const auto age = std::chrono::floor<std::chrono::milliseconds>(received) - made;
  return std::clamp(age, std::chrono::milliseconds(0), kOldest);
}

/// How often a record file is looked after while nothing is written to it.
constexpr auto kLookInterval = std::chrono::seconds(1);
constexpr std::size_t kKeptLine = std::size_t{256} * 1024;

}  // namespace

MessageReceiver::MessageReceiver(cli::Session& session, const SubscribeOptions& options,
                                 redis::Subscriber& subscriber, message::RecordFile* record)
    : session_(session),
      options_(options),
      subscriber_(subscriber),
      record_(record),
      out_(STDOUT_FILENO, &session.stop) {
  if (options.validate) {
    judge_.emplace(message::JudgeOptions());
  }
  if (record_ != nullptr) {
    look_timer_.emplace(kLookInterval);
  }
  reception_.channels = options.channels.size();
  reception_.patterns = options.patterns.size();
  reception_.wanted = options.count;
  reception_.validated = options.validate;
  reception_.filters = options.type || options.only_invalid;
}

output::Reception MessageReceiver::run() {
  reception_.started = std::chrono::system_clock::now();
  const auto begin = Clock::now();
  const auto deadline = options_.duration ? Deadline::after(*options_.duration, &session_.stop)
                                          : Deadline::never(&session_.stop);
  const auto sink = [this](const redis::MessageView& message, SystemTime received) {
    return take(message, received);
  };
  do {
    auto event = subscriber_.receive(watched(deadline), sink);
    if (!commit()) {
      break;
    }
    if (!event && event.error().kind == ErrorKind::interrupted) {
      end_with(ReceptionEnd::signal);
      break;
    }
    if (!event) {
      fail(std::move(event.error()));
      break;
    }
    if (*event) {
      note(**event);
    }
  } while (!is_over(deadline.moment()));
  reception_.lasted = Clock::now() - begin;
  finish();
  return std::move(reception_);
}

/// `deadline`, but a wait also ends when something else is to be done.
Deadline MessageReceiver::watched(const Deadline& deadline) const {
  const auto watching = out_.watched(deadline);
  return look_timer_ ? watching.or_when(look_timer_->descriptor(), POLLIN) : watching;
}

/// Takes one message. Returns whether another one is wanted.
bool MessageReceiver::take(const redis::MessageView& message, SystemTime received) {
  ++reception_.messages;
  reception_.payload_bytes += message.payload.size();
  const auto peeked = message::peek(message.payload);
  reception_.ledger.note(message.channel, message.payload.size(), peeked.sequence, peeked.source);
  if (peeked.timestamp) {
    reception_.latency.record(age_of(*peeked.timestamp, received));
  }
  return keep(message, received) && (!options_.count || reception_.kept() < *options_.count);
}

/// Judges, records and shows the message, unless a filter leaves it out. Returns false when the
/// record cannot be written.
bool MessageReceiver::keep(const redis::MessageView& message, SystemTime received) {
  std::optional<message::Summary> summary;
  if (options_.type) {
    summary = message::summarize(message.payload);
    // What names no type may be a broken message of the one that is wanted.
    if (summary->names_type && summary->type != message::name(*options_.type)) {
      ++reception_.filtered;
      return true;
    }
  }
  std::optional<message::Judgement> judgement;
  const bool shows_summary = session_.format == Format::text;
  if (judge_) {
    const bool reads = shows_summary && !summary;
    judgement =
        judge_->judge(message.payload, message.channel, reads ? &summary.emplace() : nullptr);
    reception_.invalid += judgement->valid() ? 0 : 1;
    reception_.with_warnings += judgement->warnings > 0 ? 1 : 0;
    if (options_.only_invalid && judgement->valid()) {
      ++reception_.filtered;
      return true;
    }
  }
  if (record_ != nullptr) {
    if (auto added = record_->add(received, message.channel, message.pattern, message.payload);
        !added) {
      fail(std::move(added.error()));
      output_failed_ = true;
      return false;
    }
  }
  show({message, received, judgement ? &*judgement : nullptr, summary ? &*summary : nullptr});
  return true;
}

void MessageReceiver::show(const output::ShownMessage& shown) {
  line_.clear();
  if (options_.records_to_stdout()) {
    message::append_recorded_message(line_, format_timestamp_us(shown.received),
                                     shown.message.channel, shown.message.pattern,
                                     shown.message.payload);
    out_.append(line_);
    return;
  }
  switch (session_.format) {
    case Format::raw:
      line_ += shown.message.payload;
      line_ += '\n';
      break;
    case Format::json:
      output::append_message_json(line_, shown);
      break;
    default:
      output::append_message_text(line_, shown, session_.style, session_.console.verbose());
  }
  out_.append(line_);
  if (line_.capacity() > kKeptLine) {
    line_ = std::string();
  }
}

void MessageReceiver::note(const redis::ConnectionEvent& event) {
  if (const auto* lost = std::get_if<redis::Disconnected>(&event)) {
    note_lost(*lost);
  } else {
    note_restored(std::get<redis::Resubscribed>(event));
  }
}

void MessageReceiver::note_lost(const redis::Disconnected& lost) {
  gap_ = output::Gap{.from = lost.heard_at,
                     .noticed = lost.noticed_at,
                     .to = {},
                     .attempts = 0,
                     .cause = lost.cause};
  auto& cuts = reception_.idle_cuts;
  cuts.note(*gap_);
  if (!cuts.is_regular()) {
    session_.console.note(
        fmt::format("connection lost, reconnecting: {}", output::describe(lost.cause)));
  } else if (cuts.count == output::IdleCuts::kFewest) {
    session_.console.note("the connection is " + cuts.text() + "; further cuts are only counted");
  }
}

void MessageReceiver::note_restored(const redis::Resubscribed& restored) {
  if (restored.demoted_to) {
    session_.console.note(fmt::format(
        "{}; subscribed again; messages published in the {} since it was last known to be the "
        "master may be lost",
        output::demotion_text(*restored.demoted_to),
        format_duration(restored.restored_at - restored.heard_at)));
  } else if (!reception_.idle_cuts.is_regular()) {
    session_.console.note(
        fmt::format("subscribed again after {}; messages published in the {} since the server was "
                    "last heard may be lost",
                    format_duration(restored.restored_at - restored.noticed_at),
                    format_duration(restored.restored_at - restored.heard_at)));
  }
  gap_.reset();
  ++reception_.gap_count;
  if (reception_.gaps.size() < output::Reception::kMostGaps) {
    reception_.gaps.push_back({restored.heard_at, restored.noticed_at, restored.restored_at,
                               restored.attempts, restored.cause, restored.demoted_to});
  }
  if (session_.format == Format::json) {
    out_.append(output::gap_json(restored.heard_at, restored.restored_at));
  }
  if (options_.records_to_stdout()) {
    out_.append(message::format_recorded_gap({restored.heard_at, restored.restored_at}));
  }
  if (record_ != nullptr && !output_failed_) {
    if (auto added = record_->add({restored.heard_at, restored.restored_at}); !added) {
      fail(std::move(added.error()));
      output_failed_ = true;
    }
  }
}

/// Lets go of what a round of receiving has brought. Returns whether going on makes sense.
bool MessageReceiver::commit() {
  if (record_ != nullptr && !output_failed_) {
    const auto committed = look_timer_->take() ? record_->check() : record_->commit();
    if (!committed) {
      fail(committed.error());
      output_failed_ = true;
    }
  }
  out_.flush();
  return !output_failed_;
}

bool MessageReceiver::is_over(Clock::time_point end) {
  if (output_failed_ || out_.failed()) {
    return true;
  }
  if (options_.count && reception_.kept() >= *options_.count) {
    end_with(ReceptionEnd::count);
    return true;
  }
  if (options_.duration && Clock::now() >= end) {
    end_with(ReceptionEnd::duration);
    return true;
  }
  // Recording is work of its own: it goes on when nobody looks.
  if (out_.closed() && record_ == nullptr) {
    end_with(ReceptionEnd::closed_output);
    return true;
  }
  return false;
}

void MessageReceiver::fail(Error error) {
  end_with(ReceptionEnd::failure);
  if (!reception_.error) {
    reception_.error = std::move(error);
  }
}

void MessageReceiver::finish() {
  if (gap_) {
    ++reception_.gap_count;
    reception_.gaps.push_back(std::move(*gap_));
  }
  if (auto written = out_.finish(); !written) {
    fail(std::move(written.error()));
    output_failed_ = true;
  }
  if (record_ != nullptr) {
    if (auto kept = record_->finish(); !kept) {
      fail(std::move(kept.error()));
      output_failed_ = true;
    }
    reception_.recorded = record_->messages();
  }
  reception_.dropped = out_.dropped();
  reception_.dropped_bytes = out_.dropped_bytes();
}

}  // namespace fogis::commands
