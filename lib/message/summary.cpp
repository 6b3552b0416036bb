#include "message/summary.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "message/collector.hpp"
#include "message/message_view.hpp"
#include "message/quote.hpp"
#include "message/scan.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestType = 40;
constexpr std::size_t kLongestWord = 60;
constexpr std::size_t kLongestExcerpt = 120;

/// The text of a member, shortened and escaped; empty when there is none.
std::string word(const json* object, std::string_view key) {
  const auto* const text = object == nullptr ? nullptr : as_text(find_member(*object, key));
  return text == nullptr ? std::string() : excerpt(*text, kLongestWord);
}

bool is_true(const json* object, std::string_view key) {
  const auto* const value = object == nullptr ? nullptr : find_member(*object, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::string join(std::initializer_list<std::string> parts, std::string_view separator) {
  std::string text;
  for (const auto& part : parts) {
    if (!part.empty()) {
      text += text.empty() ? "" : std::string(separator);
      text += part;
    }
  }
  return text;
}

/// The most urgent priority among the changes.
std::string urgency(const json* changes) {
  for (const auto* const level : {"critical", "high"}) {
    for (const auto& change : *changes) {
      if (word(&change, "priority") == level) {
        return fmt::format(" ({})", level);
      }
    }
  }
  return {};
}

std::string summarize_updates(const MessageView& view) {
  const auto matches =
      view.matches == nullptr ? "no matches" : count_of(view.matches->size(), "match", "matches");
  std::string changes;
  if (!is_true(view.metadata, "has_changes")) {
    changes = "no changes";
  } else if (view.changes == nullptr) {
    changes = "changes without details";
  } else {
    changes = count_of(view.changes->size(), "change") + urgency(view.changes);
  }
  return join({matches, changes, view.shape ? std::string(name(*view.shape)) : ""}, ", ");
}

std::string summarize_status(const MessageView& view) {
  const auto* const details =
      view.payload == nullptr ? nullptr : find_member(*view.payload, "details");
  std::string processed;
  if (const auto* count = details == nullptr ? nullptr : find_member(*details, "matches_processed");
      count != nullptr && count->is_number_integer()) {
    processed = count->dump() + " matches processed";
  }
  return join({word(view.payload, "status"), processed, word(details, "processor_type"),
               word(details, "error_type"), word(details, "error_message")},
              ", ");
}

std::string summarize_alert(const MessageView& view) {
  return join({word(view.payload, "severity"), word(view.payload, "alert_type"),
               word(view.payload, "message")},
              ": ");
}

std::string summarize_message(const json& document, std::string_view payload) {
  const auto view = view_message(document, std::nullopt);
  if (!view.type || view.payload == nullptr) {
    return excerpt(payload, kLongestExcerpt);
  }
  switch (*view.type) {
    case Type::match_updates:
      return summarize_updates(view);
    case Type::processing_status:
      return summarize_status(view);
    case Type::system_alert:
      break;
  }
  return summarize_alert(view);
}

bool looks_like_json(std::string_view payload) {
  const auto begin = payload.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && (payload[begin] == '{' || payload[begin] == '[');
}

}  // namespace

Summary summarize(std::string_view payload, const json* document) {
  if (payload.empty()) {
    return {"empty", {}};
  }
  if (document == nullptr || !looks_like_json(payload)) {
    return {is_utf8(payload) ? "text" : "binary", excerpt(payload, kLongestExcerpt)};
  }
  if (!document->is_object()) {
    return {"json", excerpt(payload, kLongestExcerpt)};
  }
  const auto* const type = as_text(find_member(*document, "type"));
  return {type == nullptr ? "json" : excerpt(*type, kLongestType),
          summarize_message(*document, payload), type != nullptr};
}

Summary summarize(std::string_view payload) {
  const JudgeOptions limits;
  json document;
  Judgement judgement;
  Collector findings(judgement, 1);
  const Bounds bounds{limits.max_size, limits.max_depth, limits.max_values};
  const bool whole = looks_like_json(payload) && scan(payload, bounds, document, findings);
  return summarize(payload, whole ? &document : nullptr);
}

}  // namespace fogis::message
