#include "checks/integration/service_documents.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"
#include "config/redis_url.hpp"
#include "config/url_redaction.hpp"
#include "message/message_view.hpp"
#include "message/quote.hpp"
#include "message/scan.hpp"

namespace fogis::checks::integration {
namespace {

using message::as_text;
using message::find_member;
using nlohmann::json;

constexpr message::Bounds kBounds{.size = std::size_t{1} << 20U, .depth = 32, .values = 20'000};
constexpr int kOk = 200;
constexpr int kNotFound = 404;
constexpr int kUnavailable = 503;
constexpr int kInternalError = 500;
constexpr std::size_t kLongestWord = 40;
constexpr std::size_t kMostChannels = 100;
constexpr double kLongestUptime = 1e9;  ///< seconds

/// Reads the body as a JSON object. False, with the fault told, when it is none.
bool read_object(const http::Response& response, json& document, std::string& fault) {
  message::Judgement judgement;
  message::Collector faults(judgement, 1);
  const bool whole = message::scan(response.body, kBounds, document, faults);
  if (whole && document.is_object()) {
    return true;
  }
  const bool is_html = response.content_type.starts_with("text/html") ||
                       response.body.find("<html") != std::string::npos;
  if (is_html) {
    fault = "but with a web page instead of JSON";
  } else if (whole || judgement.findings.empty()) {
    fault = "but with JSON that is not an object";
  } else {
    fault = "but with something that is not JSON: " + std::string(judgement.findings.front().rule);
  }
  return false;
}

/// The endpoint as the HTTP answer alone tells it; where that is good, `document` is filled.
Endpoint read_endpoint(const Result<http::Response>& response, json& document) {
  Endpoint endpoint;
  if (!response) {
    endpoint.answer = Answer::unreachable;
    endpoint.error = response.error();
    endpoint.elapsed = response.error().elapsed.value_or(std::chrono::nanoseconds::zero());
    return endpoint;
  }
  endpoint.status = response->status;
  endpoint.elapsed = response->elapsed;
  const bool has_document = read_object(*response, document, endpoint.fault);
  if (response->status == kNotFound) {
    endpoint.answer = Answer::missing;
  } else if (response->status != kOk) {
    endpoint.answer = Answer::failing;
  } else {
    endpoint.answer = has_document ? Answer::usable : Answer::not_json;
  }
  return endpoint;
}

std::optional<bool> as_bool(const json* value) {
  return value != nullptr && value->is_boolean() ? std::optional(value->get<bool>()) : std::nullopt;
}

const json& member_or_null(const json& document, std::string_view key) {
  static const json null;
  const auto* const found = find_member(document, key);
  return found == nullptr ? null : *found;
}

/// The strings in a list, or the values of an object.
std::vector<std::string> as_texts(const json& value) {
  std::vector<std::string> texts;
  for (const auto& item : value) {
    const auto* const text = as_text(&item);
    if (text != nullptr && texts.size() < kMostChannels) {
      texts.push_back(*text);
    } else if (item.is_array()) {
      for (auto& inner : as_texts(item)) {
        texts.push_back(std::move(inner));
      }
    }
  }
  return texts;
}

config::ConnectionSettings settings_of(const config::RedisUrl& url) {
  config::ConnectionSettings settings;
  settings.transport = url.transport;
  settings.host = url.host.value_or("localhost");
  settings.port = url.port.value_or(settings.port);
  settings.socket_path = url.socket_path.value_or("");
  return settings;
}

}  // namespace

namespace {

Endpoint read_health(const Result<http::Response>& response, std::string& health_word,
                     json& document) {
  auto endpoint = read_endpoint(response, document);
  const auto* const word =
      document.is_object() ? as_text(find_member(document, "status")) : nullptr;
  if (word != nullptr) {
    health_word = message::excerpt(*word, kLongestWord);
  }
  // Both say so with a status of their own, and a document all the same.
  const bool says_unhealthy = endpoint.status == kUnavailable || endpoint.status == kInternalError;
  if (word == nullptr && endpoint.answer == Answer::usable) {
    endpoint.answer = Answer::not_json;
    endpoint.fault = "but without a status";
  } else if (word != nullptr && says_unhealthy) {
    endpoint.answer = Answer::usable;
  }
  return endpoint;
}

}  // namespace

Endpoint read_health(const Result<http::Response>& response, std::string& health_word) {
  json document;
  return read_health(response, health_word, document);
}

Endpoint read_processor_health(const Result<http::Response>& response, ProcessorClaims& processor) {
  json document;
  auto endpoint = read_health(response, processor.health_word, document);
  const auto* const seconds = find_member(document, "uptime_seconds");
  if (seconds != nullptr && seconds->is_number() && seconds->get<double>() >= 0 &&
      seconds->get<double>() < kLongestUptime) {
    processor.uptime =
        std::chrono::nanoseconds(static_cast<std::int64_t>(seconds->get<double>() * 1e9));
  }
  return endpoint;
}

Endpoint read_calendar_health(const Result<http::Response>& response, CalendarClaims& calendar) {
  json document;
  auto endpoint = read_health(response, calendar.health_word, document);
  if (const auto* const word = as_text(find_member(document, "auth_status"))) {
    calendar.auth_status = message::excerpt(*word, kLongestWord);
  }
  const auto& oauth = member_or_null(document, "oauth_info");
  const auto* const hours = find_member(oauth, "expires_in_hours");
  if (hours != nullptr && hours->is_number()) {
    calendar.token_hours = hours->get<double>();
  }
  calendar.has_refresh_token = as_bool(find_member(oauth, "has_refresh_token"));
  return endpoint;
}

Endpoint read_redis_status(const Result<http::Response>& response, CalendarClaims& calendar) {
  json document;
  auto endpoint = read_endpoint(response, document);
  if (endpoint.answer != Answer::usable) {
    return endpoint;
  }
  const auto& status = member_or_null(document, "redis_status");
  if (!status.is_object()) {
    endpoint.answer = Answer::not_json;
    endpoint.fault = "but without redis_status";
    return endpoint;
  }
  calendar.enabled = as_bool(find_member(status, "enabled"));
  calendar.connected = as_bool(find_member(status, "connected"));
  calendar.subscribed = as_bool(find_member(status, "subscribed"));
  calendar.redis_available = as_bool(find_member(status, "redis_available"));
  return endpoint;
}

Endpoint read_redis_stats(const Result<http::Response>& response, CalendarClaims& calendar) {
  json document;
  auto endpoint = read_endpoint(response, document);
  if (endpoint.answer == Answer::usable) {
    const auto& stats = member_or_null(document, "stats");
    calendar.subscription_active = as_bool(find_member(stats, "subscription_active"));
    calendar.active_channels = as_texts(member_or_null(stats, "channels"));
  }
  return endpoint;
}

Endpoint read_redis_config(const Result<http::Response>& response, CalendarClaims& calendar,
                           std::optional<config::ConnectionSettings>& redis) {
  json document;
  auto endpoint = read_endpoint(response, document);
  if (endpoint.answer != Answer::usable) {
    return endpoint;
  }
  const auto& config = member_or_null(document, "config");
  const auto& channels = member_or_null(config, "channels");
  if (channels.is_object() || channels.is_array()) {
    calendar.channels = as_texts(channels);
  }
  if (const auto* const url = as_text(find_member(config, "url"))) {
    const auto report = config::parse_redis_url(*url);
    calendar.redis_url = message::excerpt(
        report.faults.empty() ? report.redacted : config::redact_any_url(*url), 200);
    if (report.faults.empty()) {
      redis = settings_of(report.url);
    }
  }
  return endpoint;
}

}  // namespace fogis::checks::integration
