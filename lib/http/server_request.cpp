#include "http/server_request.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace fogis::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

struct Refusal {
  int status;
  std::string_view reason;
};

constexpr Refusal kNotHttp{400, "Not an HTTP request."};
constexpr Refusal kBadField{400, "A header field is malformed."};
constexpr Refusal kBadHost{400, "Exactly one Host field is needed."};
constexpr Refusal kBody{400, "Requests with a body are not supported."};
constexpr Refusal kMethod{405, "Only GET and HEAD are supported."};
constexpr Refusal kTooLarge{431, "The request's head is too large."};
constexpr Refusal kVersion{505, "Only HTTP/1.0 and HTTP/1.1 are supported."};

/// `tchar` of RFC 9110.
bool is_token_character(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

/// Neither a control character nor white space: what may stand in a target.
bool is_visible_character(char c) {
  return c > ' ' && c != '\x7f';
}

/// Tabs are allowed within a value, other controls are not; bytes beyond ASCII are opaque.
bool is_field_character(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return lower;
}

/// Whether a comma-separated list has that word. `word` is in lower case.
bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (lower_case(trim(list.substr(0, end))) == word) {
      return true;
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

/// The host of `host:port`, `[v6]:port` or either without a port.
std::string host_without_port(std::string_view value) {
  const auto bracket = value.starts_with('[') ? value.find(']') : std::string_view::npos;
  const auto colon = value.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return lower_case(value.substr(0, colon));
}

/// Takes the scheme and the authority off a target in absolute form.
std::string_view origin_form(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) {
    return target;
  }
  const auto path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

std::optional<Refusal> read_target(std::string_view target, Request& request) {
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_visible_character)) {
    return kNotHttp;
  }
  const auto origin = origin_form(target);
  const auto question = origin.find('?');
  request.path = origin.substr(0, question);
  if (question != std::string_view::npos) {
    request.query = origin.substr(question + 1);
  }
  return std::nullopt;
}

std::optional<Refusal> read_request_line(std::string_view line, Request& request) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !is_token(line.substr(0, first))) {
    return kNotHttp;
  }
  const auto version = line.substr(last + 1);
  if (!version.starts_with("HTTP/")) {
    return kNotHttp;
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return kVersion;
  }
  request.method = line.substr(0, first);
  request.keep_alive = version == "HTTP/1.1";
  if (const auto refusal = read_target(line.substr(first + 1, last - first - 1), request)) {
    return refusal;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return kMethod;
  }
  return std::nullopt;
}

std::optional<Refusal> read_field(std::string_view line, Request& request, bool& has_host) {
  const auto colon = line.find(':');
  // White space before the colon, or at the line's beginning (folding), is no token character.
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      !std::all_of(line.begin(), line.end(), is_field_character)) {
    return kBadField;
  }
  const auto name = lower_case(line.substr(0, colon));
  const auto value = trim(line.substr(colon + 1));
  if (name == "host") {
    if (std::exchange(has_host, true)) {
      return kBadHost;
    }
    request.host = host_without_port(value);
  } else if (name == "connection" && has_word(value, "close")) {
    request.keep_alive = false;
  } else if (name == "transfer-encoding" || (name == "content-length" && value != "0")) {
    return kBody;
  }
  return std::nullopt;
}

ParsedRequest refused(const Refusal& refusal) {
  ParsedRequest parsed;
  parsed.state = ParsedRequest::State::refused;
  parsed.status = refusal.status;
  parsed.reason = refusal.reason;
  return parsed;
}

/// Whether the beginning of a request line, without its end, can still become one. A line feed
/// alone ends no line here: whoever sends one would wait in vain.
bool may_become_request_line(std::string_view beginning) {
  if (beginning.find('\n') != std::string_view::npos) {
    return false;
  }
  const auto method = beginning.substr(0, beginning.find_first_of(" \r"));
  return std::all_of(method.begin(), method.end(), is_token_character);
}

/// Whole lines, each with its end.
std::optional<Refusal> read_fields(std::string_view lines, Request& request) {
  const bool needs_host = request.keep_alive;  // so far that tells HTTP/1.1 from 1.0
  bool has_host = false;
  while (!lines.empty()) {
    const auto end = lines.find(kLineEnd);
    if (const auto refusal = read_field(lines.substr(0, end), request, has_host)) {
      return refusal;
    }
    lines.remove_prefix(end + kLineEnd.size());
  }
  if (needs_host && !has_host) {
    return kBadHost;
  }
  return std::nullopt;
}

}  // namespace

ParsedRequest parse_request(std::string_view bytes, std::size_t most_bytes) {
  const auto size = bytes.size();
  // Clients of old sent an empty line after a request; it belongs to nothing.
  while (bytes.starts_with(kLineEnd)) {
    bytes.remove_prefix(kLineEnd.size());
  }
  const auto skipped = size - bytes.size();
  const bool too_large = size >= most_bytes;
  const auto line_end = bytes.find(kLineEnd);
  if (line_end == std::string_view::npos) {
    if (!may_become_request_line(bytes)) {
      return refused(kNotHttp);
    }
    return too_large ? refused(kTooLarge) : ParsedRequest{};
  }
  ParsedRequest parsed;
  if (const auto refusal = read_request_line(bytes.substr(0, line_end), parsed.request)) {
    return refused(*refusal);
  }
  const auto head_end = bytes.find("\r\n\r\n", line_end);
  if (head_end == std::string_view::npos || skipped + head_end + 4 > most_bytes) {
    return too_large ? refused(kTooLarge) : ParsedRequest{};
  }
  const auto fields_begin = line_end + kLineEnd.size();
  const auto fields = bytes.substr(fields_begin, head_end + kLineEnd.size() - fields_begin);
  if (const auto refusal = read_fields(fields, parsed.request)) {
    return refused(*refusal);
  }
  parsed.state = ParsedRequest::State::complete;
  parsed.length = skipped + head_end + 4;
  return parsed;
}

}  // namespace fogis::http
