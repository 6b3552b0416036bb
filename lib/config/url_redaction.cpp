#include "config/url_redaction.hpp"

#include <algorithm>

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
/// with its colon and slashes. Any other word in its place may be a part of a password.
std::size_t harmless_start(std::string_view text) {
  const auto start = split_start(text);
  if (start.word.empty() || nearest_scheme(start.word) == nullptr) {
    return 0;
  }
  return start.word.size() + (start.has_colon ? 1 : 0) + start.slashes;
}

bool is_port(std::string_view text) {
  return text.empty() || parse_number<unsigned short>(text).value_or(0) != 0;
}

/// `[?key=value&…]`, the values of keys that we do not know replaced.
std::string redact_query(std::string_view query) {
  std::string result;
  while (!query.empty()) {
    result += query.front();
    query.remove_prefix(1);
    const auto pair = query.substr(0, find_or_end(query, "&"));
    const auto equals = pair.find('=');
    if (is_known_query_key(pair.substr(0, equals))) {
      result += pair;
    } else if (equals != std::string_view::npos) {
      result += pair.substr(0, equals + 1);
      result += kRedacted;
    } else if (!pair.empty()) {
      result += kRedacted;
    }
    query.remove_prefix(pair.size());
  }
  return result;
}

/// The first colon after which something else than a port stands: perhaps a password whose "@host"
/// was forgotten. The end of `text` when there is none.
std::size_t find_secret_colon(std::string_view text) {
  const auto last_bracket = text.rfind(']');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_closed = last_bracket != std::string_view::npos && i < last_bracket;
    if (text[i] == '[' && is_closed) {
      i = text.find(']', i);
    }
    const auto rest = text.substr(i + 1);
    if (text[i] == ':' && !rest.starts_with("//") &&
        !is_port(rest.substr(0, find_or_end(rest, "/?#")))) {
      return i;
    }
  }
  return text.size();
}

/// What follows the user information of something that is no valid URL.
std::string redact_rest(std::string_view rest) {
  const auto colon = find_secret_colon(rest);
  if (colon != rest.size()) {
    return std::string(rest.substr(0, colon + 1)) + std::string(kRedacted);
  }
  const auto hash = find_or_end(rest, "#");
  const auto question = find_or_end(rest.substr(0, hash), "?");
  std::string result(rest.substr(0, question));
  result += redact_query(rest.substr(question, hash - question));
  if (hash != rest.size()) {
    result += '#';
    result += kRedacted;
  }
  return result;
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
  std::string result(text.substr(0, start));
  const auto rest = text.substr(start);
  const auto at = rest.rfind('@');
  if (at == std::string_view::npos) {
    return result + redact_rest(rest);
  }
  result += kRedacted;
  result += '@';
  return result + redact_rest(rest.substr(at + 1));
}

}  // namespace fogis::config
