// What became of messages that were published, as text and as JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/ranges.hpp"
#include "message/contract.hpp"
#include "output/style.hpp"
#include "redis/bulk_publisher.hpp"

namespace fogis::output {

/// How the messages are numbered.
enum class Numbering : std::uint8_t { message, line };

/// `message` or `line`.
std::string_view name(Numbering numbering);

/// What was read of a record that was replayed.
struct ReplaySource {
  std::uint64_t gaps = 0;  ///< that the recording told of
  Ranges torn;             ///< lines at the end of a recording that was killed
  Ranges damaged;          ///< other lines that could not be read
  double speed = 1;        ///< 0: as fast as possible
};

/// Every message that was to be published is in exactly one of confirmed, unknown, rejected,
/// refused and unsent.
struct Publication {
  std::string endpoint;
  std::string channel;  ///< empty: those of the record
  redis::ServerIdentity server;
  std::string source;  ///< `argument`, `stdin`, `file`, `built` or `replay`
  Numbering numbering = Numbering::message;
  std::chrono::system_clock::time_point started;
  std::chrono::nanoseconds lasted{};
  redis::PublishAccount account;
  Ranges refused;  ///< by us: invalid on a channel of FOGIS
  Ranges unsent;
  /// Larger than the server's hard limit for the output buffer of a subscriber: it cuts off whoever
  /// should receive them.
  Ranges oversized;
  std::int64_t buffer_limit = 0;  ///< that limit in bytes, when there are any
  /// Whether the number of unsent ones is known; not when the input was not read to its end.
  bool complete = true;
  std::uint64_t blank_lines = 0;
  /// Subscribers of the channel on the other nodes of a cluster, which PUBLISH does not count;
  /// nothing: not a cluster, or several channels.
  std::optional<std::int64_t> elsewhere;
  std::string unseen_nodes;  ///< why there may be more of them; empty: there are not
  std::optional<std::uint64_t> wanted_receivers;  ///< by --require-receivers
  /// The judgements on the first refused messages, by their numbers.
  std::vector<std::pair<std::uint64_t, message::Judgement>> judgements;
  std::optional<ReplaySource> replay;
  bool interrupted = false;
  std::optional<Error> error;

  static constexpr std::size_t kMostJudgements = 20;

  [[nodiscard]] std::uint64_t total() const;
  [[nodiscard]] double rate() const;
  /// Whether each confirmed message had as many receivers as were wanted, in a cluster those on
  /// other nodes included.
  [[nodiscard]] bool has_receivers() const;
  /// Whether receivers were cut off by a message that is too large for them.
  [[nodiscard]] bool has_cut_receivers() const;
};

/// The result for stdout: one line for one message, else the counts, and which ones were not
/// confirmed.
std::string publication_text(const Publication& publication, const Style& style);

/// For -q: the number of receivers of one message, or the number of confirmed messages.
std::string publication_quiet(const Publication& publication);

/// The document `fogis-redis/publish`.
std::string publication_json(const Publication& publication);

}  // namespace fogis::output
