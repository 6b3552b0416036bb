#include "output/message_stream.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "message/json_reader.hpp"
#include "output/findings.hpp"
#include "output/json.hpp"

namespace fogis::output {
namespace {

constexpr std::string_view kIndent = "    ";
constexpr std::size_t kDeepest = 128;

/// A JSON text without its white space, laid out in lines where that is wanted.
class JsonCopier {
public:
  enum class Layout : bool { compact, indented };

  explicit JsonCopier(Layout layout) : layout_(layout) {}

  void begin(char bracket, std::size_t /*offset*/) {
    begin_part();
    copy += bracket;
    ++depth_;
    is_first_ = true;
  }
  void end(char bracket) {
    --depth_;
    if (!is_first_) {
      line_break();
    }
    is_first_ = false;
    copy += bracket;
  }
  void key(const message::JsonString& name) {
    string(name);
    copy += layout_ == Layout::indented ? ": " : ":";
    is_behind_key_ = true;
  }
  void string(const message::JsonString& text) {
    begin_part();
    copy += '"';
    copy += text.raw;
    copy += '"';
  }
  void scalar(std::string_view raw, const nlohmann::json& /*value*/) {
    begin_part();
    copy += raw;
  }

  std::string copy;

private:
  void line_break() {
    if (layout_ == Layout::indented) {
      copy += '\n';
      copy.append(2 * depth_, ' ');
    }
  }

  /// Before a key or a value.
  void begin_part() {
    if (!is_behind_key_ && depth_ > 0) {
      copy += is_first_ ? "" : ",";
      line_break();
    }
    is_behind_key_ = false;
    is_first_ = false;
  }

  Layout layout_;
  std::size_t depth_ = 0;
  bool is_first_ = false;  ///< an array or object has begun and has no content yet
  bool is_behind_key_ = false;
};

/// Nothing when it is no JSON or is nested too deeply.
std::optional<std::string> copy_json(std::string_view text, JsonCopier::Layout layout) {
  JsonCopier copier(layout);
  copier.copy.reserve(text.size());
  if (!message::JsonReader(text).read({.depth = kDeepest}, copier)) {
    return std::nullopt;
  }
  return std::move(copier.copy);
}

/// The payload in lines that are safe to show.
void append_whole(std::string& target, std::string_view payload) {
  const auto laid_out = copy_json(payload, JsonCopier::Layout::indented);
  std::string_view rest = laid_out ? std::string_view(*laid_out) : payload;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    target += kIndent;
    target += escape_for_terminal(rest.substr(0, end));
    target += '\n';
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

void append_payload_json(std::string& target, std::string_view payload) {
  if (const auto document = compact_json(payload)) {
    target += R"("json","payload":)";
    target += *document;
  } else if (is_utf8(payload)) {
    target += R"("text","payload":)";
    append_json_string(target, payload);
  } else {
    target += R"("base64","payload":")";
    append_base64(target, payload);
    target += '"';
  }
}

/// `"name":"text"`; for bytes that are no UTF-8 a readable form, and the bytes in base64.
void append_name(std::string& target, std::string_view name, std::string_view bytes) {
  const bool is_text = is_utf8(bytes);
  target += fmt::format(R"(,"{}":)", name);
  append_json_string(target, is_text ? std::string(bytes) : escape_for_terminal(bytes));
  if (!is_text) {
    target += fmt::format(R"(,"{}_base64":")", name);
    append_base64(target, bytes);
    target += '"';
  }
}

}  // namespace

std::optional<std::string> compact_json(std::string_view text) {
  return copy_json(text, JsonCopier::Layout::compact);
}

void append_message_text(std::string& target, const ShownMessage& shown, const Style& style,
                         bool whole) {
  const auto& message = shown.message;
  const auto summary =
      shown.summary != nullptr ? *shown.summary : message::summarize(message.payload);
  // The date is known to somebody who watches: the time of day is enough.
  const auto time = format_timestamp(shown.received).substr(11);
  target += style.paint(Colour::dim, time);
  target += ' ';
  target += style.paint(Colour::bold, escape_for_terminal(message.channel));
  target += ' ';
  target += summary.type;
  if (!summary.text.empty()) {
    target += "  ";
    target += summary.text;
  }
  target += '\n';
  if (shown.judgement != nullptr) {
    target += findings_text(*shown.judgement, style, kIndent);
  }
  if (whole) {
    append_whole(target, message.payload);
  }
}

void append_message_json(std::string& target, const ShownMessage& shown) {
  const auto& message = shown.message;
  target += R"({"kind":"fogis-redis/subscribe-message","version":1,"received":")";
  target += format_timestamp_us(shown.received);
  target += '"';
  append_name(target, "channel", message.channel);
  if (message.pattern.empty()) {
    target += R"(,"pattern":null)";
  } else {
    append_name(target, "pattern", message.pattern);
  }
  target += fmt::format(R"(,"size_bytes":{},"encoding":)", message.payload.size());
  append_payload_json(target, message.payload);
  if (shown.judgement != nullptr) {
    target += R"(,"findings":)";
    target += findings_json(*shown.judgement)
                  .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }
  target += "}\n";
}

std::string gap_json(std::chrono::system_clock::time_point from,
                     std::chrono::system_clock::time_point to) {
  return fmt::format(R"({{"kind":"fogis-redis/subscribe-gap","version":1,"from":"{}","to":"{}"}})"
                     "\n",
                     format_timestamp_us(from), format_timestamp_us(to));
}

}  // namespace fogis::output
