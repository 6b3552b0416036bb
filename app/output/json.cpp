#include "output/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/duration.hpp"

namespace fogis::output {
namespace {

/// Changes only when a field is removed or changes its meaning; fields are added freely.
constexpr int kVersionOfDocuments = 1;

}  // namespace

Json json_document(std::string_view kind) {
  Json document;
  document["kind"] = "fogis-redis/" + std::string(kind);
  document["version"] = kVersionOfDocuments;
  return document;
}

Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json milliseconds(std::chrono::nanoseconds span) {
  return std::round(to_milliseconds(span) * 1000) / 1000;
}

Json to_json(const Error& error) {
  Json json;
  json["code"] = name(error.kind);
  json["phase"] = name(error.phase);
  json["message"] = error.message;
  json["endpoint"] = text_or_null(error.endpoint);
  json["hint"] = text_or_null(error.hint);
  if (!error.server_code.empty()) {
    json["server_code"] = error.server_code;
  }
  if (error.system_errno != 0) {
    json["errno"] = error.system_errno;
  }
  if (error.elapsed) {
    json["elapsed_ms"] = milliseconds(*error.elapsed);
  }
  return json;
}

Json to_json(const redis::StatisticsSnapshot& statistics) {
  Json json;
  json["connections_tried"] = statistics.connections_tried;
  json["connections_made"] = statistics.connections_made;
  json["connections_failed"] = statistics.connections_failed;
  json["reconnects"] = statistics.reconnects;
  json["operations"] = statistics.operations;
  json["sent_bytes"] = statistics.bytes_sent;
  json["received_bytes"] = statistics.bytes_received;
  json["uptime_ms"] = milliseconds(statistics.uptime);
  json["last_error"] = statistics.last_error ? to_json(*statistics.last_error) : Json(nullptr);
  return json;
}

std::string dump(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string error_document(std::string_view command, const Error& error) {
  auto document = json_document("error");
  document["command"] = text_or_null(command);
  document["error"] = to_json(error);
  return dump(document);
}

}  // namespace fogis::output
