#include "message/builder.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/random.hpp"
#include "base/timestamp.hpp"
#include "message/contract.hpp"
#include "message/invented_matches.hpp"
#include "message/message_view.hpp"
#include "message/scan.hpp"

namespace fogis::message {
namespace {

using nlohmann::ordered_json;

std::string_view name(ProcessingState state) {
  switch (state) {
    case ProcessingState::started:
      return "started";
    case ProcessingState::completed:
      return "completed";
    case ProcessingState::failed:
      return "failed";
  }
  return {};
}

std::string_view name(AlertSeverity severity) {
  switch (severity) {
    case AlertSeverity::info:
      return "info";
    case AlertSeverity::warning:
      return "warning";
    case AlertSeverity::error:
      return "error";
  }
  return {};
}

/// One moment for the whole message, so that its timestamps agree.
std::string timestamp_of(const BuildOptions& options) {
  return format_timestamp(options.now.value_or(std::chrono::system_clock::now()));
}

/// The envelope but for the payload, which has to come last for people to find the rest.
ordered_json make_envelope(Type type, const BuildOptions& options, const std::string& timestamp) {
  ordered_json envelope;
  envelope["message_id"] = options.message_id ? *options.message_id : random_uuid();
  envelope["timestamp"] = timestamp;
  envelope["source"] = options.source;
  envelope["version"] = "1.0";
  envelope["type"] = message::name(type);
  return envelope;
}

/// A source or an id that is not UTF-8 must not end in an exception.
std::string to_text(const ordered_json& message) {
  return message.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string_view schema_version_of(Shape shape) {
  switch (shape) {
    case Shape::enhanced_v2:
    case Shape::corrected:
      return "2.0";
    case Shape::enhanced_v1_5:
      return "1.5";
    default:
      return {};
  }
}

bool has_raw_matches(Shape shape) {
  return shape == Shape::production || shape == Shape::corrected;
}

ordered_json make_change(std::size_t number) {
  return {{"category", "time_change"},   {"priority", "high"},
          {"field_name", "time"},        {"previous_value", "15:00"},
          {"current_value", "16:00"},    {"change_description", "Kick-off moved by an hour"},
          {"match_id", match_id(number)}};
}

ordered_json make_metadata(const BuildOptions& options, const std::string& timestamp) {
  const int changed = options.has_changes && options.matches > 0 ? 1 : 0;
  return {{"total_matches", options.matches},
          {"has_changes", options.has_changes},
          {"change_summary",
           {{"new_matches", 0}, {"updated_matches", changed}, {"cancelled_matches", 0}}},
          {"processing_timestamp", timestamp},
          {"processor_type", "event-driven"}};
}

ordered_json make_updates_payload(Shape shape, const BuildOptions& options,
                                  const std::string& timestamp) {
  auto payload = ordered_json::object();
  if (shape == Shape::production) {
    payload["schema_version"] = "2.0";
  }
  auto& matches = payload["matches"] = ordered_json::array();
  for (std::size_t number = 0; number < options.matches; ++number) {
    matches.push_back(invent_match(shape, number));
  }
  payload["metadata"] = make_metadata(options, timestamp);
  if (shape != Shape::legacy_v1) {
    auto& changes = payload["detailed_changes"] = ordered_json::array();
    if (options.has_changes && options.matches > 0) {
      changes.push_back(make_change(0));
    }
  }
  if (has_raw_matches(shape)) {
    payload["high_priority"] = options.has_changes;
  }
  return payload;
}

ordered_json make_status_payload(const BuildOptions& options, const std::string& timestamp) {
  ordered_json details;
  switch (options.state) {
    case ProcessingState::started:
      details = {{"processor_type", "event-driven"}};
      break;
    case ProcessingState::completed:
      details = {{"matches_processed", options.matches},
                 {"changes_detected", options.has_changes},
                 {"match_publishing_success", true}};
      break;
    case ProcessingState::failed:
      details = {{"error_type", "ExampleError"}, {"error_message", "An invented failure"}};
      break;
  }
  return {{"status", name(options.state)}, {"timestamp", timestamp}, {"details", details}};
}

ordered_json make_alert_payload(const BuildOptions& options, const std::string& timestamp) {
  return {{"alert_type", "example"},
          {"severity", name(options.severity)},
          {"message", "An invented alert"},
          {"timestamp", timestamp},
          {"details", ordered_json::object()}};
}

ordered_json make_payload(Shape shape, const BuildOptions& options, const std::string& timestamp) {
  switch (shape) {
    case Shape::processing_status:
      return make_status_payload(options, timestamp);
    case Shape::system_alert:
      return make_alert_payload(options, timestamp);
    default:
      return make_updates_payload(shape, options, timestamp);
  }
}

ordered_json make_message(Shape shape, const BuildOptions& options) {
  const auto timestamp = timestamp_of(options);
  auto message = make_envelope(type_of(shape), options, timestamp);
  if (const auto version = schema_version_of(shape); !version.empty()) {
    message["schema_version"] = version;
  }
  if (shape == Shape::enhanced_v2) {
    message["schema_type"] = "enhanced_with_contact_data";
    message["backward_compatible"] = true;
    message["new_fields"] = {"team_contacts", "logo_id"};
  }
  message["payload"] = make_payload(shape, options, timestamp);
  return message;
}

/// Reads a payload that a user gave, within the bounds that judge() will have for it.
Result<nlohmann::json> read_payload(std::string_view text) {
  const JudgeOptions limits;
  nlohmann::json payload;
  Judgement judgement;
  Collector findings(judgement, 1);
  // The envelope is one level more.
  const Bounds bounds{limits.max_size, limits.max_depth - 1, limits.max_values};
  if (!scan(text, bounds, payload, findings)) {
    const auto& fault = judgement.findings.front();
    return failure(
        make_error(ErrorKind::usage, Phase::schema,
                   fmt::format("the payload cannot be read ({}): {}", fault.rule, fault.found),
                   std::string(fault.hint)));
  }
  if (!payload.is_object()) {
    return failure(make_error(ErrorKind::usage, Phase::schema, "the payload is not a JSON object",
                              R"(give an object, such as {"status": "started"})"));
  }
  return payload;
}

/// Where the matches look like version 2.0, readers must be told.
bool needs_version_2(const nlohmann::json& payload) {
  const auto* matches = find_member(payload, "matches");
  if (matches == nullptr || !matches->is_array() || matches->empty()) {
    return false;
  }
  const auto& match = matches->front();
  const auto* teams = find_member(match, "teams");
  return is_raw_match(match) || (teams != nullptr && teams->is_object());
}

}  // namespace

std::string build_message(Shape shape, const BuildOptions& options) {
  return to_text(make_message(shape, options));
}

std::string build_probe(Type type, const BuildOptions& options) {
  auto harmless = options;
  harmless.matches = 0;
  harmless.has_changes = false;
  harmless.state = ProcessingState::started;
  harmless.severity = AlertSeverity::info;
  switch (type) {
    case Type::match_updates:
      return build_message(Shape::enhanced_v2, harmless);
    case Type::processing_status: {
      auto message = make_message(Shape::processing_status, harmless);
      message["payload"]["details"]["processor_type"] = "fogis-redis probe";
      return to_text(message);
    }
    case Type::system_alert: {
      auto message = make_message(Shape::system_alert, harmless);
      message["payload"]["alert_type"] = "probe";
      message["payload"]["message"] = "A probe of fogis-redis; nothing happened";
      return to_text(message);
    }
  }
  return {};
}

Result<std::string> wrap_payload(Type type, std::string_view payload, const BuildOptions& options) {
  TRY_ASSIGN(auto content, read_payload(payload));
  auto message = make_envelope(type, options, timestamp_of(options));
  if (type == Type::match_updates) {
    message["schema_version"] = needs_version_2(content) ? "2.0" : "1.0";
  }
  message["payload"] = content;
  return to_text(message);
}

}  // namespace fogis::message
