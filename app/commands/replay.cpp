#include "commands/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <variant>

#include "message/channels.hpp"
#include "message/record.hpp"

namespace fogis::commands {
namespace {

using Clock = Deadline::Clock;
using message::RecordedGap;
using message::RecordedMessage;
using message::RecordHeader;

Error unusable(std::string message, std::string hint) {
  return make_error(ErrorKind::usage, Phase::usage, std::move(message), std::move(hint));
}

/// Goes over the lines of a recording and counts what it finds.
class Inspection {
public:
  explicit Inspection(output::ReplaySource& source) : source_(source) {}

  /// Errors: the file does not begin as a record does.
  Result<void> look_at(std::string_view line, std::uint64_t number) {
    const auto parsed = message::parse_record_line(line);
    if (number == 1 && (!parsed || !std::holds_alternative<RecordHeader>(*parsed))) {
      return failure(unusable(fmt::format("this is not a record: line 1: {}",
                                          parsed ? "a record starts with its kind and version"
                                                 : parsed.error().message),
                              "give a file written by subscribe --record"));
    }
    if (!parsed) {
      settle(false);
      unreadable_ = number;
      is_cut_off_ = message::is_cut_off(line);
      return {};
    }
    settle(std::holds_alternative<RecordHeader>(*parsed));
    source_.gaps += std::holds_alternative<RecordedGap>(*parsed) ? 1 : 0;
    if (const auto* found = std::get_if<RecordedMessage>(&*parsed);
        found != nullptr && message::is_production_channel(found->channel)) {
      production_.insert(found->channel);
    }
    return {};
  }

  void end() { settle(true); }

  [[nodiscard]] const std::set<std::string>& production() const { return production_; }

private:
  /// A line without its end is where a recording was killed, when nothing or a new recording
  /// follows; otherwise somebody has damaged the file.
  void settle(bool recording_ends) {
    if (unreadable_ != 0) {
      (recording_ends && is_cut_off_ ? source_.torn : source_.damaged).add(unreadable_);
      unreadable_ = 0;
    }
  }

  output::ReplaySource& source_;
  std::uint64_t unreadable_ = 0;
  bool is_cut_off_ = false;  ///< of that line
  std::set<std::string> production_;
};

}  // namespace

Result<void> inspect_recording(Input& input, const ReplayPlan& plan, output::ReplaySource& source) {
  if (!input.is_regular()) {
    return failure(unusable("a record must be a regular file",
                            "it is read twice: first to check whether it may be replayed"));
  }
  Inspection inspection(source);
  bool is_empty = true;
  while (true) {
    TRY_ASSIGN(const auto line, input.next());
    if (!line) {
      break;
    }
    is_empty = false;
    TRY(inspection.look_at(line->text, line->number));
  }
  if (is_empty) {
    return failure(
        unusable("this is not a record: it is empty", "give a file written by subscribe --record"));
  }
  inspection.end();
  if (!inspection.production().empty() && !plan.to) {
    return failure(unusable(fmt::format("the recording has messages of the production channel {}",
                                        *inspection.production().begin()),
                            "give --to CHANNEL, preferably a channel of your own; services listen "
                            "on the original one"));
  }
  input.rewind();
  return {};
}

Result<void> replay(Input& input, const ReplayPlan& plan, MessagePublisher& publisher) {
  std::optional<std::chrono::system_clock::time_point> first;
  std::chrono::nanoseconds latest{};
  Clock::time_point begin;
  Result<void> outcome;
  while (true) {
    const auto line = input.next();
    if (!line) {
      return outcome ? Result<void>(failure(line.error())) : outcome;
    }
    if (!*line) {
      break;
    }
    auto parsed = message::parse_record_line((*line)->text);
    const auto* const recorded = parsed ? std::get_if<RecordedMessage>(&*parsed) : nullptr;
    if (recorded == nullptr) {
      continue;
    }
    if (!outcome) {
      input.ignore_stop();
      publisher.skip((*line)->number);
      continue;
    }
    if (!first) {
      first = recorded->received;
      begin = Clock::now();
    }
    if (plan.speed > 0) {
      // A clock that was set back while recording does not reorder the messages.
      latest = std::max<std::chrono::nanoseconds>(latest, recorded->received - *first);
      const std::chrono::duration<double, std::nano> delay(static_cast<double>(latest.count()) /
                                                           plan.speed);
      outcome = publisher.wait_until(begin + std::chrono::duration_cast<Clock::duration>(delay));
      if (!outcome) {
        publisher.skip((*line)->number);
        continue;
      }
    }
    outcome = publisher.publish(plan.to ? *plan.to : recorded->channel, recorded->payload,
                                (*line)->number);
  }
  return outcome ? publisher.flush() : outcome;
}

}  // namespace fogis::commands
