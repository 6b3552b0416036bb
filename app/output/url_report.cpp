#include "output/url_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "output/console.hpp"
#include "output/json.hpp"
#include "output/layout.hpp"

namespace fogis::output {
namespace {

using config::RedisUrl;
using config::UrlFinding;

constexpr std::size_t kMargin = 2;

enum class Level : std::uint8_t { fault, warning, note };

/// The parts of a URL that were written, in the order of the URL, decoded; secrets are hidden.
Json parts_of(const RedisUrl& url) {
  Json parts = Json::object();
  const auto add = [&](const char* name, const auto& value) {
    if (value) {
      parts[name] = *value;
    }
  };
  parts["scheme"] = url.scheme;
  if (url.username && url.username_is_secret) {
    parts["username"] = kRedacted;
  } else {
    add("username", url.username);
  }
  if (url.password) {
    parts["password"] = kRedacted;
  }
  add("host", url.host);
  add("port", url.port);
  add("socket_path", url.socket_path);
  add("database", url.database);
  if (url.protocol) {
    parts["protocol"] = static_cast<int>(*url.protocol);
  }
  add("timeout", url.timeout);
  add("connect_timeout", url.connect_timeout);
  add("verify", url.verify);
  add("verify_name", url.verify_name);
  add("ca_file", url.ca_file);
  add("certificate_file", url.certificate_file);
  add("key_file", url.key_file);
  add("client_name", url.client_name);
  return parts;
}

Span place_of(const CheckedUrl& url, const UrlFinding& finding) {
  return map_to_redacted(url.written, url.report.redacted, {finding.position, finding.length});
}

std::string url_finding_text(const CheckedUrl& url, const UrlFinding& finding, Level level,
                             const Style& style) {
  const auto place = place_of(url, finding);
  const std::string_view shown = url.report.redacted;
  // Escaping may widen what stands before and under the carets.
  const auto before = text_width(escape_for_terminal(shown.substr(0, place.position)));
  const auto under = text_width(escape_for_terminal(shown.substr(place.position, place.length)));
  const auto colour = level == Level::fault     ? Colour::red
                      : level == Level::warning ? Colour::yellow
                                                : Colour::bold;
  const auto carets = std::string(std::max<std::size_t>(under, 1), '^');
  const std::string_view label = level == Level::fault     ? "error: "
                                 : level == Level::warning ? "warning: "
                                                           : "note: ";
  const auto margin = std::string(kMargin, ' ');
  std::string text =
      std::string(mark_width(style) + 1 + before, ' ') + style.paint(colour, carets) + "\n";
  text += fmt::format(
      "{}{}{}\n", margin, style.paint(colour, label),
      wrap_indented(escape_for_terminal(finding.message), kMargin + label.size(), style.width));
  if (!finding.hint.empty()) {
    constexpr std::string_view kHint = "hint: ";
    text += fmt::format(
        "{}{}{}\n", margin, style.paint(Colour::bold, kHint),
        wrap_indented(escape_for_terminal(finding.hint), kMargin + kHint.size(), style.width));
  }
  return text;
}

std::string connect_text(const ConnectOutcome& connect, const Style& style) {
  if (connect.error) {
    std::string text =
        fmt::format("  {} {}\n", style.paint(Colour::red, "error:"),
                    wrap_indented(escape_for_terminal(describe(*connect.error)), 9, style.width));
    if (!connect.error->hint.empty()) {
      text += fmt::format("  {} {}\n", style.paint(Colour::bold, "hint:"),
                          wrap_indented(escape_for_terminal(connect.error->hint), 8, style.width));
    }
    return text;
  }
  return fmt::format("  {} answers{}{}\n", escape_for_terminal(connect.endpoint),
                     connect.server.empty() ? "" : ", ", escape_for_terminal(connect.server));
}

Json finding_json(const CheckedUrl& url, const UrlFinding& finding) {
  const auto place = place_of(url, finding);
  Json json;
  json["code"] = finding.code;
  json["part"] = finding.part;
  json["position"] = place.position;
  json["length"] = place.length;
  json["message"] = finding.message;
  json["hint"] = text_or_null(finding.hint);
  return json;
}

Json url_findings(const CheckedUrl& url, const std::vector<UrlFinding>& findings) {
  Json json = Json::array();
  for (const auto& finding : findings) {
    json.push_back(finding_json(url, finding));
  }
  return json;
}

Json connect_json(const ConnectOutcome& connect) {
  Json json;
  json["connected"] = !connect.error;
  json["endpoint"] = text_or_null(connect.endpoint);
  json["server"] = text_or_null(connect.server);
  json["error"] = connect.error ? to_json(*connect.error) : Json(nullptr);
  return json;
}

Json url_json(const CheckedUrl& url) {
  Json json;
  json["url"] = url.report.redacted;
  json["line"] = url.line ? Json(*url.line) : Json(nullptr);
  json["valid"] = url.report.faults.empty();
  json["parts"] = url.report.faults.empty() ? parts_of(url.report.url) : Json::object();
  json["faults"] = url_findings(url, url.report.faults);
  json["warnings"] = url_findings(url, url.report.warnings);
  json["notes"] = url_findings(url, url.report.notes);
  json["connect"] = url.connect ? connect_json(*url.connect) : Json(nullptr);
  return json;
}

}  // namespace

Span map_to_redacted(std::string_view written, std::string_view redacted, Span part) {
  const auto same_from = [&](std::size_t in_written, std::size_t in_redacted) {
    std::size_t length = 0;
    while (in_written + length < written.size() && in_redacted + length < redacted.size() &&
           written[in_written + length] == redacted[in_redacted + length]) {
      ++length;
    }
    return length;
  };
  // What both have: the beginning, what follows the user information, and the end.
  const auto head = same_from(0, 0);
  const auto stars = redacted.find(std::string(kRedacted) + "@");
  const auto at = written.rfind('@');
  const bool has_user =
      stars != std::string_view::npos && at != std::string_view::npos && at >= head;
  const auto body = has_user ? at : written.size();
  const auto shown_body = has_user ? stars + kRedacted.size() : redacted.size();
  const auto body_end = body + same_from(body, shown_body);
  std::size_t tail = 0;
  while (tail < std::min(written.size(), redacted.size()) - head &&
         written[written.size() - 1 - tail] == redacted[redacted.size() - 1 - tail]) {
    ++tail;
  }
  const auto map = [&](std::size_t position, bool is_end) {
    if (position <= head) {
      return position;
    }
    if (written.size() - position <= tail) {
      return redacted.size() - (written.size() - position);
    }
    if (position >= body && position <= body_end) {
      return shown_body + (position - body);
    }
    const bool is_behind = position > body_end;
    if (is_end) {
      return is_behind ? redacted.size() - tail : shown_body;
    }
    return is_behind ? shown_body + (body_end - body) : head;
  };
  const auto begin = map(std::min(part.position, written.size()), false);
  const auto end = map(std::min(part.position + part.length, written.size()), true);
  return {begin, part.length == 0 ? 0 : std::max(end, begin) - begin};
}

std::string url_text(const CheckedUrl& url, const Style& style) {
  const bool valid = url.report.faults.empty();
  const auto status = !valid                        ? checks::Status::fail
                      : url.report.warnings.empty() ? checks::Status::pass
                                                    : checks::Status::warn;
  std::string text =
      fmt::format("{} {}\n", mark(style, status), escape_for_terminal(url.report.redacted));
  for (const auto& fault : url.report.faults) {
    text += url_finding_text(url, fault, Level::fault, style);
  }
  for (const auto& warning : url.report.warnings) {
    text += url_finding_text(url, warning, Level::warning, style);
  }
  for (const auto& note : url.report.notes) {
    text += url_finding_text(url, note, Level::note, style);
  }
  if (valid) {
    const auto parts = parts_of(url.report.url);
    for (const auto& [name, value] : parts.items()) {
      const auto shown = value.is_string() ? value.get_ref<const std::string&>() : value.dump();
      text += fmt::format("  {:<15} {}\n", name, escape_for_terminal(shown));
    }
  }
  if (url.connect) {
    text += connect_text(*url.connect, style);
  }
  return text;
}

std::string urls_json(const std::vector<CheckedUrl>& urls) {
  auto document = json_document("validate-url");
  document["valid"] = std::all_of(urls.begin(), urls.end(),
                                  [](const CheckedUrl& url) { return url.report.faults.empty(); });
  Json list = Json::array();
  for (const auto& url : urls) {
    list.push_back(url_json(url));
  }
  document["urls"] = std::move(list);
  return dump(document);
}

}  // namespace fogis::output
