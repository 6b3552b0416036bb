#include <deque>
#include <string>
#include <unordered_set>

#include "message/channels.hpp"
#include "message/collector.hpp"
#include "message/contract.hpp"
#include "message/quote.hpp"

namespace fogis::message {

/// The last ids, in the order of their arrival and for a quick look-up.
class Judge::Window {
public:
  explicit Window(std::size_t size) : size_(size) {}

  /// Remembers the id. Returns whether it is new.
  bool insert(const std::string& id) {
    const auto [position, is_new] = known_.insert(id);
    if (!is_new) {
      return false;
    }
    order_.push_back(&*position);  // elements of a set keep their addresses
    if (order_.size() > size_) {
      known_.erase(*order_.front());
      order_.pop_front();
    }
    return true;
  }

private:
  std::size_t size_;
  std::unordered_set<std::string> known_;
  std::deque<const std::string*> order_;
};

Judge::Judge(JudgeOptions options, std::size_t window)
    : options_(options), window_(std::make_unique<Window>(window)) {}

Judge::~Judge() = default;
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;

Judgement Judge::judge(std::string_view document, std::string_view channel, Summary* summary) {
  auto judgement = message::judge(document, options_, summary);
  const auto* const known = find_channel(channel);
  const bool is_heard = known == nullptr || known->subscriber == Party::calendar;
  const auto heard_as =
      is_heard ? judgement.message_id : judgement.message_id + ' ' + std::string(channel);
  if (!judgement.message_id.empty() && !window_->insert(heard_as)) {
    Collector findings(judgement, options_.max_findings, options_.reader);
    findings.add("duplicate-message-id", Path(Path(), "message_id"),
                 [&] { return "\"" + excerpt(judgement.message_id) + "\""; });
  }
  return judgement;
}

}  // namespace fogis::message
