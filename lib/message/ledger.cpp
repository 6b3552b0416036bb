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

void ChannelLedger::note(std::string_view channel, std::size_t bytes,
                         std::optional<std::uint64_t> sequence) {
  auto* const entry = find(channel);
  if (entry == nullptr) {
    ++others_;
    return;
  }
  ++entry->messages;
  entry->bytes += bytes;
  if (sequence) {
    lost_ += entry->sequence.see(*sequence);
  }
}

}  // namespace fogis::message
