#include "config/url_redaction.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/number.hpp"
#include "base/secret.hpp"
#include "config/url_query.hpp"
#include "config/url_scheme.hpp"

namespace fogis::config {
namespace {

std::size_t find_or_end(std::string_view text, std::string_view delimiters) {
  return std::min(text.find_first_of(delimiters), text.size());
}

/// The length of a beginning that shows no secret: a scheme that we know or that is nearly one,
/// with its colon and at most two slashes. Any other word in its place may be a part of a password.
std::size_t harmless_start(std::string_view text) {
  const auto start = split_start(text);
  return nearest_scheme(start.word) == nullptr ? 0 : start.size();
}

bool is_socket_url(std::string_view text) {
  const auto* const scheme = nearest_scheme(split_start(text).word);
  return scheme == nullptr ? text.starts_with('/') : scheme->transport == Transport::unix_socket;
}

bool is_port(std::string_view text) {
  return text.empty() || parse_number<unsigned short>(text).value_or(0) != 0;
}

bool has_only(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return (value < 0x80 && std::isalnum(value) != 0) ||
           others.find(byte) != std::string_view::npos;
  });
}

/// How much of an address is certainly a host and perhaps a port.
std::size_t harmless_address(std::string_view address) {
  std::size_t host = 0;
  if (address.starts_with('[')) {
    const auto closing = address.find(']');
    if (closing == std::string_view::npos || !has_only(address.substr(1, closing - 1), ":.%-_~")) {
      return 0;
    }
    host = closing + 1;
  } else {
    while (host < address.size() && has_only(address.substr(host, 1), "-._")) {
      ++host;
    }
  }
  const auto rest = address.substr(host);
  const bool is_port_too = rest.starts_with(':') && is_port(rest.substr(1));
  return is_port_too ? address.size() : host;
}

/// Whether a path can be shown: a database, or where `is_socket` the path of a socket.
bool is_harmless_path(std::string_view path, bool is_socket) {
  return is_socket ? has_only(path, "/-._~%+") : path.find_first_not_of("/0123456789") == path.npos;
}

/// Whether the value of a known key is a number, a duration or a word of the query's own.
bool is_harmless_value(std::string_view value) {
  constexpr std::array<std::string_view, 7> kWords{"required", "optional", "none", "true",
                                                   "false",    "True",     "False"};
  const auto unit = find_or_end(value, "ms");
  return std::find(kWords.begin(), kWords.end(), value) != kWords.end() ||
         (value.substr(0, unit).find_first_not_of("0123456789.") == std::string_view::npos &&
          value.size() - unit <= 2 && value.substr(unit).find_first_not_of("ms") == value.npos);
}

/// `[?key=value&…]`: the keys that we know, and the values that are no secret.
std::string redact_query(std::string_view query) {
  std::string result;
  while (!query.empty()) {
    result += query.front();
    query.remove_prefix(1);
    const auto pair = query.substr(0, find_or_end(query, "&"));
    const auto key = pair.substr(0, find_or_end(pair, "="));
    const auto value = pair.substr(std::min(key.size() + 1, pair.size()));
    if (is_known_query_key(key)) {
      result += pair.substr(0, pair.size() - value.size());
      result += is_harmless_value(value) ? value : kRedacted;
    } else if (!pair.empty()) {
      result += kRedacted;
    }
    query.remove_prefix(pair.size());
  }
  return result;
}

/// What follows the user information of something that is no valid URL: up to the first byte that
/// could belong to a secret, and of the query what redact_query() shows.
std::string redact_rest(std::string_view rest, bool is_socket) {
  const auto address = rest.substr(0, find_or_end(rest, "/?#"));
  const auto shown = harmless_address(address);
  std::string result(address.substr(0, shown));
  if (shown != address.size()) {
    result += address[shown] == ':' ? ":" : "";
    return result + std::string(kRedacted);
  }
  rest.remove_prefix(address.size());
  const auto path = rest.substr(0, find_or_end(rest, "?#"));
  if (!is_harmless_path(path, is_socket)) {
    return result + "/" + std::string(kRedacted);
  }
  result += path;
  rest.remove_prefix(path.size());
  const auto query = rest.substr(0, find_or_end(rest, "#"));
  result += redact_query(query);
  if (query.size() != rest.size()) {
    result += '#';
    result += kRedacted;
  }
  return result;
}

/// The same for all that follows the scheme. What stands before the last "@" is hidden. Where that
/// begins with an address or has values, the "@" may belong to a secret that goes on behind it, and
/// all is hidden but an address in front of the values.
std::string redact_body(std::string_view body, bool is_socket) {
  const auto at = body.rfind('@');
  if (at == std::string_view::npos) {
    return redact_rest(body, is_socket);
  }
  const auto before = body.substr(0, at);
  const auto first = before.substr(0, find_or_end(before, "/?#,;&| "));
  const bool has_address =
      first != before && harmless_address(first) == first.size() && !(is_socket && first.empty());
  if (before.find('=') == std::string_view::npos) {
    return has_address ? std::string(kRedacted)
                       : std::string(kRedacted) + "@" + redact_rest(body.substr(at + 1), is_socket);
  }
  const auto question = before.find('?');
  const auto user_end = before.substr(0, question).rfind('@');
  if (question == std::string_view::npos || user_end == std::string_view::npos ||
      before.find('=') < user_end) {
    return std::string(kRedacted);
  }
  return std::string(kRedacted) + "@" +
         redact_rest(before.substr(user_end + 1, question - user_end - 1), is_socket) + "?" +
         std::string(kRedacted);
}

}  // namespace

std::string redact_valid_url(std::string_view text) {
  const auto start = split_start(text).size();
  const auto authority = text.substr(start, find_or_end(text.substr(start), "/?#"));
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) {
    return std::string(text);
  }
  const auto user_info = authority.substr(0, at);
  const auto colon = user_info.find(':');
  const auto hidden_from = colon == std::string_view::npos ? 0 : colon + 1;
  std::string result(text.substr(0, start + hidden_from));
  if (hidden_from != user_info.size()) {
    result += kRedacted;
  }
  result += text.substr(start + at);
  return result;
}

std::string redact_any_url(std::string_view text) {
  const auto start = harmless_start(text);
  return std::string(text.substr(0, start)) + redact_body(text.substr(start), is_socket_url(text));
}

}  // namespace fogis::config
