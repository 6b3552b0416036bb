// The work of subscribe: receives, judges, shows and records.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/signals.hpp"
#include "message/contract.hpp"
#include "message/record_file.hpp"
#include "message/shape.hpp"
#include "output/message_stream.hpp"
#include "output/reception.hpp"
#include "output/writer.hpp"
#include "redis/subscriber.hpp"

namespace fogis::commands {

/// What subscribe was asked for.
struct SubscribeOptions {
  std::vector<std::string> channels;
  std::vector<std::string> patterns;
  std::optional<std::uint64_t> count;
  std::optional<std::chrono::nanoseconds> duration;
  std::optional<message::Type> type;  ///< to keep; absent: all
  bool validate = false;
  bool only_invalid = false;  ///< keep those alone; needs validate
  bool skip_refused = false;
  std::size_t max_message_size = redis::kMostReplyBytes;  ///< bytes
  std::optional<std::string> record;  ///< a path; - is stdout, in place of the text

  /// Whether it ends by itself.
  [[nodiscard]] bool has_end() const { return count || duration; }
  [[nodiscard]] bool records_to_stdout() const { return record == "-"; }
};

/// Receives messages until an option, a signal, a failure or a closed stdout ends it. Used once, by
/// one thread.
class MessageReceiver {
public:
  /// `subscriber` has its subscriptions. Owns none of its arguments, which must outlive it;
  /// `record` may be null.
  MessageReceiver(cli::Session& session, const SubscribeOptions& options,
                  redis::Subscriber& subscriber, message::RecordFile* record);

  /// Returns what it saw. The stdout of the session has all messages by then.
  output::Reception run();

  /// Whether a result could not be written: the reception's error tells.
  [[nodiscard]] bool output_failed() const { return output_failed_; }

private:
  bool take(const redis::MessageView& message, std::chrono::system_clock::time_point received);
  bool keep(const redis::MessageView& message, std::chrono::system_clock::time_point received);
  void show(const output::ShownMessage& shown);
  void note(const redis::ConnectionEvent& event);
  void note_lost(const redis::Disconnected& lost);
  void note_restored(const redis::Resubscribed& restored);
  [[nodiscard]] Deadline watched(const Deadline& deadline) const;
  bool commit();
  bool is_over(Deadline::Clock::time_point end);
  void end_with(output::ReceptionEnd end) { reception_.end = end; }
  void fail(Error error);
  void finish();

  cli::Session& session_;
  const SubscribeOptions& options_;
  redis::Subscriber& subscriber_;
  message::RecordFile* record_;
  std::optional<cli::LookTimer> look_timer_;  ///< for the record
  std::optional<message::Judge> judge_;
  output::Writer out_;
  output::Reception reception_;
  std::optional<output::Gap> gap_;  ///< that lasts
  std::string line_;
  bool output_failed_ = false;
};

}  // namespace fogis::commands
