// Received messages, one after the other, in each form.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "message/contract.hpp"
#include "message/summary.hpp"
#include "output/style.hpp"
#include "redis/pubsub_frame.hpp"

namespace fogis::output {

/// A message as it is shown.
struct ShownMessage {
  redis::MessageView message;
  std::chrono::system_clock::time_point received;
  const message::Judgement* judgement = nullptr;  ///< with --validate; may be null
  /// From the reading that the judgement is of; null when it was not read yet.
  const message::Summary* summary = nullptr;
};

/// Appends a line: time, channel, type and what it is about; below it its findings, and with
/// `whole` the whole payload, JSON laid out.
void append_message_text(std::string& target, const ShownMessage& shown, const Style& style,
                         bool whole);

/// Appends the document `fogis-redis/subscribe-message` in one line.
void append_message_json(std::string& target, const ShownMessage& shown);

/// A time in which the connection was lost, as the document `fogis-redis/subscribe-gap` in one
/// line.
std::string gap_json(std::chrono::system_clock::time_point from,
                     std::chrono::system_clock::time_point to);

/// The JSON document that `text` is, without its white space; nothing when it is none or is nested
/// deeper than readers should have to follow. Numbers and strings stay as they were written.
std::optional<std::string> compact_json(std::string_view text);

}  // namespace fogis::output
