// What was received on each channel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "message/sequence.hpp"

namespace fogis::message {

/// Counts messages by channel. The cost of a message does not depend on the number of channels.
/// Memory is bounded: of channels beyond the first kMostChannels only the messages are counted, and
/// numbers of sources beyond the first kMostSources are not watched. Not thread-safe.
class ChannelLedger {
public:
  static constexpr std::size_t kMostChannels = 10'000;
  static constexpr std::size_t kMostSources = 20'000;  ///< of all channels together

  struct Entry {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    /// The numbers of each source; under no name those of messages that name none.
    std::map<std::string, SequenceTracker, std::less<>> sources;

    /// Messages that are missing in all series of the channel.
    [[nodiscard]] std::uint64_t lost() const;
  };

  /// Takes note of a message of `bytes` bytes; of its number in a series of `source`, if it has
  /// one.
  void note(std::string_view channel, std::size_t bytes, std::optional<std::uint64_t> sequence,
            std::string_view source);

  [[nodiscard]] const auto& entries() const { return entries_; }
  /// Messages of channels that are not among the entries.
  [[nodiscard]] std::uint64_t others() const { return others_; }
  /// Messages that are missing in all series together.
  [[nodiscard]] std::uint64_t lost() const;

private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): as the library wants it
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  Entry* find(std::string_view channel);
  SequenceTracker* find_source(Entry& entry, std::string_view source);

  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  // Messages of one channel often come in a row. Elements keep their addresses.
  const std::string* latest_name_ = nullptr;
  Entry* latest_ = nullptr;
  std::uint64_t others_ = 0;
  std::size_t source_count_ = 0;
};

}  // namespace fogis::message
