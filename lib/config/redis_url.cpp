#include "config/redis_url.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "config/unreplaced.hpp"
#include "config/url_address.hpp"
#include "config/url_database.hpp"
#include "config/url_findings.hpp"
#include "config/url_query.hpp"
#include "config/url_redaction.hpp"
#include "config/url_scheme.hpp"

namespace fogis::config {
namespace {

/// sun_path holds the path and its final NUL (unix(7)).
constexpr std::size_t kLongestSocketPath = sizeof(sockaddr_un::sun_path) - 1;

constexpr auto kUserInfoInPath = "user-info-in-path";

struct Reading {
  RedisUrl url;
  UrlFindings findings;
};

bool is_space_or_control(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value <= 0x20 || value == 0x7F;
}

UrlPiece trim(const UrlPiece& piece) {
  const auto* const first =
      std::find_if_not(piece.text.begin(), piece.text.end(), is_space_or_control);
  const auto from = static_cast<std::size_t>(first - piece.text.begin());
  auto result = piece.sub(from);
  while (!result.text.empty() && is_space_or_control(result.text.back())) {
    result.text.remove_suffix(1);
  }
  return result;
}

/// One fault for each run of blanks and control characters, wherever it stands.
void fault_blanks(std::string_view text, UrlFindings& findings) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_space_or_control(text[i])) {
      continue;
    }
    const auto from = i;
    while (i < text.size() && is_space_or_control(text[i])) {
      ++i;
    }
    const UrlPiece run{text.substr(from, i - from), from};
    const bool is_blank = run.text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
    if (!is_blank) {
      findings.fault(run, "url", "control-character", "a control character in the URL",
                     "remove it, or write it as %XX");
    } else if (from == 0 || i == text.size()) {
      findings.fault(run, "url", "white-space", "white space around the URL", "remove it");
    } else {
      findings.fault(run, "url", "white-space", "white space in the URL",
                     "write a space as %20, or remove it");
    }
  }
}

/// A template's variable is named as that, in the place of the faults that its characters make.
void report_variables(const UrlPiece& text, UrlFindings& findings) {
  for (std::size_t i = 0; i < text.text.size(); ++i) {
    const auto length = unreplaced_variable(text.text.substr(i));
    if (length == 0) {
      continue;
    }
    const auto variable = text.sub(i, length);
    const auto erased = std::erase_if(findings.faults, [&](const UrlFinding& fault) {
      return fault.position >= variable.position && fault.position < variable.position + length;
    });
    constexpr auto kCode = "unreplaced-variable";
    constexpr auto kMessage = "this looks like a variable that was not replaced";
    constexpr auto kHint = "give its value: the shell, compose or the pipeline did not replace it";
    if (erased > 0) {
      findings.fault(variable, "url", kCode, kMessage, kHint);
    } else {
      findings.warn(variable, "url", kCode, kMessage, kHint);
    }
    i += length - 1;
  }
}

void fault_missing_scheme(const UrlPiece& text, UrlFindings& findings) {
  struct Beginning {
    std::string_view text;
    std::string_view what;
    std::string_view hint;
  };
  constexpr std::array<Beginning, 4> kBeginnings{{
      {"\"", "a quotation mark", "leave out the quotes: they are only for the shell"},
      {"'", "a quotation mark", "leave out the quotes: they are only for the shell"},
      {"REDIS_URL=", "REDIS_URL=", "give only what follows the equals sign"},
      {"\xEF\xBB\xBF", "a byte order mark", "save the file without it (UTF-8 without BOM)"},
  }};
  for (const auto& beginning : kBeginnings) {
    if (text.text.starts_with(beginning.text)) {
      findings.fault(text.sub(0, beginning.text.size()), "scheme", "missing-scheme",
                     fmt::format("the URL begins with {} and not with a scheme", beginning.what),
                     std::string(beginning.hint));
      return;
    }
  }
  findings.fault(text.sub(0, 0), "scheme", "missing-scheme", "the URL does not begin with a scheme",
                 text.text.starts_with('/') ? "for a socket write unix:// before the path"
                                            : "write redis:// or rediss:// before the host");
}

/// The scheme of `text`; null, with a fault, when what follows it cannot be read.
const UrlScheme* read_scheme(const UrlPiece& text, const UrlStart& start, UrlFindings& findings) {
  const auto word = text.sub(0, start.word.size());
  const auto* const scheme = find_scheme(start.word);
  const auto* const meant = scheme != nullptr ? scheme : nearest_scheme(start.word);
  if (start.has_colon && start.slashes >= 2 && scheme == nullptr && !start.word.empty()) {
    // Not quoted, for it may be the beginning of a password.
    findings.fault(word, "scheme", "unknown-scheme", "unknown scheme",
                   meant != nullptr ? fmt::format("did you mean {}://?", meant->name)
                                    : "known are redis, rediss, unix, valkey and valkeys");
    return meant;
  }
  if (meant == nullptr) {
    fault_missing_scheme(text, findings);
    return nullptr;
  }
  if (!start.has_colon || start.slashes < 2) {
    findings.fault(text.sub(start.word.size(), start.size() - start.word.size()), "scheme",
                   "missing-slashes", "a scheme is followed by ://",
                   meant->transport == Transport::unix_socket
                       ? "write unix:// and the path, which begins with one more slash"
                       : fmt::format("write {}://", meant->name));
    return meant;
  }
  if (start.word != scheme->name) {
    // redis-py compares with startswith("redis://").
    findings.warn(word, "scheme", "scheme-in-capitals",
                  "redis-py refuses a scheme that is not lowercase",
                  fmt::format("write {}://", scheme->name));
  }
  return scheme;
}

/// Schemes that not every client speaks. Tried with redis-cli 7.0.15 ("Invalid URI scheme"); seen
/// in redis-py's parse_url.
void warn_of_scheme(const UrlPiece& word, const UrlScheme& scheme, UrlFindings& findings) {
  if (scheme.transport == Transport::unix_socket) {
    findings.note(word, "scheme", "scheme-not-in-redis-cli", "redis-cli refuses unix:// URLs",
                  "use redis-cli -s PATH");
  } else if (scheme.name.starts_with("valkey")) {
    findings.warn(word, "scheme", "scheme-of-valkey",
                  fmt::format("redis-cli and redis-py refuse {}://", scheme.name),
                  scheme.transport == Transport::tls ? "every client reads rediss://"
                                                     : "every client reads redis://");
  }
}

void warn_of_user_info(const UrlPiece& user, const UrlPiece& password, bool has_colon,
                       UrlFindings& findings) {
  if (!has_colon) {
    // Tried with redis-cli 7.0.15: redis://PASSWORD@host is authenticated as the default user.
    findings.warn(user, "user", "user-without-colon",
                  "without a colon, this tool and redis-py read it as a user name, redis-cli as "
                  "the password",
                  "write user:password@ or :password@");
  } else if (password.text.empty()) {
    findings.note(password, "password", "empty-password",
                  "the password is empty: this tool and redis-py send none, redis-cli 7.0 sends an "
                  "empty one",
                  "leave out the colon and the @, or give the password");
  } else if (user.text.empty()) {
    // Tried with redis-cli 7.0.15: WRONGPASS. Later versions leave an empty user name out.
    findings.note(user, "user", "empty-user",
                  "redis-cli 7.0 sends the empty user name and is refused",
                  "write default:password@");
  }
  if (user.text.find_first_of("[]") != std::string_view::npos ||
      password.text.find_first_of("[]") != std::string_view::npos) {
    // urlsplit of Python 3.11: "Invalid IPv6 URL".
    findings.warn({user.text, user.position}, "user", "bracket-in-user-info",
                  "redis-py refuses a bracket in user name or password",
                  "write [ as %5B and ] as %5D");
  }
}

/// `user_info` is what stands before the "@". Delimiters in it had to be encoded.
void parse_user_info(const UrlPiece& user_info, Reading& reading) {
  for (std::size_t i = 0; i < user_info.text.size(); ++i) {
    if (std::string_view("/?#@").find(user_info.text[i]) != std::string_view::npos) {
      reading.findings.fault(
          user_info.sub(i, 1), "user", "unencoded-delimiter",
          fmt::format("\"{}\" must be encoded in a user name or password", user_info.text[i]),
          fmt::format("write it as %{:02X}", static_cast<unsigned>(user_info.text[i])));
    }
  }
  const auto [user, rest] = user_info.split_before(":");
  const bool has_colon = !rest.text.empty();
  const auto password = rest.sub(has_colon ? 1 : 0);
  if (!user.text.empty()) {
    reading.url.username = percent_decode(user, "user", reading.findings);
    reading.url.username_is_secret = !has_colon;
  }
  if (!password.text.empty()) {
    reading.url.password = Secret(percent_decode(password, "password", reading.findings));
  }
  if (user_info.text.empty()) {
    reading.findings.warn(user_info, "user", "empty-user-info", "nothing precedes the @",
                          "leave out the @");
  } else {
    warn_of_user_info(user, password, has_colon, reading.findings);
  }
}

/// `path` begins with its slash, or is empty.
void parse_database_path(const UrlPiece& path, Reading& reading) {
  if (path.text.size() <= 1) {
    return;
  }
  auto number = path.sub(1);
  const auto slash = number.text.find('/');
  if (slash == number.text.size() - 1) {
    reading.findings.warn(number.sub(slash), "path", "trailing-slash",
                          "a slash after the database has no meaning", "remove it");
    number = number.sub(0, slash);
  } else if (slash != std::string_view::npos) {
    // Seen in redis-py: int(path without slashes); tried with redis-cli 7.0.15.
    reading.findings.fault(number.sub(slash), "path", "extra-path",
                           "more than a database number in the path",
                           "write /N: redis-cli reads /1/2 as database 1, redis-py as 12");
    return;
  }
  reading.url.database = parse_url_database(number.text, number, "path", reading.findings);
}

/// Whether user information stands behind the slashes: `/:password@/run/redis.sock`.
std::size_t misplaced_user_info(std::string_view path) {
  const auto at = path.find('@');
  return at != std::string_view::npos && path.substr(0, at).find(':') != std::string_view::npos
             ? at
             : std::string_view::npos;
}

/// `/run/redis.sock/2`, as in the URLs of hosts.
void warn_of_database_in_path(const UrlPiece& path, UrlFindings& findings) {
  const auto slash = path.text.rfind('/');
  const auto number = path.sub(slash + 1);
  if (is_digits(number.text) && path.text.substr(0, slash).ends_with(".sock")) {
    findings.warn(path.sub(slash), "path", "database-in-socket-path",
                  "this is a part of the socket's path, not a database",
                  fmt::format("write ?db={}", number.text));
  }
}

/// `path` is all between authority and query.
void parse_socket_path(const UrlPiece& path, Reading& reading) {
  if (const auto at = misplaced_user_info(path.text); at != std::string_view::npos) {
    reading.findings.fault(path.sub(0, at + 1), "path", kUserInfoInPath,
                           "user name and password are in the socket's path",
                           "write unix://:password@/run/redis/redis.sock, and %40 for an @ that "
                           "belongs to the path");
    return;
  }
  auto decoded = percent_decode(path, "path", reading.findings);
  if (decoded.size() <= 1) {
    reading.findings.fault(path, "path", "missing-socket-path", "the socket's path is missing",
                           "write unix:///run/redis/redis.sock");
  } else if (decoded.ends_with('/')) {
    reading.findings.fault(path, "path", "bad-socket-path", "this is a directory, not a socket",
                           "write unix:///run/redis/redis.sock");
  } else if (decoded.size() > kLongestSocketPath) {
    reading.findings.fault(path, "path", "socket-path-too-long",
                           fmt::format("the path has {} bytes; a socket's path has at most {}",
                                       decoded.size(), kLongestSocketPath),
                           "use a shorter path, or a symbolic link to its directory");
  } else {
    warn_of_database_in_path(path, reading.findings);
    reading.url.socket_path = std::move(decoded);
  }
}

void fault_fragment(const UrlPiece& fragment, UrlFindings& findings) {
  if (!fragment.text.empty()) {
    findings.fault(fragment, "fragment", "fragment", "a Redis URL has no part after \"#\"",
                   "write a \"#\" that belongs to a value as %23");
  }
}

/// How redis-cli reads the query: not at all, or as a part of something else. Each was tried with
/// redis-cli 7.0.15.
void warn_of_query(const UrlPiece& address, const UrlPiece& path, const UrlPiece& query,
                   Reading& reading) {
  if (query.text.size() <= 1) {
    return;
  }
  const auto warn = [&](std::string message, std::string hint) {
    reading.findings.note(query, "query", "query-in-redis-cli", std::move(message),
                          std::move(hint));
  };
  if (query.text.find('@') != std::string_view::npos) {
    warn("redis-cli reads everything before the \"@\" in the query as user name and password",
         "write it as %40");
  } else if (path.text.empty() && address.text.find(':') == std::string_view::npos) {
    warn("redis-cli reads the query as part of the host name", "write the port before it");
  } else if (path.text.empty() && query.text.find('/') != std::string_view::npos) {
    warn("redis-cli reads what follows the slash in the query as the database",
         "write /0 before the query");
  } else if (path.text.size() <= 1 && reading.url.database.value_or(0) != 0) {
    warn("redis-cli ignores the query and uses database 0",
         fmt::format("write /{} before the query", *reading.url.database));
  } else {
    warn("redis-cli ignores the query", {});
  }
}

/// Reads what follows `scheme://`. User information ends at the byte `at`; npos: there is none.
Reading read_body(const UrlPiece& body, const UrlScheme& scheme, std::size_t at) {
  Reading reading;
  reading.url.scheme = std::string(scheme.name);
  reading.url.transport = scheme.transport;
  auto rest = body;
  if (at != std::string_view::npos) {
    parse_user_info(body.sub(0, at), reading);
    rest = body.sub(at + 1);
  }
  const auto [before_fragment, fragment] = rest.split_before("#");
  const auto [before_query, query] = before_fragment.split_before("?");
  const auto [address, path] = before_query.split_before("/");
  if (scheme.transport == Transport::unix_socket) {
    if (!address.text.empty()) {
      reading.findings.fault(address, "path", "relative-socket-path",
                             "the socket's path does not begin with a slash",
                             "write unix:///run/redis/redis.sock, with three slashes");
    } else {
      parse_socket_path(path, reading);
    }
  } else {
    parse_url_address(address, reading.url, reading.findings);
    parse_database_path(path, reading);
  }
  parse_url_query(query, reading.url, reading.findings);
  fault_fragment(fragment, reading.findings);
  if (scheme.name.starts_with("redis")) {
    warn_of_query(address, path, query, reading);
  }
  return reading;
}

/// Reads the body as RFC 3986 splits it. Where that ends in faults and an "@" comes later, the
/// password very probably holds a delimiter, and the body is read once more with all before the "@"
/// as user information: a better hint, and nothing of a password in it.
Reading read_likeliest(const UrlPiece& body, const UrlScheme& scheme) {
  const auto authority = body.split_before("/?#").first;
  const auto at = authority.text.rfind('@');
  auto reading = read_body(body, scheme, at);
  const auto last_at = body.text.rfind('@');
  const auto& faults = reading.findings.faults;
  if (last_at != at && !faults.empty() && faults.front().code != kUserInfoInPath &&
      faults.front().code != kUrlAsClientName) {
    return read_body(body, scheme, last_at);
  }
  return reading;
}

void append(std::vector<UrlFinding>& to, std::vector<UrlFinding>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void sort_by_position(std::vector<UrlFinding>& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const auto& left, const auto& right) {
    return left.position < right.position;
  });
}

}  // namespace

UrlReport parse_redis_url(std::string_view text) {
  UrlReport report;
  UrlFindings findings;
  const auto trimmed = trim({text, 0});
  if (trimmed.text.empty()) {
    findings.fault({text, 0}, "url", "empty-url", "the URL is empty",
                   "write redis://HOST:PORT, such as redis://fogis-redis:6379");
  } else {
    fault_blanks(text, findings);
    const auto start = split_start(trimmed.text);
    const auto* const scheme = read_scheme(trimmed, start, findings);
    if (scheme != nullptr) {
      if (findings.faults.empty()) {
        warn_of_scheme(trimmed.sub(0, start.word.size()), *scheme, findings);
      }
      auto reading = read_likeliest(trimmed.sub(start.size()), *scheme);
      report.url = std::move(reading.url);
      append(findings.faults, reading.findings.faults);
      append(findings.warnings, reading.findings.warnings);
      append(findings.notes, reading.findings.notes);
    }
  }
  report_variables({text, 0}, findings);
  sort_by_position(findings.faults);
  sort_by_position(findings.warnings);
  sort_by_position(findings.notes);
  report.faults = std::move(findings.faults);
  report.warnings = std::move(findings.warnings);
  report.notes = std::move(findings.notes);
  report.redacted = report.faults.empty() ? redact_valid_url(text) : redact_any_url(text);
  return report;
}

}  // namespace fogis::config
