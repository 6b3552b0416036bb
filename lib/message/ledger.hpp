// What was received on each channel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "message/sequence.hpp"

namespace fogis::message {

/// Counts messages by channel. The cost of a message does not depend on the number of channels.
/// Memory is bounded: of channels beyond the first kMostChannels only the messages are counted.
/// Not thread-safe.
class ChannelLedger {
public:
  static constexpr std::size_t kMostChannels = 10'000;

  struct Entry {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    SequenceTracker sequence;
  };

  /// Takes note of a message of `bytes` bytes with its number in a series, if it has one.
  void note(std::string_view channel, std::size_t bytes, std::optional<std::uint64_t> sequence);

  [[nodiscard]] const auto& entries() const { return entries_; }
  /// Messages of channels that are not among the entries.
  [[nodiscard]] std::uint64_t others() const { return others_; }
  /// Messages that are missing in all series together.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): as the library wants it
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  Entry* find(std::string_view channel);

  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  // Messages of one channel often come in a row. Elements keep their addresses.
  const std::string* latest_name_ = nullptr;
  Entry* latest_ = nullptr;
  std::uint64_t others_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace fogis::message
