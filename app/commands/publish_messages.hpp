// The work of publish: judges, sends at the right time, and accounts for every message.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/input.hpp"
#include "cli/command.hpp"
#include "config/config.hpp"
#include "message/contract.hpp"
#include "output/progress.hpp"
#include "output/publication.hpp"
#include "redis/bulk_publisher.hpp"

namespace fogis::commands {

/// Publishes messages one after the other and keeps the account. Used by one thread.
class MessagePublisher {
public:
  struct Options {
    bool validate = true;
    std::optional<double> rate;  ///< messages a second
  };

  /// Owns none of its arguments, which must outlive it.
  MessagePublisher(cli::Session& session, const config::Config& config, const Options& options);

  /// Errors: those of BulkPublisher::connect.
  Result<void> connect() { return publisher_.connect(); }

  /// What answers, once connected.
  [[nodiscard]] const redis::OpenReport& opened() const {
    return publisher_.connection()->report();
  }

  /// Publishes a message, or refuses one that is invalid on a channel of FOGIS. Numbers grow.
  /// Errors: as send().
  Result<void> publish(std::string_view channel, std::string_view payload, std::uint64_t number);

  /// Publishes a message that was judged. With a rate it waits for its turn.
  /// Errors: those of BulkPublisher::publish; the message is then counted as unsent.
  Result<void> send(std::string_view channel, std::string_view payload, std::uint64_t number);

  /// Sends at that moment at the earliest; until then answers are taken.
  /// Errors: those of BulkPublisher::run_until.
  Result<void> wait_until(Deadline::Clock::time_point moment);

  /// Waits for all answers. Errors: those of BulkPublisher::flush.
  Result<void> flush() { return publisher_.flush(); }

  /// Whether the message may not go onto the channel; tells why. Counts it as refused.
  bool refuses(std::string_view channel, std::string_view payload, std::uint64_t number);

  /// Counts the copies 2 to `count` of a message that was refused.
  void refuse_copies(std::uint64_t count);

  /// How many there will be, for the line that shows progress.
  void expect(std::uint64_t total) { total_ = total; }

  /// Counts messages that were never tried as unsent.
  void skip(std::uint64_t first, std::uint64_t last) { never_tried_.add(first, last); }
  void skip(std::uint64_t number) { never_tried_.add(number); }

  /// The account so far; `error` is what ended the work before its time, if anything did.
  void finish(output::Publication& publication, const std::optional<Error>& error);

private:
  redis::BulkPublisher::Options publisher_options(const config::Config& config);
  void show_progress();
  void measure(std::string_view payload, std::uint64_t number);

  cli::Session& session_;
  const config::Config& config_;
  Options options_;
  output::Progress progress_;
  std::uint64_t total_ = 0;  ///< 0: not known
  redis::BulkPublisher publisher_;
  message::Judge judge_;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  Deadline::Clock::time_point begin_ = Deadline::Clock::now();
  std::uint64_t sent_ = 0;
  Ranges refused_;
  Ranges never_tried_;
  Ranges oversized_;
  std::optional<std::int64_t> buffer_limit_;  ///< bytes; 0: none, or not known. Absent: not asked
  std::vector<std::pair<std::uint64_t, message::Judgement>> judgements_;
};

}  // namespace fogis::commands
