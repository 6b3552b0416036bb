#include "config/url_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "base/duration.hpp"
#include "base/suggest.hpp"
#include "config/url_database.hpp"

namespace fogis::config {
namespace {

/// One `key=value`, taken apart.
struct Pair {
  UrlPiece whole;
  UrlPiece raw_value;
  std::string key;
  std::string value;
};

using Reader = void (*)(const Pair& pair, RedisUrl& url, UrlFindings& findings);

constexpr auto kPart = "query";

void read_database(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  const auto database = parse_url_database(pair.value, pair.raw_value, kPart, findings);
  if (!database) {
    return;
  }
  if (url.database && *url.database != *database) {
    // Seen in redis-py's parse_url: the path is looked at only when the query has no db.
    findings.warn(pair.whole, kPart, "two-databases",
                  fmt::format("the path says database {0} and the query says {1}: this tool and "
                              "redis-cli use {0}, redis-py uses {1}",
                              *url.database, *database),
                  "give the database once, in the path");
    return;
  }
  url.database = database;
}

void read_protocol(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  if (pair.value == "2" || pair.value == "3") {
    url.protocol = pair.value == "2" ? RespVersion::resp2 : RespVersion::resp3;
    return;
  }
  findings.fault(pair.raw_value, kPart, "bad-protocol", "unknown protocol version",
                 "protocol is 2 or 3");
}

/// Whether the value of a timeout is one; a fault if not.
bool is_timeout(const Pair& pair, UrlFindings& findings) {
  if (!parse_duration(pair.value, ZeroDuration::refused)) {
    findings.fault(pair.raw_value, kPart, "bad-timeout",
                   fmt::format("{} is not a duration of more than zero", pair.key),
                   "write a number of seconds, such as 5 or 0.5");
    return false;
  }
  if (std::isdigit(static_cast<unsigned char>(pair.value.back())) == 0 &&
      pair.value.back() != '.') {
    findings.warn(pair.raw_value, kPart, "timeout-unit",
                  fmt::format("redis-py takes {} in seconds and refuses a unit", pair.key),
                  "write a number of seconds, such as 5 or 0.5");
  }
  return true;
}

void read_socket_timeout(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  if (is_timeout(pair, findings)) {
    url.timeout = pair.value;
  }
}

void read_timeout(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  if (!is_timeout(pair, findings)) {
    return;
  }
  // redis-py hands it to the pool; only BlockingConnectionPool has such a parameter.
  findings.warn(pair.whole, kPart, "timeout-of-pool",
                "redis-py reads \"timeout\" as the wait for a free connection of a "
                "BlockingConnectionPool; its other pools refuse the key",
                "write socket_timeout");
  if (!url.timeout) {
    url.timeout = pair.value;
  }
}

void read_connect_timeout(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  if (is_timeout(pair, findings)) {
    url.connect_timeout = pair.value;
  }
}

void warn_without_tls(const Pair& pair, const RedisUrl& url, UrlFindings& findings) {
  if (url.transport == Transport::tls) {
    return;
  }
  // redis-py issue 3217: TypeError, unexpected keyword argument 'ssl_cert_reqs'.
  findings.warn(pair.whole, kPart, "tls-key-without-tls",
                fmt::format("{} has no effect without TLS, and redis-py refuses to connect with "
                            "it",
                            pair.key),
                "write rediss:// or leave out the key");
}

void read_verify(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  if (pair.value != "required" && pair.value != "none" && pair.value != "optional") {
    findings.fault(pair.raw_value, kPart, "bad-cert-reqs", "unknown verification mode",
                   "ssl_cert_reqs is required or none");
    return;
  }
  warn_without_tls(pair, url, findings);
  url.verify = pair.value != "none";
  if (pair.value == "none" && url.transport == Transport::tls) {
    findings.warn(
        pair.whole, kPart, "nothing-verified",
        "with ssl_cert_reqs=none nothing is verified: anyone on the network path can read and "
        "change the traffic",
        "leave it out, and give the authority with ssl_ca_certs");
  }
  if (pair.value == "optional") {
    // Python's ssl documentation: in client mode CERT_OPTIONAL has the meaning of CERT_REQUIRED.
    findings.warn(pair.raw_value, kPart, "optional-is-required",
                  R"(for a client "optional" is the same as "required")",
                  "write ssl_cert_reqs=required");
  }
}

/// redis-py's to_bool: case does not matter.
void read_verify_name(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  constexpr std::array<std::string_view, 5> kNo{"0", "f", "false", "n", "no"};
  constexpr std::array<std::string_view, 5> kYes{"1", "t", "true", "y", "yes"};
  std::string word = pair.value;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  const bool no = std::find(kNo.begin(), kNo.end(), word) != kNo.end();
  if (!no && std::find(kYes.begin(), kYes.end(), word) == kYes.end()) {
    findings.fault(pair.raw_value, kPart, "bad-check-hostname", "this is neither true nor false",
                   "redis-py takes every word but false, f, no, n and 0 for true");
    return;
  }
  warn_without_tls(pair, url, findings);
  url.verify_name = !no;
  if (no && url.transport == Transport::tls) {
    findings.warn(pair.whole, kPart, "name-not-verified",
                  "with ssl_check_hostname=false the server's name is not verified: any server "
                  "with a certificate of the same authority can take its place",
                  "leave it out, and connect by a name that the certificate contains");
  }
}

template <auto RedisUrl::*file>
void read_file(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  warn_without_tls(pair, url, findings);
  url.*file = pair.value;
}

void read_client_name(const Pair& pair, RedisUrl& url, UrlFindings& findings) {
  const auto is_printable = [](char byte) { return byte >= '!' && byte <= '~'; };
  if (!std::all_of(pair.value.begin(), pair.value.end(), is_printable)) {
    findings.fault(pair.raw_value, kPart, "bad-client-name",
                   "a client name may contain only visible ASCII characters",
                   "CLIENT SETNAME refuses spaces and control characters");
    return;
  }
  // Every user of the server sees it in CLIENT LIST, and this tool in its reports.
  const auto scheme = pair.value.find("://");
  if (scheme != std::string::npos && pair.value.find('@', scheme) != std::string::npos) {
    findings.fault(pair.raw_value, kPart, std::string(kUrlAsClientName),
                   "the client name is a URL with user name or password",
                   "give a name that everybody may see");
    return;
  }
  url.client_name = pair.value;
}

/// A key of redis-py that changes how that client works, not where or as whom it connects.
void ignore(const Pair& pair, RedisUrl& /*url*/, UrlFindings& findings) {
  findings.note(pair.whole, kPart, "ignored-query-key",
                fmt::format("only redis-py reads {}, not this tool", pair.key));
}

struct Key {
  std::string_view name;
  Reader read;
};

constexpr std::array<Key, 19> kKeys{{
    {"db", read_database},
    {"protocol", read_protocol},
    {"timeout", read_timeout},
    {"socket_timeout", read_socket_timeout},
    {"socket_connect_timeout", read_connect_timeout},
    {"ssl_cert_reqs", read_verify},
    {"ssl_check_hostname", read_verify_name},
    {"ssl_ca_certs", read_file<&RedisUrl::ca_file>},
    {"ssl_certfile", read_file<&RedisUrl::certificate_file>},
    {"ssl_keyfile", read_file<&RedisUrl::key_file>},
    {"client_name", read_client_name},
    {"decode_responses", ignore},
    {"encoding", ignore},
    {"encoding_errors", ignore},
    {"health_check_interval", ignore},
    {"max_connections", ignore},
    {"retry_on_error", ignore},
    {"retry_on_timeout", ignore},
    {"socket_keepalive", ignore},
}};

const Key* find_key(std::string_view name) {
  const auto* const found =
      std::find_if(kKeys.begin(), kKeys.end(), [&](const auto& key) { return key.name == name; });
  return found == kKeys.end() ? nullptr : found;
}

void fault_unknown_key(const Pair& pair, const UrlPiece& raw_key, UrlFindings& findings) {
  if (pair.key == "password" || pair.key == "username") {
    findings.fault(raw_key, kPart, "credentials-in-query",
                   fmt::format("only redis-py reads a {} in the query", pair.key),
                   "put it before the host, user:password@host, or use --user and "
                   "--password-file");
    return;
  }
  if (pair.whole.text.size() == raw_key.text.size()) {
    // Not quoted: it may be the end of a password in which a question mark was not encoded.
    findings.fault(pair.whole, kPart, "bad-query", "this is not a key with a value",
                   "a query is written ?key=value&key=value");
    return;
  }
  std::array<std::string_view, kKeys.size()> names{};
  std::transform(kKeys.begin(), kKeys.end(), names.begin(),
                 [](const auto& key) { return key.name; });
  const auto meant = nearest(pair.key, names);
  // Quoted only where it nearly is a key: anything else may be a part of a password.
  findings.fault(raw_key, kPart, "unknown-query-key",
                 meant ? fmt::format("unknown query key \"{}\"", pair.key) : "unknown query key",
                 meant ? fmt::format("did you mean \"{}\"?", *meant)
                       : "known are db, protocol, timeout, socket_timeout, socket_connect_timeout, "
                         "ssl_cert_reqs, ssl_check_hostname, ssl_ca_certs, ssl_certfile, "
                         "ssl_keyfile and client_name");
}

bool has_escape(std::string_view text) {
  UrlFindings broken;
  const UrlPiece piece{text, 0};
  return text.find('%') != std::string_view::npos && percent_decode(piece, kPart, broken) != text;
}

/// parse_qs of Python takes a plus sign for a space, and redis-py then decodes once more.
void warn_of_decoding(const Pair& pair, UrlFindings& findings) {
  if (pair.raw_value.text.find('+') != std::string_view::npos) {
    findings.warn(pair.raw_value, kPart, "plus-in-query",
                  "redis-py reads a plus sign in the query as a space",
                  "write %2B for a plus sign and %20 for a space");
  }
  if (has_escape(pair.value)) {
    findings.warn(pair.raw_value, kPart, "decoded-twice",
                  "redis-py decodes percent signs in the query twice",
                  "avoid %25 followed by hexadecimal digits");
  }
}

void read_pair(const UrlPiece& whole, std::vector<std::string>& seen, RedisUrl& url,
               UrlFindings& findings) {
  const auto [raw_key, rest] = whole.split_before("=");
  Pair pair{whole, rest.sub(rest.text.empty() ? 0 : 1), {}, {}};
  pair.key = percent_decode(raw_key, kPart, findings);
  const auto* const key = find_key(pair.key);
  if (key == nullptr) {
    fault_unknown_key(pair, raw_key, findings);
    return;
  }
  if (std::find(seen.begin(), seen.end(), pair.key) != seen.end()) {
    findings.fault(whole, kPart, "repeated-query-key",
                   fmt::format("{} is given more than once", pair.key),
                   "redis-py uses the first one; keep one");
    return;
  }
  seen.push_back(pair.key);
  if (pair.raw_value.text.empty()) {
    findings.fault(pair.raw_value, kPart, "empty-query-value",
                   fmt::format("{} has no value", pair.key), "redis-py ignores such a key");
    return;
  }
  const auto faults_before = findings.faults.size();
  pair.value = percent_decode(pair.raw_value, kPart, findings);
  if (findings.faults.size() == faults_before) {
    warn_of_decoding(pair, findings);
    key->read(pair, url, findings);
  }
}

}  // namespace

void parse_url_query(const UrlPiece& query, RedisUrl& url, UrlFindings& findings) {
  std::vector<std::string> seen;
  auto rest = query;
  while (!rest.text.empty()) {
    // The question mark, then each ampersand.
    const auto [pair, next] = rest.sub(1).split_before("&");
    if (!pair.text.empty()) {
      read_pair(pair, seen, url, findings);
    }
    rest = next;
  }
}

bool is_known_query_key(std::string_view key) {
  return find_key(key) != nullptr || key == "username" || key == "password";
}

}  // namespace fogis::config
