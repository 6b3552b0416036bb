#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/timestamp.hpp"
#include "message/patterns.hpp"
#include "message/quote.hpp"
#include "message/rule_checks.hpp"

namespace fogis::message::checks {
namespace {

using nlohmann::json;

constexpr auto kTextFields =
    std::to_array<std::string_view>({"message_id", "timestamp", "source", "version", "type"});

/// The system clock's nanoseconds end in 2262; a message may say anything up to 9999.
std::chrono::sys_time<std::chrono::milliseconds> in_milliseconds(
    std::chrono::system_clock::time_point moment) {
  return std::chrono::floor<std::chrono::milliseconds>(moment);
}

/// Calls `use(text, path)` for each timestamp of the message that is a string.
template <typename Use>
void for_each_timestamp(const MessageView& view, Use&& use) {
  const Path root;
  const auto visit = [&](const json* object, std::string_view key, const Path& path) {
    const auto* text = object == nullptr ? nullptr : as_text(find_member(*object, key));
    if (text != nullptr) {
      use(*text, Path(path, key));
    }
  };
  const Path payload(root, "payload");
  visit(view.root, "timestamp", root);
  visit(view.payload, "timestamp", payload);
  visit(view.metadata, "processing_timestamp", Path(payload, "metadata"));
}

template <typename Wrong>
void report_timestamps(const RuleInput& input, Collector& findings, std::string_view rule,
                       Wrong&& is_wrong) {
  for_each_timestamp(input.view, [&](const std::string& text, const Path& path) {
    const auto timestamp = parse_timestamp(text);
    if (timestamp && is_wrong(*timestamp)) {
      findings.add(rule, path, [&] {
        return "\"" + excerpt(text) + "\", validated at " + format_timestamp(input.now);
      });
    }
  });
}

/// A string field of the envelope with something in it, or null.
const std::string* envelope_text(const RuleInput& input, std::string_view key) {
  const auto* text = as_text(find_member(*input.view.root, key));
  return text == nullptr || text->empty() ? nullptr : text;
}

/// Without a type the calendar drops the message; the other fields it never reads.
void add_field(Collector& findings, std::string_view rule, std::string_view key,
               const std::string& found) {
  const auto text = [&] { return found; };
  if (key == "type") {
    findings.add_for_all(rule, Path(Path(), key), text);
  } else {
    findings.add(rule, Path(Path(), key), text);
  }
}

void add_quoted(Collector& findings, std::string_view rule, std::string_view key,
                const std::string& text) {
  findings.add(rule, Path(Path(), key), [&] { return "\"" + excerpt(text) + "\""; });
}

}  // namespace

void envelope_field_missing(const RuleInput& input, Collector& findings) {
  for (const auto key : kTextFields) {
    if (find_member(*input.view.root, key) == nullptr) {
      add_field(findings, "envelope-field-missing", key, "missing");
    }
  }
}

void envelope_field_invalid(const RuleInput& input, Collector& findings) {
  for (const auto key : kTextFields) {
    const auto* field = find_member(*input.view.root, key);
    if (field != nullptr && envelope_text(input, key) == nullptr) {
      add_field(findings, "envelope-field-invalid", key, describe(*field));
    }
  }
}

void message_id_format(const RuleInput& input, Collector& findings) {
  const auto* text = envelope_text(input, "message_id");
  if (text != nullptr && !is_uuid4(*text)) {
    add_quoted(findings, "message-id-format", "message_id", *text);
  }
}

void version_unsupported(const RuleInput& input, Collector& findings) {
  const auto* text = envelope_text(input, "version");
  if (text != nullptr && *text != "1.0") {
    add_quoted(findings, "version-unsupported", "version", *text);
  }
}

void unknown_type(const RuleInput& input, Collector& findings) {
  const auto* text = envelope_text(input, "type");
  if (text != nullptr && !parse_type(*text)) {
    add_quoted(findings, "unknown-type", "type", *text);
  }
}

void type_mismatch(const RuleInput& input, Collector& findings) {
  const auto* text = envelope_text(input, "type");
  const auto type = text == nullptr ? std::nullopt : parse_type(*text);
  if (type && input.options.as && *type != *input.options.as) {
    findings.add("type-mismatch", Path(Path(), "type"), [&] {
      return "\"" + *text + "\", expected \"" + std::string(name(*input.options.as)) + "\"";
    });
  }
}

void payload_missing(const RuleInput& input, Collector& findings) {
  const auto* payload = find_member(*input.view.root, "payload");
  if (payload == nullptr || payload->is_null()) {
    findings.add("payload-missing", Path(Path(), "payload"),
                 [&] { return std::string(payload == nullptr ? "missing" : "null"); });
  }
}

void timestamp_format(const RuleInput& input, Collector& findings) {
  for_each_timestamp(input.view, [&](const std::string& text, const Path& path) {
    // An empty one in the envelope is an invalid field.
    const bool is_reported = text.empty() && path.pointer() == "/timestamp";
    if (!is_reported && !parse_timestamp(text)) {
      findings.add("timestamp-format", path, [&] { return "\"" + excerpt(text) + "\""; });
    }
  });
}

void timestamp_not_utc(const RuleInput& input, Collector& findings) {
  const auto* text = envelope_text(input, "timestamp");
  const auto timestamp = text == nullptr ? std::nullopt : parse_timestamp(*text);
  if (timestamp && timestamp->zone == Zone::offset) {
    add_quoted(findings, "timestamp-not-utc", "timestamp", *text);
  }
}

void timestamp_naive(const RuleInput& input, Collector& findings) {
  report_timestamps(input, findings, "timestamp-naive",
                    [](const Timestamp& timestamp) { return timestamp.zone == Zone::none; });
}

void timestamp_future(const RuleInput& input, Collector& findings) {
  // A naive timestamp may be hours off by its zone alone, which is another rule's business.
  const auto latest = in_milliseconds(input.now) + input.options.future_tolerance;
  report_timestamps(input, findings, "timestamp-future", [&](const Timestamp& timestamp) {
    return timestamp.zone != Zone::none && timestamp.moment > latest;
  });
}

void timestamp_old(const RuleInput& input, Collector& findings) {
  const auto earliest = in_milliseconds(input.now) - input.options.max_age;
  report_timestamps(input, findings, "timestamp-old",
                    [&](const Timestamp& timestamp) { return timestamp.moment < earliest; });
}

}  // namespace fogis::message::checks
