// What was published, compared with what arrived.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "checks/context.hpp"
#include "redis/subscriber.hpp"

namespace fogis::checks {

/// `count` different payloads of up to about a kilobyte, each with its number and all byte values.
std::vector<std::string> numbered_payloads(std::size_t count);

/// How a subscriber got a sequence of messages.
struct Delivery {
  std::size_t sent = 0;
  std::size_t lost = 0;
  std::size_t doubled = 0;     ///< deliveries beyond the first of a message
  std::size_t disordered = 0;  ///< messages that came after a later one
  std::size_t altered = 0;     ///< payloads that nobody sent

  [[nodiscard]] bool perfect() const { return lost + doubled + disordered + altered == 0; }
  /// "3 of 1000 messages lost, 1 out of order".
  [[nodiscard]] std::string describe() const;
};

/// `sent` must not hold a payload twice. An altered message is not counted as lost as well. Pure.
Delivery compare_delivery(const std::vector<std::string>& sent,
                          const std::vector<redis::Message>& received);

/// Subscriber::subscribe with the ACL rule that would allow it as the hint of a refusal.
Result<void> subscribe(const Context& context, redis::Subscriber& subscriber,
                       const std::vector<std::string>& channels,
                       const std::vector<std::string>& patterns = {});

/// Publishes with the shared client; returns the receivers that the server counted.
/// Errors: those of Publisher::publish, explained.
Result<std::int64_t> publish(Context& context, std::string_view channel, std::string_view payload);

/// Publishes all payloads in one pipeline. Returns the smallest count of receivers.
/// Errors: those of Client::lease and Connection::run, and refusals.
Result<std::int64_t> publish_burst(Context& context, std::string_view channel,
                                   const std::vector<std::string_view>& payloads);

/// A message, or nothing when `deadline` passes first.
/// Errors: those of Subscriber::next; the cause of a lost connection, also when it was replaced:
/// no check can go on without the messages that the gap has swallowed.
Result<std::optional<redis::Message>> next_message(redis::Subscriber& subscriber,
                                                   const Deadline& deadline);

/// Everything published to the subscriber up to now. Publishes an end mark on `channel`, which the
/// subscriber must have subscribed to, and takes messages until it comes: one server delivers in
/// the order of publication, so no time has to be waited out. Where the mark shows that some of
/// `wanted` messages are missing they get a short time more, and a lost mark costs two seconds.
/// Errors: those of publish() and next_message().
Result<std::vector<redis::Message>> receive_rest(Context& context, redis::Subscriber& subscriber,
                                                 std::string_view channel, std::size_t wanted);

}  // namespace fogis::checks
