#include "message/record.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/base64.hpp"
#include "base/json_text.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "message/collector.hpp"
#include "message/json_reader.hpp"
#include "message/message_view.hpp"
#include "message/patterns.hpp"
#include "message/scan.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;
using TimePoint = std::chrono::system_clock::time_point;

constexpr std::string_view kKind = "fogis-redis/record";
constexpr std::int64_t kVersion = 1;

Error unreadable(std::string reason) {
  return make_error(ErrorKind::invalid, Phase::schema, std::move(reason),
                    "record files are written by subscribe --record");
}

/// `"name":"text"`, or `"name_base64":"…"` for bytes that are no UTF-8.
void append_member(std::string& target, std::string_view name, std::string_view bytes) {
  target += ",\"";
  target += name;
  if (is_utf8(bytes)) {
    target += "\":";
    append_json_string(target, bytes);
  } else {
    target += "_base64\":\"";
    append_base64(target, bytes);
    target += '"';
  }
}

/// The bytes that append_member() wrote; nothing when the member is missing or wrong.
std::optional<std::string> bytes_of(const json& object, const std::string& name) {
  if (const auto* text = as_text(find_member(object, name))) {
    return *text;
  }
  const auto* const encoded = as_text(find_member(object, name + "_base64"));
  return encoded == nullptr ? std::nullopt : decode_base64(*encoded);
}

/// A timestamp to the microsecond.
std::optional<TimePoint> moment_of(const json& object, std::string_view name) {
  const auto* const text = as_text(find_member(object, name));
  const auto parsed = text == nullptr ? std::nullopt : parse_timestamp(*text);
  // The system clock counts nanoseconds: they end in the year 2262.
  using namespace std::chrono;
  constexpr sys_time<milliseconds> kEnd = sys_days(year(2262) / 1 / 1);
  if (!parsed || parsed->zone != Zone::utc || parsed->moment < sys_time<milliseconds>() ||
      parsed->moment >= kEnd) {
    return std::nullopt;
  }
  // parse_timestamp() knows milliseconds; three more digits follow those.
  const auto point = text->find('.');
  std::string digits = point == std::string::npos ? "" : text->substr(point + 1);
  digits.resize(6, '0');
  for (auto& digit : digits) {
    digit = digit >= '0' && digit <= '9' ? digit : '0';
  }
  const auto below = microseconds(parse_number<int>(digits.substr(3)).value_or(0));
  return TimePoint(parsed->moment) + below;
}

std::vector<std::string> names_of(const json& object, std::string_view name) {
  std::vector<std::string> names;
  const auto* const list = find_member(object, name);
  if (list != nullptr && list->is_array()) {
    for (const auto& item : *list) {
      if (const auto* text = as_text(&item)) {
        names.push_back(*text);
      }
    }
  }
  return names;
}

Result<RecordLine> read_header(const json& document, const std::string& kind) {
  if (kind != kKind) {
    return failure(unreadable(fmt::format("this is a \"{}\", not a record", kind)));
  }
  const auto* const version = find_member(document, "version");
  if (version == nullptr || !version->is_number_integer() || *version != kVersion) {
    return failure(unreadable(fmt::format("its version is not {}", kVersion)));
  }
  const auto* const endpoint = as_text(find_member(document, "endpoint"));
  return RecordHeader{moment_of(document, "started").value_or(TimePoint()),
                      endpoint == nullptr ? std::string() : *endpoint,
                      names_of(document, "channels"), names_of(document, "patterns")};
}

Result<RecordLine> read_gap(const json& gap) {
  const auto from = gap.is_object() ? moment_of(gap, "from") : std::nullopt;
  const auto to = gap.is_object() ? moment_of(gap, "to") : std::nullopt;
  if (!from || !to) {
    return failure(unreadable("a gap without its times"));
  }
  return RecordedGap{*from, *to};
}

Result<RecordLine> read_message(const json& document) {
  const auto received = moment_of(document, "received");
  auto channel = bytes_of(document, "channel");
  auto payload = bytes_of(document, "payload");
  if (!received || !channel || !payload) {
    return failure(unreadable("not a message, gap or head of a record"));
  }
  return RecordedMessage{*received, std::move(*channel),
                         bytes_of(document, "pattern").value_or(std::string()),
                         std::move(*payload)};
}

}  // namespace

std::string format_record_header(const RecordHeader& header) {
  nlohmann::ordered_json document;
  document["kind"] = kKind;
  document["version"] = kVersion;
  document["started"] = format_timestamp_us(header.started);
  document["endpoint"] = header.endpoint;
  document["channels"] = header.channels;
  document["patterns"] = header.patterns;
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void append_recorded_message(std::string& target, std::string_view received,
                             std::string_view channel, std::string_view pattern,
                             std::string_view payload) {
  target += R"({"received":")";
  target += received;
  target += '"';
  append_member(target, "channel", channel);
  if (!pattern.empty()) {
    append_member(target, "pattern", pattern);
  }
  append_member(target, "payload", payload);
  target += "}\n";
}

std::string format_recorded_gap(const RecordedGap& gap) {
  return fmt::format("{{\"gap\":{{\"from\":\"{}\",\"to\":\"{}\"}}}}\n",
                     format_timestamp_us(gap.from), format_timestamp_us(gap.to));
}

bool is_cut_off(std::string_view line) {
  struct Ignored {
    void begin(char /*bracket*/, std::size_t /*offset*/) {}
    void end(char /*bracket*/) {}
    void key(const JsonString& /*name*/) {}
    void string(const JsonString& /*text*/) {}
    void scalar(std::string_view /*raw*/, const json& /*value*/) {}
  } ignored;
  JsonReader reader(line);
  return line.starts_with('{') && !reader.read({}, ignored) && reader.fault().offset >= line.size();
}

Result<RecordLine> parse_record_line(std::string_view line) {
  json document;
  Judgement judgement;
  Collector findings(judgement, 1);
  constexpr std::size_t kDepth = 4;
  constexpr std::size_t kValues = 100'000;
  const Bounds bounds{std::numeric_limits<std::size_t>::max() / 2, kDepth, kValues};
  if (!scan(line, bounds, document, findings)) {
    return failure(unreadable(judgement.findings.empty() ? "it is not a JSON document"
                                                         : judgement.findings.front().found));
  }
  if (!document.is_object()) {
    return failure(unreadable("it is not a JSON object"));
  }
  if (const auto* kind = as_text(find_member(document, "kind"))) {
    return read_header(document, *kind);
  }
  if (const auto* gap = find_member(document, "gap")) {
    return read_gap(*gap);
  }
  return read_message(document);
}

}  // namespace fogis::message
