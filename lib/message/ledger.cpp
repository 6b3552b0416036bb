#include "message/ledger.hpp"

namespace fogis::message {

ChannelLedger::Entry* ChannelLedger::find(std::string_view channel) {
  if (latest_name_ != nullptr && *latest_name_ == channel) {
    return latest_;
  }
  auto position = entries_.find(channel);
  if (position == entries_.end()) {
    if (entries_.size() >= kMostChannels) {
      return nullptr;
    }
    position = entries_.try_emplace(std::string(channel)).first;
  }
  latest_name_ = &position->first;
  latest_ = &position->second;
  return latest_;
}

SequenceTracker* ChannelLedger::find_source(Entry& entry, std::string_view source) {
  constexpr std::size_t kLongestName = 256;
  source = source.substr(0, kLongestName);
  auto position = entry.sources.find(source);
  if (position == entry.sources.end()) {
    if (source_count_ >= kMostSources) {
      return nullptr;
    }
    ++source_count_;
    position = entry.sources.try_emplace(std::string(source)).first;
  }
  return &position->second;
}

void ChannelLedger::note(std::string_view channel, std::size_t bytes,
                         std::optional<std::uint64_t> sequence, std::string_view source) {
  auto* const entry = find(channel);
  if (entry == nullptr) {
    ++others_;
    return;
  }
  ++entry->messages;
  entry->bytes += bytes;
  if (!sequence) {
    return;
  }
  if (auto* const tracker = find_source(*entry, source)) {
    tracker->see(*sequence);
  }
}

std::uint64_t ChannelLedger::Entry::lost() const {
  std::uint64_t lost = 0;
  for (const auto& [source, tracker] : sources) {
    lost += tracker.lost();
  }
  return lost;
}

std::uint64_t ChannelLedger::lost() const {
  std::uint64_t lost = 0;
  for (const auto& [channel, entry] : entries_) {
    lost += entry.lost();
  }
  return lost;
}

}  // namespace fogis::message
