// What a subscriber has seen: the figures of its summary, as text and as JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/histogram.hpp"
#include "message/ledger.hpp"
#include "output/style.hpp"

namespace fogis::output {

/// A time without a connection that is known to have worked. Messages that were published in it may
/// be missing.
struct Gap {
  std::chrono::system_clock::time_point from;               ///< when the server was last heard
  std::chrono::system_clock::time_point noticed;            ///< when the loss was noticed
  std::optional<std::chrono::system_clock::time_point> to;  ///< nothing: it lasts to the end
  unsigned attempts = 0;                                    ///< to get the connection back
  Error cause;
  std::optional<std::string> demoted_to = {};  ///< as in redis::Resubscribed
};

/// `the server was demoted: it is a replica of ADDRESS now`: what answers where a master did.
std::string demotion_text(const std::string& master);

/// Connections that were cut after the same time without a byte, again and again: something between
/// us and the server has a limit for that.
struct IdleCuts {
  std::chrono::nanoseconds after{};  ///< the mean time without a byte
  std::uint64_t count = 0;           ///< cuts in a row

  static constexpr std::uint64_t kFewest = 3;  ///< fewer may be chance

  /// Takes note of the next gap.
  void note(const Gap& gap);
  [[nodiscard]] bool is_regular() const { return count >= kFewest; }
  /// `always cut after 2.00 s idle (…)`: what is said instead of a gap each time.
  [[nodiscard]] std::string text() const;
};

/// Why a reception ended.
enum class ReceptionEnd : std::uint8_t { count, duration, signal, closed_output, failure };

/// `count`, `duration`, `signal`, `closed_output` or `failure`.
std::string_view name(ReceptionEnd end);

/// Everything that a summary tells.
struct Reception {
  std::string endpoint;
  std::chrono::system_clock::time_point started;  ///< when every subscription was acknowledged
  std::chrono::nanoseconds lasted{};
  std::size_t channels = 0;  ///< subscribed to
  std::size_t patterns = 0;
  std::vector<std::string> refused;     ///< names that the server did not allow
  std::optional<std::uint64_t> wanted;  ///< by --count
  std::uint64_t messages = 0;           ///< received
  std::uint64_t payload_bytes = 0;
  bool filters = false;        ///< some messages are neither shown nor recorded
  std::uint64_t filtered = 0;  ///< those
  bool validated = false;
  std::uint64_t invalid = 0;
  std::uint64_t with_warnings = 0;
  Histogram latency;  ///< from the messages' timestamps to their arrival
  message::ChannelLedger ledger;
  /// The first kMostGaps are kept; all are counted.
  std::vector<Gap> gaps;
  std::uint64_t gap_count = 0;
  IdleCuts idle_cuts;         ///< the latest ones
  std::uint64_t dropped = 0;  ///< not written, because stdout was too slow
  std::uint64_t dropped_bytes = 0;
  std::optional<std::uint64_t> recorded;  ///< messages in the record file, when there is one
  ReceptionEnd end = ReceptionEnd::signal;
  std::optional<Error> error;

  static constexpr std::size_t kMostGaps = 1000;

  /// Messages that no filter left out.
  [[nodiscard]] std::uint64_t kept() const { return messages - filtered; }
  /// Messages in a second; 0 when it lasted no time.
  [[nodiscard]] double rate() const;
};

/// Some lines for stderr.
std::string reception_text(const Reception& reception, const Style& style);

/// The document `fogis-redis/subscribe-summary` in one line.
std::string reception_json(const Reception& reception);

/// `12.3 kB`: bytes for people.
std::string format_bytes(std::uint64_t bytes);

}  // namespace fogis::output
